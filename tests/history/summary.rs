//! One-line summaries of rows, and shortening of long texts.

use coda_dashboard::history::{shorten, summary};
use coda_dashboard::protocol::{Command, encode_bare};

use crate::world::{at, event, frame_in, frame_out, recorded};

fn summary_of(text: &str) -> String {
    let recorder = recorded(&[frame_in(0, text)]);
    summary(recorder.get(1).unwrap())
}

#[test]
fn a_frame_of_an_unknown_type_is_summed_up_by_its_data() {
    assert_eq!(summary_of(&event(1, "weather_report", r#"{"percent_complete": 5}"#)), r#"{"percent_complete": 5}"#);
    let text = encode_bare("text_input", Command::TextInput { text: "hi {".into() }.data(), at(0).wall);
    assert!(text.contains("timestamp"), "{text}");
    let recorder = recorded(&[frame_out(0, &text, None)]);
    assert_eq!(summary(recorder.get(1).unwrap()), "hi {");
}

#[test]
fn a_long_summary_ends_after_a_whole_word_with_all_its_brackets_closed() {
    let words = "word ".repeat(100);
    let data = format!(
        r#"{{"query": "weather", "results": [{{"id": "m1", "content": "{words}"}}, {{"id": "m2", "content": "x"}}]}}"#
    );
    let said = summary_of(&event(1, "search_report", &data));
    assert!(said.ends_with(r#"word word"}]}…"#), "{said}");
    assert!(said.chars().count() <= 245, "{said}");
    let json = said.strip_suffix('…').unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(json).is_ok(), "{said}");
}

#[test]
fn json_is_cut_between_values_and_never_within_a_key_or_a_number() {
    let text = r#"{"a": 1, "b": [12345, 67890], "c": {"long key": null}}"#;
    for (chars, cut) in [
        (8, r#"{"a": 1}…"#),
        (13, r#"{"a": 1}…"#),
        (18, r#"{"a": 1}…"#),
        (21, r#"{"a": 1, "b": [12345]}…"#),
        (29, r#"{"a": 1, "b": [12345, 67890]}…"#),
        (44, r#"{"a": 1, "b": [12345, 67890]}…"#),
    ] {
        assert_eq!(shorten(text, chars), cut, "{chars}");
    }
    assert_eq!(shorten(text, text.len()), text);
}

#[test]
fn one_long_word_is_cut_where_the_room_ends() {
    assert_eq!(shorten(r#"{"text": "abcdefghijklmnop"}"#, 15), r#"{"text": "abcd"}…"#);
    assert_eq!(shorten("abcdefghij", 4), "abcd…");
}

#[test]
fn a_text_is_cut_after_a_whole_word() {
    assert_eq!(shorten("It is raining in Rabat", 15), "It is raining…");
    assert_eq!(shorten("It is raining in Rabat", 13), "It is raining…");
    assert_eq!(shorten("It said: (see below)", 12), "It said…");
    assert_eq!(shorten("It is raining", 13), "It is raining");
}

#[test]
fn an_event_is_summed_up_in_words_with_what_was_said_first() {
    for (kind, data, words) in [
        ("system_metrics", r#"{"cpu_percent": 14.2, "memory_mb": 618.9, "gpu_vram_mb": 0}"#, "CPU 14 % · 619 MB"),
        ("llm_start", r#"{"model": "gemma2:2b", "prompt_tokens": 412}"#, "gemma2:2b · prompt of 412 tokens"),
        (
            "llm_result",
            r#"{"text": "It is 24°.", "total_tokens": 5, "duration_seconds": 0.878, "has_tool_calls": false}"#,
            "It is 24°. · 5 tokens · 878 ms",
        ),
        ("conversation_turn", r#"{"role": "user", "content": "hello"}"#, "user: hello"),
        ("tool_call", r#"{"tool_name": "get_weather", "parameters": {"city": "Rabat"}}"#, "get_weather city: Rabat"),
        (
            "tool_result",
            r#"{"tool_name": "get_weather", "result_preview": "24 °C", "duration_seconds": 0.061}"#,
            "get_weather → 24 °C · 61 ms",
        ),
        ("tool_error", r#"{"tool_name": "clock", "message": "no battery"}"#, "clock: no battery"),
        (
            "latency_trace",
            r#"{"stt_seconds": 0.0, "llm_seconds": 0.9, "tts_seconds": 0.1, "total_seconds": 1.0}"#,
            "total 1.0 s · model 900 ms · speech 100 ms",
        ),
        ("tts_progress", r#"{"percent_complete": 20}"#, "20 %"),
        ("memory_retrieve", r#"{"query": "tea", "results_count": 1}"#, "“tea” · 1 result"),
        ("memory_debug_forget", r#"{"memory_id": "m1", "success": false}"#, "failed · memory m1"),
    ] {
        assert_eq!(summary_of(&event(1, kind, data)), words);
    }
}

#[test]
fn a_summary_leaves_room_for_the_figures_after_a_long_text() {
    let data = format!(r#"{{"text": "{}", "total_tokens": 300}}"#, "word ".repeat(100));
    let said = summary_of(&event(1, "llm_result", &data));
    assert!(said.ends_with("word… · 300 tokens"), "{said}");
}

#[test]
fn frames_about_the_connection_are_summed_up_without_their_token() {
    assert_eq!(summary_of(r#"{"type": "auth_challenge", "data": {"token": "s3cret"}}"#), "Coda asks for the token");
    let answer = frame_out(0, r#"{"type":"auth_response","data":{"token":"s3cret"}}"#, None);
    assert_eq!(summary(recorded(&[answer]).get(1).unwrap()), "the token");
}
