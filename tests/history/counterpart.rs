//! Pairing of calls with results, and of events with the message that started their turn.

use std::time::Duration;

use coda_dashboard::history::{Recorder, Row, cause, counterpart};
use coda_dashboard::link::LinkEvent;
use coda_dashboard::sim::ServerConfig;

use crate::world::{World, event, frame_in, recorded};

fn first<'a>(recorder: &'a Recorder, kind: &str) -> &'a Row {
    recorder.rows(..).find(|row| row.wire_type().is_some_and(|own| &**own == kind)).unwrap()
}

#[test]
fn a_call_and_its_result_are_partners_by_the_name_of_the_tool() {
    let record = recorded(&[
        frame_in(0, &event(1, "tool_call", r#"{"tool_name": "clock", "parameters": {}}"#)),
        frame_in(1, &event(2, "tool_call", r#"{"tool_name": "weather", "parameters": {}}"#)),
        frame_in(2, &event(3, "tool_result", r#"{"tool_name": "weather", "result_preview": "sun"}"#)),
        frame_in(3, &event(4, "tool_error", r#"{"tool_name": "clock", "message": "stopped"}"#)),
    ]);
    let partners: Vec<_> = record.rows(..).map(|row| counterpart(&record, row)).collect();
    assert_eq!(partners, [Some(4), Some(3), Some(2), Some(1)]);
}

#[test]
fn a_call_without_a_result_has_no_partner() {
    let record = recorded(&[
        frame_in(0, &event(1, "tool_call", r#"{"tool_name": "clock", "parameters": {}}"#)),
        frame_in(1, &event(2, "llm_result", r#"{"text": "no idea"}"#)),
    ]);
    assert_eq!(record.rows(..).map(|row| counterpart(&record, row)).collect::<Vec<_>>(), [None, None]);
}

#[test]
fn an_event_leads_back_to_the_message_that_began_its_turn() {
    let mut world = World::ready(ServerConfig { error_every: None, ..ServerConfig::default() });
    let id = world.say("hello");
    world.run_for(Duration::from_secs(20));
    for kind in ["llm_start", "llm_token", "llm_result", "tts_result"] {
        assert_eq!(cause(&world.recorder, first(&world.recorder, kind)), Some(id), "{kind}");
    }
    assert_eq!(cause(&world.recorder, first(&world.recorder, "conversation_start")), None);
}

fn call(millis: u64, name: &str) -> LinkEvent {
    frame_in(millis, &event(millis, "tool_call", &format!(r#"{{"tool_name": "{name}", "parameters": {{}}}}"#)))
}

fn result(millis: u64, name: &str) -> LinkEvent {
    frame_in(millis, &event(millis, "tool_result", &format!(r#"{{"tool_name": "{name}", "result_preview": "x"}}"#)))
}

fn plain(millis: u64, kind: &str) -> LinkEvent {
    frame_in(millis, &event(millis, kind, "{}"))
}

fn partners(events: &[LinkEvent]) -> Vec<Option<u64>> {
    let record = recorded(events);
    record.rows(..).map(|row| counterpart(&record, row)).collect()
}

#[test]
fn calls_of_one_tool_at_a_time_are_answered_in_their_order() {
    let events = [call(1, "clock"), call(2, "clock"), result(3, "clock"), result(4, "clock")];
    assert_eq!(partners(&events), [Some(3), Some(4), Some(1), Some(2)]);
}

#[test]
fn a_call_without_a_result_does_not_take_the_next_turn_s() {
    let events = [plain(1, "llm_start"), call(2, "clock"), plain(3, "llm_start"), call(4, "clock"), result(5, "clock")];
    assert_eq!(partners(&events), [None, None, None, Some(5), Some(4)]);
}

#[test]
fn what_has_no_name_ends_at_its_next_beginning() {
    let events = [plain(1, "tts_start"), plain(2, "tts_start"), plain(3, "tts_stop"), plain(4, "tts_result")];
    assert_eq!(partners(&events), [None, Some(3), Some(2), None]);
}
