//! Findings about messages and their echoes: each with a trace that must raise it, and a similar healthy one.

use std::time::Duration;

use coda_dashboard::analysis::{Analyzer, Confidence, FindingKind};
use coda_dashboard::link::{Acknowledgement, LinkEvent, MessageState, Origin};
use coda_dashboard::protocol::Command;
use coda_dashboard::sim::ServerConfig;

use crate::trace::{COMPOSER, SHORTCUT, Trace};
use crate::world::{World, at};

#[test]
fn a_message_that_two_components_made_is_a_double_listener_and_names_both() {
    let mut trace = Trace::ready();
    let original = trace.write("hello");
    let copy = trace.new_message();
    trace.wait(2);
    trace.message(copy, "hello", SHORTCUT, MessageState::Suppressed { original });
    let finding = trace.only();
    assert_eq!((finding.kind, finding.confidence), (FindingKind::DoubleListener, Confidence::Certain));
    assert!(finding.words.contains("composer (press enter) and shortcut (press key)"), "{}", finding.words);
    assert_eq!(finding.evidence.len(), 2);
}

#[test]
fn a_double_click_is_less_sure_than_a_double_listener() {
    let mut trace = Trace::ready();
    let original = trace.write("hello");
    let copy = trace.new_message();
    trace.wait(180);
    trace.message(copy, "hello", COMPOSER, MessageState::Suppressed { original });
    assert_eq!(trace.only().confidence, Confidence::Likely);
}

#[test]
fn two_different_messages_are_no_double() {
    let mut trace = Trace::ready();
    trace.say("hello", 2);
    trace.wait(30);
    trace.say("hello again", 2);
    assert_eq!(trace.found(), []);
}

#[test]
fn a_double_listener_is_found_with_the_protections_off_though_both_were_sent() {
    let mut trace = Trace::ready();
    trace.tell(LinkEvent::Protections { on: false, at: at(trace.now) });
    trace.say("hello", 1);
    trace.wait(48);
    let copy = trace.new_message();
    trace.message(copy, "hello", SHORTCUT, MessageState::Queued);
    let finding = trace.only();
    assert_eq!((finding.kind, finding.confidence), (FindingKind::DoubleListener, Confidence::Certain));
    assert!(finding.words.contains("composer (press enter) and shortcut (press key)"), "{}", finding.words);
    assert!(finding.words.ends_with("49 ms apart. Too fast for a user: something listens twice. Both were sent."));
    assert_eq!(finding.evidence.len(), 2);
}

#[test]
fn the_same_said_again_later_or_played_again_is_no_double() {
    let mut trace = Trace::ready();
    trace.tell(LinkEvent::Protections { on: false, at: at(trace.now) });
    trace.say("hello", 1);
    trace.wait(60);
    trace.say("hello", 1);
    let replay = Origin::new("replay", "play");
    for _ in 0..2 {
        let id = trace.new_message();
        trace.message(id, "hello", replay.clone(), MessageState::Queued);
        trace.message(id, "hello", replay.clone(), MessageState::Delivered(Acknowledgement::Echo));
    }
    assert_eq!(trace.found(), []);
}

#[test]
fn what_is_sent_again_at_once_by_the_user_is_no_double() {
    let mut world = World::ready(ServerConfig::quiet());
    let first = world.say("hello");
    world.run_for(Duration::from_millis(10));
    world.send(Command::TextInput { text: "hello".into() }, Some(first));
    world.run_for(Duration::from_secs(1));
    assert_eq!(Analyzer::of(&world.recorder).log().open().count(), 0);
}

#[test]
fn eight_messages_at_once_are_a_burst_and_overlap() {
    let mut trace = Trace::ready();
    for number in 0..8 {
        trace.write(&number.to_string());
        trace.wait(5);
    }
    let kinds = trace.kinds();
    assert!(kinds.contains(&FindingKind::Burst) && kinds.contains(&FindingKind::Overlap), "{kinds:?}");
}

#[test]
fn messages_at_the_queues_pace_are_neither_burst_nor_overlap() {
    let mut trace = Trace::ready();
    for number in 0..20 {
        trace.say(&number.to_string(), 2);
        trace.wait(18);
    }
    assert_eq!(trace.found(), []);
}

