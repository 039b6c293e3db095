//! Coda's activity, derived from its events.

use coda_dashboard::model::{Avatar, Emotion, Mode, Speaking};
use coda_dashboard::protocol::{Frame, Instant, decode};
use serde_json::json;

use crate::page::Page;

#[test]
fn the_mode_follows_a_spoken_turn_from_listening_to_idle() {
    let mut page = Page::new();
    let mut modes = Vec::new();
    for (kind, data) in [
        ("stt_start", json!({"mode": "push_to_talk"})),
        ("stt_result", json!({"text": "hello"})),
        ("llm_token", json!({"token": "Hi"})),
        ("tts_start", json!({})),
        ("tts_result", json!({})),
    ] {
        page.event(kind, data);
        modes.push(page.avatar.mode);
    }
    assert_eq!(modes, [Mode::Listening, Mode::Thinking, Mode::Thinking, Mode::Speaking, Mode::Idle]);
}

#[test]
fn the_voice_is_heard_for_as_long_as_its_audio_lasts_whenever_coda_reports_it() {
    let event = |kind: &str, data: serde_json::Value| {
        let frame = json!({"type": kind, "seq": 1, "data": data}).to_string();
        let Ok(Frame::Event(envelope)) = decode(&frame) else { panic!("not an event: {frame}") };
        envelope.event
    };
    let start = event("tts_start", json!({"text": "hello"}));
    let result = event("tts_result", json!({"duration_seconds": 0.5, "audio_duration_seconds": 2.0}));
    let heard = |reported: u64| {
        let mut avatar = Avatar::default();
        avatar.apply(&start, Instant::from_millis(1_000));
        assert_eq!(avatar.speaking, Speaking::Since(Instant::from_millis(1_000)));
        avatar.apply(&result, Instant::from_millis(reported));
        avatar.speaking
    };
    assert_eq!(heard(1_500), Speaking::Until(Instant::from_millis(3_500)), "reported when it is made");
    assert_eq!(heard(2_000), Speaking::Until(Instant::from_millis(3_500)), "reported while it is heard");
    assert_eq!(heard(3_500), Speaking::No, "reported when it is over");
}

#[test]
fn an_answer_that_is_not_spoken_ends_in_idle() {
    let mut page = Page::new();
    page.event("llm_start", json!({}));
    page.said("assistant", "Hi");
    assert_eq!(page.avatar.mode, Mode::Idle);
}

#[test]
fn an_error_shows_until_something_else_happens() {
    let mut page = Page::new();
    page.event("llm_error", json!({"message": "out of memory"}));
    page.event("system_metrics", json!({}));
    assert_eq!(page.avatar.mode, Mode::Error);
    page.event("llm_start", json!({}));
    assert_eq!(page.avatar.mode, Mode::Thinking);
}

#[test]
fn what_the_server_says_of_the_mode_counts_unless_it_means_nothing() {
    let mut page = Page::new();
    page.event("mode_change", json!({"mode": "speaking"}));
    page.event("mode_change", json!({"mode": "dancing"}));
    assert_eq!(page.avatar.mode, Mode::Speaking);
}

#[test]
fn stopping_to_listen_without_a_word_and_losing_the_connection_end_in_idle() {
    let mut page = Page::new();
    page.event("stt_start", json!({}));
    page.event("client_message", json!({"client_id": "a", "message_type": "stt_stop", "message_data": {}}));
    assert_eq!(page.avatar.mode, Mode::Idle);
    page.event("stt_start", json!({}));
    page.disconnected();
    assert_eq!(page.avatar.mode, Mode::Idle);
}

#[test]
fn the_emotion_follows_the_work_until_the_server_tells_one() {
    let mut page = Page::new();
    let mut emotions = Vec::new();
    for (kind, data) in [
        ("stt_start", json!({})),
        ("stt_result", json!({"text": "hello"})),
        ("tool_call", json!({"tool_name": "clock"})),
        ("tool_error", json!({"tool_name": "clock", "message": "stopped"})),
        ("system_metrics", json!({})),
        ("llm_token", json!({"token": "Hi"})),
        ("tts_start", json!({})),
        ("tts_error", json!({"message": "no voice"})),
    ] {
        page.event(kind, data);
        emotions.push(page.avatar.emotion.name());
    }
    let expected = ["neutral", "focused", "focused", "concerned", "concerned", "focused", "neutral", "concerned"];
    assert_eq!(emotions, expected);
}

#[test]
fn once_the_server_tells_an_emotion_it_is_no_longer_derived() {
    let mut page = Page::new();
    for name in ["neutral", "playful", "supportive", "concerned", "witty", "focused", "playful"] {
        page.event("emotion_change", json!({"emotion": name, "previous_emotion": null}));
        assert_eq!(page.avatar.emotion.name(), name);
    }
    page.event("llm_start", json!({}));
    page.event("llm_error", json!({"message": "out of memory"}));
    assert_eq!((page.avatar.emotion, page.avatar.mode), (Emotion::Playful, Mode::Error));
}

#[test]
fn an_emotion_that_means_nothing_tells_nothing_and_a_lost_connection_ends_it() {
    let mut page = Page::new();
    page.event("emotion_change", json!({"emotion": "furious"}));
    page.event("llm_start", json!({}));
    assert_eq!(page.avatar.emotion, Emotion::Focused);
    page.event("emotion_change", json!({"emotion": "witty"}));
    page.disconnected();
    assert_eq!(page.avatar.emotion, Emotion::Neutral);
    page.event("llm_start", json!({}));
    assert_eq!(page.avatar.emotion, Emotion::Focused, "another server may not tell it");
}
