//! Findings about frames, errors and clocks: each with a trace that must raise it, and a similar healthy one. Also the
//! lifecycle of findings in general.

use std::time::Duration;

use coda_dashboard::analysis::{Analyzer, Confidence, FindingKind, MuteRule};
use coda_dashboard::history::{Recorder, Row};
use coda_dashboard::link::{
    CloseInfo, ConnId, DisconnectReason, Failure, FramePurpose, LinkConfig, LinkEvent, MessageState, Origin,
};
use coda_dashboard::protocol::Command;
use coda_dashboard::sim::ServerConfig;

use crate::trace::{COMPOSER, Trace};
use crate::world::{World, at, event, frame_in, frame_out, recorder};

#[test]
fn frames_that_could_not_be_read_are_found_by_their_field() {
    let mut trace = Trace::ready();
    trace.event("stt_result", r#"{"text": 5}"#);
    trace.event("stt_result", r#"{"text": 6}"#);
    trace.control("not json");
    let found = trace.found();
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].subject.contains("stt_result") && found[0].subject.contains("text"), "{}", found[0].subject);
    assert_eq!(found[0].count, 2);
}

#[test]
fn frames_that_say_more_than_is_known_can_be_read() {
    let mut trace = Trace::ready();
    trace.event("stt_result", r#"{"text": "hello", "accent": {"code": "en"}}"#);
    trace.event("invented_yesterday", r#"[1, "two", null]"#);
    trace.control(r#"{"type": "replay", "events": []}"#);
    assert_eq!(trace.found(), []);
}

#[test]
fn frames_too_large_are_found_in_all_their_ways() {
    let mut trace = Trace::ready();
    let id = trace.new_message();
    let too_large = Failure::TooLarge { bytes: 11_000_000, limit: 10_485_760 };
    trace.message(id, "long", COMPOSER, MessageState::Failed(too_large));
    assert_eq!(trace.kinds(), [FindingKind::TooLarge]);

    let mut trace = Trace::ready();
    trace.lose(DisconnectReason::Closed(CloseInfo { code: 1009, reason: "message too big".into() }));
    assert_eq!(trace.kinds(), [FindingKind::TooLarge]);

    let mut trace = Trace::ready();
    trace.event("llm_result", &format!(r#"{{"text": "{}"}}"#, "x".repeat(2 << 20)));
    assert_eq!(trace.only().confidence, Confidence::Possible);
    let mut trace = Trace::ready();
    trace.event("llm_result", &format!(r#"{{"text": "{}"}}"#, "x".repeat(100_000)));
    assert_eq!(trace.found(), []);
}

#[test]
fn frames_that_cannot_be_read_are_one_finding_for_each_field() {
    let mut trace = Trace::ready();
    for _ in 0..3 {
        trace.control(&event(1, "tts_progress", "{}"));
    }
    trace.control(&event(2, "llm_token", r#"{"token": 5}"#));
    trace.control("no JSON");
    assert_eq!(trace.kinds(), [FindingKind::Unreadable; 3]);
    let found: Vec<(String, u64)> = trace.found().into_iter().map(|finding| (finding.subject, finding.count)).collect();
    assert_eq!(found, [("tts_progress: data".into(), 3), ("llm_token: data.token".into(), 1), ("JSON".into(), 1)]);
}

#[test]
fn a_clock_that_jumps_either_way_is_found() {
    for ahead in [60.0, -60.0] {
        let mut trace = Trace::ready();
        trace.event("llm_start", "{}");
        trace.wait(1_000);
        trace.event("llm_start", "{}");
        trace.wait(1_000);
        trace.event_ahead("llm_start", "{}", ahead);
        let finding = trace.only();
        assert_eq!(finding.kind, FindingKind::ClockJump);
        assert!(finding.words.contains(if ahead > 0.0 { "ahead" } else { "back" }), "{}", finding.words);
        assert!(finding.words.contains("by 60.0 s"), "the time that passed is no part of the jump: {}", finding.words);
    }
}

#[test]
fn a_clock_that_is_wrong_is_found_and_settled_when_it_is_set_right() {
    for (ahead, side) in [(-3_600_000, "3600.0 s behind"), (45_000, "45.0 s ahead of")] {
        let mut trace = Trace::ready();
        trace.event_by_wall_clock("llm_start", "{}", ahead);
        trace.wait(1_000);
        trace.event_by_wall_clock("llm_start", "{}", ahead);
        let finding = trace.only();
        assert_eq!((finding.kind, finding.count), (FindingKind::ClockWrong, 1));
        assert!(finding.words.contains(side), "{}", finding.words);
        trace.watch(120);
        trace.event_by_wall_clock("llm_start", "{}", ahead);
        assert!(trace.kinds().contains(&FindingKind::ClockWrong), "it is still wrong");
        trace.wait(1_000);
        trace.event_by_wall_clock("llm_start", "{}", 0);
        assert!(!trace.kinds().contains(&FindingKind::ClockWrong));
    }
}

#[test]
fn a_clock_that_is_some_seconds_off_or_an_event_that_was_held_up_is_no_wrong_clock() {
    let mut trace = Trace::ready();
    for ahead in [0, 1_500, -20_000] {
        trace.wait(30_000);
        trace.event_by_wall_clock("llm_start", "{}", ahead);
    }
    assert_eq!(trace.found(), []);
}

#[test]
fn events_that_come_late_and_all_at_once_are_no_jump_of_the_clock() {
    let mut trace = Trace::ready();
    for number in 0..20_u32 {
        trace.wait(1_000);
        // Delayed in transit: all were sent when the first of them was.
        trace.event_ahead("llm_start", "{}", if number > 10 { 10.0 - f64::from(number) } else { 0.0 });
    }
    trace.wait(1_000);
    trace.event("llm_start", "{}");
    assert_eq!(trace.found(), []);
}

#[test]
fn an_error_of_the_server_is_found_with_the_messages_before_it() {
    let mut trace = Trace::ready();
    trace.say("hello", 2);
    trace.wait(100);
    trace.event("system_error", r#"{"message": "Event loop is closed", "level": "error"}"#);
    let finding = trace.only();
    assert_eq!(finding.kind, FindingKind::ServerError);
    assert!(finding.subject.contains("Event loop is closed"));
    assert_eq!(finding.evidence.len(), 2, "the message and the error");
}

#[test]
fn events_that_only_speak_of_errors_are_none() {
    let mut trace = Trace::ready();
    trace.event("llm_result", r#"{"text": "A system_error means: Event loop is closed", "total_time": 1.0}"#);
    trace.event("error_report", r#"{"message": "no error"}"#);
    trace.other_client("system_error");
    assert_eq!(trace.kinds(), [FindingKind::OtherDashboard]);
}

#[test]
fn errors_that_differ_in_numbers_only_are_one_finding_and_others_are_not() {
    let mut trace = Trace::ready();
    let slow = |task: u32, millis: u32| {
        let message = format!("Executing <Task pending name='Task-{task}' coro=<work()>> took 0.{millis} seconds");
        format!(r#"{{"message": "{message}", "level": "warning"}}"#)
    };
    trace.event("system_error", &slow(9, 113));
    trace.event("system_error", &slow(4_711, 98));
    let finding = trace.only();
    assert_eq!((finding.kind, finding.count), (FindingKind::ServerError, 2));
    assert!(finding.words.contains("'Task-4711'"), "it says what was said last: {}", finding.words);
    trace.event("system_error", r#"{"message": "Task was destroyed but it is pending!", "level": "error"}"#);
    assert_eq!(trace.found().len(), 2);
}

#[test]
fn a_finding_opens_once_counts_up_closes_and_opens_anew() {
    let mut trace = Trace::ready();
    for _ in 0..50 {
        trace.control("not json");
    }
    let finding = trace.only();
    assert_eq!(finding.count, 50);
    assert!(finding.evidence.len() <= 24, "bounded");
    trace.watch(70);
    assert_eq!(trace.found(), []);
    trace.control("not json");
    assert_eq!(trace.only().count, 1);
    assert_eq!(trace.analyzer.log().closed().len(), 1);
}

#[test]
fn what_is_silenced_is_not_shown_but_still_counted() {
    let mut trace = Trace::ready();
    trace.control("not json");
    let finding = trace.only();
    let silence = MuteRule { kind: finding.kind, subject: Some(finding.subject) };
    trace.analyzer.log_mut().set_muted(silence.clone(), true);
    trace.control("not json");
    assert_eq!(trace.found(), []);
    assert_eq!(trace.analyzer.log().open_muted().next().map(|finding| finding.count), Some(2));
    trace.analyzer.log_mut().set_muted(silence, false);
    assert_eq!(trace.found().len(), 1);
}

#[test]
fn a_quiet_and_healthy_session_shows_nothing() {
    let config = ServerConfig { error_every: None, ..ServerConfig::default() };
    let mut world = World::ready(config);
    for number in 0..100 {
        let id = world.say(&format!("question {number}"));
        world.run_for(Duration::from_secs(20));
        if number % 10 == 9 {
            world.send(Command::TextInput { text: format!("question {number}") }, Some(id));
            world.run_for(Duration::from_secs(20));
            world.drop_connection(false);
            world.run_for(Duration::from_secs(5));
        }
    }
    let analyzer = Analyzer::of(&world.recorder);
    let found: Vec<_> = analyzer.log().open().chain(analyzer.log().closed()).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert!(world.recorder.len() > 2_000, "{} rows", world.recorder.len());
}

#[test]
fn a_recording_without_lives_of_messages_can_be_analysed_too() {
    let mut record: Recorder = recorder();
    record.record(&frame_in(0, r#"{"type": "auth_result", "data": {"success": true, "client_id": "me"}}"#));
    let text = r#"{"type":"stt_start","data":{}}"#;
    for millis in 0..8 {
        record.record(&frame_out(millis, text, None));
        let raw = FramePurpose::Raw(Origin::new("file", "import"));
        record.record(&LinkEvent::FrameOut { conn: ConnId(0), text: text.into(), purpose: raw, at: at(millis) });
    }
    record.record(&frame_in(20, r#"{"type": "duplicate_message", "data": {"original_type": "stt_start"}}"#));
    let analyzer = Analyzer::of(&record);
    let kinds: Vec<FindingKind> = analyzer.log().open().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::Burst, FindingKind::DroppedDuplicate]);
}

#[test]
fn every_finding_is_explained_in_the_documentation() {
    let text = include_str!("../../docs/TROUBLESHOOTING.md");
    for kind in FindingKind::ALL.iter().copied() {
        assert!(text.contains(&format!("### {}\n", kind.title())), "no heading “{}”", kind.title());
        assert!(kind.anchor().chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{}", kind.anchor());
    }
}

#[test]
fn every_reason_for_no_connection_and_for_no_message_is_explained_in_the_documentation() {
    let text = include_str!("../../docs/TROUBLESHOOTING.md");
    let info = |code| CloseInfo { code, reason: String::new() };
    let closes = [1000, 1001, 1002, 1003, 1006, 1007, 1008, 1009, 1011, 1012, 1013, 1015, 4000];
    let mut whys = vec![
        DisconnectReason::OpenTimeout,
        DisconnectReason::AuthTimeout,
        DisconnectReason::Rejected("no".into()),
        DisconnectReason::Silent,
        DisconnectReason::Deaf,
    ];
    whys.push(DisconnectReason::Unreachable(info(1006)));
    whys.extend(closes.map(|code| DisconnectReason::Closed(info(code))));
    for why in whys {
        let words = why.explain(&LinkConfig::default());
        let said = words.split(['.', ':', '(']).next().unwrap().trim();
        assert!(text.contains(said), "{words}");
    }
    let failures = [
        (Failure::QueueFull { limit: 1 }, "the queue is full"),
        (Failure::QueueBytes { limit: 1 }, "the queue is full"),
        (Failure::TooLarge { bytes: 1, limit: 1 }, "but Coda accepts"),
    ];
    for (failure, said) in failures {
        assert!(failure.to_string().contains(said) && text.contains(said), "{failure}");
    }
}

/// A measurement rather than a test: prints what a token costs.
#[test]
#[ignore = "prints a figure"]
fn what_a_token_costs() {
    let mut trace = Trace::ready();
    for _ in 0..50_000 {
        trace.wait(2);
        trace.event("llm_token", r#"{"token": "word", "token_index": 1}"#);
    }
    let start = std::time::Instant::now();
    trace.analyzer.catch_up(&trace.recorder);
    let rows = trace.recorder.rows(..).map(Row::size).count();
    eprintln!("{:?} a row", start.elapsed() / u32::try_from(rows).unwrap());
}