#[test]
fn stopping_while_a_text_is_unanswered_is_no_overlap() {
    let mut world = World::ready(ServerConfig::quiet());
    world.say("hello");
    world.send(Command::TtsStop, None);
    world.run_for(Duration::from_secs(1));
    assert_eq!(Analyzer::of(&world.recorder).log().open().count(), 0);
}

#[test]
fn what_the_server_dropped_as_a_duplicate_is_found_with_its_type() {
    let mut trace = Trace::ready();
    trace.control(r#"{"type": "duplicate_message", "data": {"original_type": "stt_start", "count": 2}}"#);
    let finding = trace.only();
    assert_eq!((finding.kind, &*finding.subject), (FindingKind::DroppedDuplicate, "stt_start"));
}

#[test]
fn the_same_message_again_after_the_first_was_echoed_is_no_dropped_duplicate() {
    let mut world = World::ready(ServerConfig::quiet());
    for _ in 0..3 {
        world.say("hello");
        world.run_for(Duration::from_secs(6));
    }
    assert_eq!(Analyzer::of(&world.recorder).log().open().count(), 0);
}

#[test]
fn echoes_that_slow_down_against_their_past_are_found_until_they_recover() {
    let mut trace = Trace::slowed_down();
    let finding = trace.only();
    assert_eq!(finding.kind, FindingKind::EchoesSlow);
    assert!(finding.words.contains("400.0 ms") && finding.words.contains("3.0 ms"), "{}", finding.words);
    for number in 0..3 {
        trace.say(&format!("quick {number}"), 3);
        trace.wait(1_000);
    }
    assert_eq!(trace.found(), []);
}

#[test]
fn one_quick_echo_shows_that_echoes_are_slow_no_longer() {
    let mut trace = Trace::slowed_down();
    assert_eq!(trace.kinds(), [FindingKind::EchoesSlow]);
    trace.say("quick", 3);
    assert_eq!(trace.found(), []);
    // A single slow one is an exception.
    trace.say("slow", 400);
    assert_eq!(trace.found(), []);
}

#[test]
fn echoes_are_not_called_slow_for_ever_where_no_more_come() {
    let mut trace = Trace::slowed_down();
    assert_eq!(trace.kinds(), [FindingKind::EchoesSlow]);
    trace.watch(100);
    assert_eq!(trace.found(), []);
}

#[test]
fn a_server_that_was_restarted_is_not_held_against_its_former_pace() {
    let mut trace = Trace::slowed_down();
    trace.resumed(true, 0, 0);
    assert_eq!(trace.kinds(), [FindingKind::Restarted]);
    for number in 0..20 {
        trace.say(&format!("after {number}"), 400);
        trace.wait(1_000);
    }
    assert_eq!(trace.kinds(), [FindingKind::Restarted]);
}

#[test]
fn echoes_that_were_always_slow_are_no_finding() {
    let mut trace = Trace::ready();
    for number in 0..20 {
        trace.say(&number.to_string(), 300 + number % 7 * 30);
        trace.wait(1_000);
    }
    assert_eq!(trace.found(), []);
}

#[test]
fn an_unconfirmed_message_is_found_until_its_outcome_is_known() {
    let mut trace = Trace::ready();
    let id = trace.write("hello");
    trace.wait(5_000);
    trace.message(id, "hello", COMPOSER, MessageState::Unconfirmed);
    assert_eq!(trace.kinds(), [FindingKind::Unconfirmed]);
    trace.watch(120);
    assert_eq!(trace.kinds(), [FindingKind::Unconfirmed], "time alone settles nothing");
    trace.message(id, "hello", COMPOSER, MessageState::Delivered(Acknowledgement::Turn));
    assert_eq!(trace.found(), []);
}

/// Returns the echo of a message that a client with this id sent.
fn echo_of(client: &str, kind: &str, data: &str) -> String {
    format!(r#"{{"client_id": "{client}", "message_type": "{kind}", "message_data": {data}}}"#)
}

#[test]
fn an_echo_of_ours_that_comes_once_more_is_no_other_dashboards() {
    let mut trace = Trace::ready();
    let id = trace.write("hello");
    trace.message(id, "hello", COMPOSER, MessageState::Delivered(Acknowledgement::Echo));
    let data = format!(r#"{{"text": "hello", "message_id": "{id}"}}"#);
    for _ in 0..2 {
        trace.event("client_message", &echo_of("by-another-name", "text_input", &data));
    }
    assert_eq!(trace.found(), []);
}

#[test]
fn an_echo_of_ours_that_comes_on_the_next_connection_is_no_other_dashboards() {
    let mut trace = Trace::ready();
    trace.lose(Trace::broken());
    trace.connect_as("me-again");
    trace.event("client_message", &echo_of("me", "text_input", r#"{"text": "from before"}"#));
    trace.event("client_message", &echo_of("me-again", "text_input", r#"{"text": "from now"}"#));
    assert_eq!(trace.found(), []);
    trace.other_client("hello");
    assert_eq!(trace.kinds(), [FindingKind::OtherDashboard]);
}

#[test]
fn the_echo_of_a_text_from_before_a_reload_is_no_other_dashboards() {
    let mut trace = Trace::ready();
    let id = trace.new_message();
    let origin = Origin::new("composer", "before the reload");
    trace.message(id, "hello", origin.clone(), MessageState::Queued);
    trace.message(id, "hello", origin, MessageState::Unconfirmed);
    let data = format!(r#"{{"text": "hello", "message_id": "{id}"}}"#);
    trace.event("client_message", &echo_of("before-the-reload", "text_input", &data));
    assert_eq!(trace.kinds(), [FindingKind::Unconfirmed]);
}

#[test]
fn the_echo_of_a_raw_frame_is_no_other_dashboards() {
    let mut trace = Trace::ready();
    trace.raw(r#"{"type":"light","data":{"room":1}}"#);
    trace.event("client_message", &echo_of("by-another-name", "light", r#"{"room": 1}"#));
    assert_eq!(trace.found(), []);
    trace.wait(60_000);
    trace.event("client_message", &echo_of("someone-else", "light", r#"{"room": 1}"#));
    assert_eq!(trace.kinds(), [FindingKind::OtherDashboard]);
}

#[test]
fn messages_in_a_replay_are_no_other_dashboards() {
    let mut trace = Trace::ready();
    let echo = echo_of("someone-else", "text_input", r#"{"text": "hello"}"#);
    let echo = format!(r#"{{"seq": 9, "type": "client_message", "data": {echo}}}"#);
    trace.control(&format!(r#"{{"type": "replay", "events": [{echo}]}}"#));
    assert_eq!(trace.found(), []);
}

#[test]
fn what_is_said_of_unconfirmed_messages_is_true_of_those_that_are_left() {
    let mut trace = Trace::ready();
    let ids = [trace.write("one"), trace.write("two")];
    for id in ids {
        trace.message(id, "text", COMPOSER, MessageState::Unconfirmed);
    }
    let words = |trace: &mut Trace| {
        let found = trace.found();
        found.into_iter().find(|finding| finding.kind == FindingKind::Unconfirmed).map(|finding| finding.words)
    };
    assert!(words(&mut trace).unwrap().ends_with("2 messages in all are unconfirmed."));
    trace.message(ids[0], "text", COMPOSER, MessageState::Delivered(Acknowledgement::Turn));
    assert!(words(&mut trace).unwrap().ends_with("could make Coda act twice."));
    trace.message(ids[1], "text", COMPOSER, MessageState::Delivered(Acknowledgement::Turn));
    assert_eq!(words(&mut trace), None);
}

#[test]
fn another_dashboard_is_found_by_its_echoes_and_our_own_are_not() {
    let mut trace = Trace::ready();
    trace.event("client_message", r#"{"client_id": "me", "message_type": "ping", "message_data": {}}"#);
    assert_eq!(trace.found(), []);
    trace.other_client("hello");
    let finding = trace.only();
    assert_eq!((finding.kind, &*finding.subject), (FindingKind::OtherDashboard, "someone-else"));
}
