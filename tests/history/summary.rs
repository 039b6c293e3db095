//! One-line summaries of rows, and shortening of long texts.

use coda_dashboard::history::{shorten, summary};
use coda_dashboard::protocol::{Command, encode_bare};

use crate::world::{at, event, frame_in, frame_out, recorded};

fn summary_of(text: &str) -> String {
    let recorder = recorded(&[frame_in(0, text)]);
    summary(recorder.get(1).unwrap())
}

#[test]
fn a_frame_is_summed_up_by_its_data_wherever_they_stand() {
    assert_eq!(summary_of(&event(1, "tts_progress", r#"{"percent_complete": 5}"#)), r#"{"percent_complete": 5}"#);
    let text = encode_bare("text_input", Command::TextInput { text: "hi {".into() }.data(), at(0).wall);
    assert!(text.contains("timestamp"), "{text}");
    let recorder = recorded(&[frame_out(0, &text, None)]);
    assert_eq!(summary(recorder.get(1).unwrap()), r#"{"text":"hi {"}"#);
}

#[test]
fn a_long_summary_ends_after_a_whole_word_with_all_its_brackets_closed() {
    let words = "word ".repeat(100);
    let data = format!(
        r#"{{"query": "weather", "results": [{{"id": "m1", "content": "{words}"}}, {{"id": "m2", "content": "x"}}]}}"#
    );
    let said = summary_of(&event(1, "memory_debug_search", &data));
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
