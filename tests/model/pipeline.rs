//! The stages of the current turn.

use coda_dashboard::model::{Pipeline, StageKind};
use serde_json::{Value, json};

use crate::performance::Feed;

struct Run {
    feed: Feed,
    pipeline: Pipeline,
}

impl Run {
    fn new() -> Self {
        Self { feed: Feed::new(), pipeline: Pipeline::default() }
    }

    fn event(&mut self, kind: &str, data: Value) {
        self.pipeline.apply(&self.feed.event(kind, data));
    }

    fn events(&mut self, kinds: &[&str]) {
        for kind in kinds {
            match *kind {
                "user" | "assistant" => self.event("conversation_turn", json!({"role": kind, "content": "words"})),
                "stt_stop" => {
                    let echo = json!({"client_id": "a", "message_type": "stt_stop", "message_data": {}});
                    self.event("client_message", echo);
                }
                kind => self.event(kind, json!({"text": "words", "token": "w", "percent_complete": 5, "message": "broken", "tool_name": "clock"})),
            }
        }
    }

    /// Returns each stage with its start and end in seconds. There is one event per second.
    fn stages(&self) -> Vec<(&str, u64, Option<u64>)> {
        let seconds = |time: coda_dashboard::protocol::Instant| time.as_micros() / 1_000_000;
        let stages = self.pipeline.stages().iter();
        stages.map(|stage| (stage.kind.name(), seconds(stage.started), stage.ended.map(seconds))).collect()
    }
}

#[test]
fn a_spoken_turn_goes_through_all_stages() {
    let mut run = Run::new();
    run.events(&["stt_start", "stt_interim", "stt_result", "user", "llm_start", "tool_call", "tool_result"]);
    assert_eq!(run.pipeline.current().map(|stage| stage.kind), Some(StageKind::Thinking));
    run.events(&["llm_token", "llm_result", "assistant", "tts_start", "tts_progress", "tts_result"]);
    let expected =
        [("listening", 1, Some(3)), ("thinking", 4, Some(10)), ("tools", 6, Some(7)), ("speaking", 11, Some(13))];
    assert_eq!(run.stages(), expected);
    assert_eq!(run.pipeline.current(), None);
}

#[test]
fn a_typed_turn_begins_with_thinking_and_clears_the_turn_before() {
    let mut run = Run::new();
    run.events(&["stt_start", "stt_result", "user", "assistant", "user", "llm_start"]);
    assert_eq!(run.stages(), [("thinking", 5, None)]);
}

#[test]
fn listening_that_heard_nothing_does_not_belong_to_the_typed_turn_after_it() {
    for silence in ["stt_error", "stt_stop"] {
        let mut run = Run::new();
        run.events(&["stt_start", silence]);
        assert_eq!(run.stages(), [("listening", 1, Some(2))], "{silence}");
        run.events(&["user"]);
        assert_eq!(run.stages(), [("thinking", 3, None)], "{silence}");
    }
}

#[test]
fn listening_ends_when_the_button_is_let_go_and_still_belongs_to_its_turn() {
    let mut run = Run::new();
    run.events(&["stt_start", "stt_stop", "stt_result", "user"]);
    assert_eq!(run.stages(), [("listening", 1, Some(2)), ("thinking", 4, None)]);
}

#[test]
fn listening_anew_begins_a_new_turn() {
    let mut run = Run::new();
    run.events(&["user", "assistant", "tts_start", "stt_start"]);
    assert_eq!(run.stages(), [("listening", 4, None)]);
}

#[test]
fn the_tools_stage_lasts_until_the_last_tool_is_back() {
    let mut run = Run::new();
    run.events(&["user", "tool_call", "tool_call", "tool_error"]);
    assert_eq!(run.stages()[1], ("tools", 2, None));
    run.events(&["tool_result"]);
    assert_eq!(run.stages()[1], ("tools", 2, Some(5)));
    run.events(&["tool_call", "tool_result"]);
    assert_eq!(run.stages()[1], ("tools", 2, Some(7)), "taken up again");
}

#[test]
fn a_tool_that_is_not_back_when_the_answer_is_complete_runs_no_longer() {
    let mut run = Run::new();
    run.events(&["user", "tool_call", "assistant"]);
    assert_eq!(run.stages(), [("thinking", 1, Some(3)), ("tools", 2, Some(3))]);
}

#[test]
fn an_error_of_the_model_ends_thinking_and_its_tools() {
    let mut run = Run::new();
    run.events(&["user", "llm_start", "tool_call", "llm_error"]);
    assert_eq!(run.stages(), [("thinking", 1, Some(4)), ("tools", 3, Some(4))]);
    run.events(&["tool_call", "tool_result"]);
    assert_eq!(run.stages()[1], ("tools", 3, Some(6)), "the tool that was given up is not waited for");
}

#[test]
fn speaking_ends_with_its_result_an_error_or_a_stop() {
    for end in ["tts_result", "tts_error", "tts_stop"] {
        let mut run = Run::new();
        run.events(&["tts_start", end]);
        assert_eq!(run.stages(), [("speaking", 1, Some(2))], "{end}");
    }
}

#[test]
fn speech_that_follows_on_another_is_timed_from_its_own_start() {
    let mut run = Run::new();
    run.events(&["tts_start", "tts_result", "tts_start"]);
    assert_eq!(run.stages(), [("speaking", 3, None)]);
}

#[test]
fn speech_that_goes_on_while_the_next_turn_runs_stays_in_progress() {
    let mut run = Run::new();
    run.events(&["user", "assistant", "tts_start", "user", "llm_start"]);
    assert_eq!(run.stages(), [("speaking", 3, None), ("thinking", 4, None)]);
    run.events(&["assistant", "tts_result"]);
    assert_eq!(run.stages(), [("speaking", 3, Some(7)), ("thinking", 4, Some(6))]);

    let mut run = Run::new();
    run.events(&["tts_start", "user", "llm_start", "user"]);
    assert_eq!(run.stages(), [("speaking", 1, None), ("thinking", 4, None)], "whatever else is in progress");
}

#[test]
fn ends_without_a_beginning_change_nothing() {
    let mut run = Run::new();
    run.events(&["stt_result", "stt_error", "stt_stop", "tool_result", "tool_error", "llm_error", "assistant"]);
    run.events(&["tts_result", "tts_error", "tts_stop"]);
    run.event("system_metrics", json!({}));
    assert_eq!((run.stages(), run.pipeline.revision()), (vec![], 0));
    run.events(&["user"]);
    assert_eq!(run.stages(), [("thinking", 12, None)]);
}

#[test]
fn a_result_whose_listening_was_missed_does_not_keep_the_turn_before() {
    let mut run = Run::new();
    run.events(&["user", "assistant", "stt_result", "user"]);
    assert_eq!(run.stages(), [("thinking", 4, None)]);
}

#[test]
fn without_a_connection_nothing_is_known_of_the_turn() {
    let mut run = Run::new();
    run.events(&["user", "tool_call"]);
    run.pipeline.disconnected();
    assert!(run.pipeline.stages().is_empty());
    let before = run.pipeline.revision();
    run.pipeline.disconnected();
    assert_eq!(run.pipeline.revision(), before);
}
