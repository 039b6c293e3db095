//! Each finding: a trace that must raise it, and a similar healthy one that must not.

use std::time::Duration;

use coda_dashboard::analysis::{Analyst, Confidence, Finding, FindingKind, Silenced};
use coda_dashboard::history::{Recorder, Row};
use coda_dashboard::link::{
    Carries, CloseInfo, ConnId, Failure, Input, LinkEvent, MessageState, Origin, Phase, Proof, Why,
};
use coda_dashboard::protocol::{Command, Timestamp};
use coda_dashboard::sim::ServerConfig;

use crate::trace::{COMPOSER, CONN, SHORTCUT, Trace};
use crate::world::{World, at, event, frame_in, frame_out, recorder};

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
    assert!(finding.words.ends_with("49 ms apart. Nobody acts so quickly: something listens twice. Both were sent."));
    assert_eq!(finding.evidence.len(), 2);
}

#[test]
fn the_same_said_again_later_or_played_again_is_no_double() {
    let mut trace = Trace::ready();
    trace.tell(LinkEvent::Protections { on: false, at: at(trace.now) });
    trace.say("hello", 1);
    trace.wait(60);
    trace.say("hello", 1);
    let replay = Origin { component: "replay", action: "play" };
    for _ in 0..2 {
        let id = trace.new_message();
        trace.message(id, "hello", replay, MessageState::Queued);
        trace.message(id, "hello", replay, MessageState::Delivered(Proof::Echo));
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
    assert_eq!(Analyst::of(&world.recorder).board().open().count(), 0);
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
    assert_eq!(Analyst::of(&world.recorder).board().open().count(), 0);
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
    assert_eq!(Analyst::of(&world.recorder).board().open().count(), 0);
}

#[test]
fn a_connection_that_fell_silent_is_found_and_settled_by_the_next() {
    let mut trace = Trace::ready();
    trace.wait(20_000);
    trace.lose(Why::Silent);
    assert_eq!(trace.kinds(), [FindingKind::Silent]);
    trace.wait(300);
    trace.connect();
    assert_eq!(trace.found(), []);
    assert_eq!(trace.analyst.board().closed().len(), 1);
}

#[test]
fn who_goes_offline_or_to_another_server_leaves_the_faults_of_the_old_one_behind() {
    let offline = |trace: &mut Trace| trace.phase(Phase::Offline, None);
    let elsewhere = |trace: &mut Trace| {
        let give_up_at = Timestamp::from_millis(trace.now + 10_000);
        trace.phase(Phase::Opening { conn: CONN, give_up_at }, None);
    };
    for leave in [&offline as &dyn Fn(&mut Trace), &elsewhere] {
        let mut trace = Trace::ready();
        trace.lose(Why::Silent);
        leave(&mut trace);
        assert_eq!(trace.found(), []);

        let mut trace = Trace::new();
        trace.authenticating();
        trace.control(r#"{"type": "auth_result", "data": {"success": false, "message": "no"}}"#);
        trace.phase(Phase::Refused { reason: "no".into() }, None);
        assert_eq!(trace.kinds(), [FindingKind::ChallengeRefused]);
        leave(&mut trace);
        assert_eq!(trace.found(), []);

        let mut trace = slowed_down();
        assert_eq!(trace.kinds(), [FindingKind::EchoesSlow]);
        leave(&mut trace);
        assert_eq!(trace.found(), []);
        trace.connect();
        for number in 0..20 {
            trace.say(&format!("elsewhere {number}"), 400);
            trace.wait(1_000);
        }
        assert_eq!(trace.found(), [], "another server, another pace");
    }
}

#[test]
fn the_next_try_to_reach_the_same_server_settles_nothing() {
    let mut trace = Trace::ready();
    trace.lose(Why::Silent);
    let give_up_at = Timestamp::from_millis(trace.now + 10_000);
    trace.phase(Phase::Opening { conn: CONN, give_up_at }, Some(Why::Silent));
    assert_eq!(trace.kinds(), [FindingKind::Silent]);
}

#[test]
fn a_connection_that_was_closed_once_is_no_finding() {
    let mut trace = Trace::ready();
    trace.wait(20_000);
    trace.lose(Trace::broken());
    trace.wait(300);
    trace.connect();
    trace.resumed(false, 3, 3);
    assert_eq!(trace.found(), []);
}

#[test]
fn a_server_that_sends_no_events_is_deaf() {
    let mut trace = Trace::ready();
    trace.lose(Why::Deaf);
    assert_eq!(trace.kinds(), [FindingKind::Deaf]);
}

#[test]
fn a_server_that_has_nothing_to_say_but_echoes_pings_is_not_deaf() {
    let mut world = World::ready(ServerConfig::quiet());
    world.run_for(Duration::from_secs(600));
    assert_eq!(Analyst::of(&world.recorder).board().open().count(), 0);
}

#[test]
fn a_restart_is_found_and_closes_by_itself() {
    let mut world = World::ready(ServerConfig { error_every: None, ..ServerConfig::default() });
    world.run_for(Duration::from_secs(20));
    world.drop_connection(true);
    world.run_for(Duration::from_secs(5));
    let mut analyst = Analyst::of(&world.recorder);
    let kinds: Vec<FindingKind> = analyst.board().open().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::Restarted]);
    world.run_for(Duration::from_secs(61));
    analyst.catch_up(&world.recorder);
    analyst.tick(world.clock());
    assert_eq!(analyst.board().open().count(), 0);
}

#[test]
fn missed_events_are_found_unless_the_replay_brought_them_back() {
    let mut trace = Trace::ready();
    trace.resumed(false, 5, 5);
    assert_eq!(trace.found(), []);
    trace.resumed(false, 5, 2);
    let finding = trace.only();
    assert_eq!(finding.kind, FindingKind::Missed);
    assert!(finding.words.starts_with("3 events"), "{}", finding.words);
}

/// A link that is sent events ahead of the last one by so much, and what is found a moment later.
fn found_after_events(ahead: &[u64]) -> Vec<Finding> {
    let mut world = World::ready(ServerConfig::quiet());
    let seq = |told: &LinkEvent| match told {
        LinkEvent::Event(event) => event.seq,
        _ => None,
    };
    let last = world.told.iter().filter_map(seq).max().expect("the hello was echoed");
    for ahead in ahead {
        world.input(Input::Frame(CONN, event(last + ahead, "llm_start", "{}").into()));
    }
    world.run_for(Duration::from_secs(2));
    Analyst::of(&world.recorder).board().open().cloned().collect()
}

#[test]
fn events_that_overtake_each_other_were_not_missed() {
    assert_eq!(found_after_events(&[1, 3, 2]), []);
}

#[test]
fn numbers_that_never_come_within_a_connection_are_missed_events() {
    let found = found_after_events(&[1, 4, 2]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].kind, FindingKind::Missed);
    assert!(found[0].words.starts_with("1 of Coda's events did not come"), "{}", found[0].words);
}

#[test]
fn a_challenge_that_never_comes_is_found_before_the_link_gives_up_and_once_only() {
    let mut trace = Trace::new();
    trace.authenticating();
    trace.watch(4);
    assert_eq!(trace.found(), []);
    trace.watch(2);
    assert_eq!(trace.kinds(), [FindingKind::ChallengeMissing]);
    trace.wait(4_000);
    trace.lose(Why::AuthTimeout);
    assert_eq!(trace.only().count, 1);
}

#[test]
fn being_let_in_without_a_challenge_is_found() {
    let mut trace = Trace::new();
    trace.authenticating();
    trace.wait(1_010);
    trace.phase(Phase::Ready { conn: CONN, since: at(trace.now), client_id: None }, None);
    assert_eq!(trace.kinds(), [FindingKind::ChallengeMissing]);
}

#[test]
fn a_refused_token_is_found_and_settled_when_the_next_is_taken() {
    let mut trace = Trace::new();
    trace.authenticating();
    trace.control(r#"{"type": "auth_challenge", "data": {"token": "a:1:b:c"}}"#);
    trace.answer();
    trace.control(r#"{"type": "auth_result", "data": {"success": false, "message": "no"}}"#);
    trace.lose(Why::Rejected("no".into()));
    assert_eq!(trace.kinds(), [FindingKind::ChallengeRefused]);
    trace.connect();
    assert_eq!(trace.found(), []);
}

#[test]
fn a_token_that_is_taken_after_a_connection_broke_is_no_refusal() {
    let mut trace = Trace::new();
    trace.authenticating();
    trace.control(r#"{"type": "auth_challenge", "data": {"token": "a:1:b:c"}}"#);
    trace.answer();
    trace.lose(Trace::broken());
    trace.wait(300);
    trace.connect();
    trace.control(r#"{"type": "auth_result", "data": {"success": true, "message": "false alarm", "client_id": "me"}}"#);
    assert_eq!(trace.found(), []);
}

#[test]
fn a_late_challenge_and_a_late_answer_are_found() {
    for (before, after) in [(1_500, 0), (10, 1_500)] {
        let mut trace = Trace::new();
        trace.authenticating();
        trace.wait(before);
        trace.control(r#"{"type": "auth_challenge", "data": {"token": "a:1:b:c"}}"#);
        trace.wait(after);
        trace.answer();
        assert_eq!(trace.kinds(), [FindingKind::ChallengeLate]);
    }
}

#[test]
fn an_answer_to_the_challenge_without_an_answer_is_found() {
    let mut trace = Trace::new();
    trace.authenticating();
    trace.control(r#"{"type": "auth_challenge", "data": {"token": "a:1:b:c"}}"#);
    trace.answer();
    trace.watch(4);
    assert_eq!(trace.found(), []);
    trace.watch(2);
    assert_eq!(trace.kinds(), [FindingKind::ChallengeLate]);
}

/// Echoes were quick and are slow now.
fn slowed_down() -> Trace {
    let mut trace = Trace::ready();
    for number in 0..10 {
        trace.say(&number.to_string(), 3);
        trace.wait(1_000);
    }
    assert_eq!(trace.found(), []);
    for number in 0..3 {
        trace.say(&format!("slow {number}"), 400);
        trace.wait(1_000);
    }
    trace
}

#[test]
fn echoes_that_slow_down_against_their_past_are_found_until_they_recover() {
    let mut trace = slowed_down();
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
fn a_server_that_was_restarted_is_not_held_against_its_former_pace() {
    let mut trace = slowed_down();
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
    trace.lose(Why::Closed(CloseInfo { code: 1009, reason: "message too big".into() }));
    assert_eq!(trace.kinds(), [FindingKind::TooLarge]);

    let mut trace = Trace::ready();
    trace.event("llm_result", &format!(r#"{{"text": "{}"}}"#, "x".repeat(2 << 20)));
    assert_eq!(trace.only().confidence, Confidence::Possible);
    let mut trace = Trace::ready();
    trace.event("llm_result", &format!(r#"{{"text": "{}"}}"#, "x".repeat(100_000)));
    assert_eq!(trace.found(), []);
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
    }
}

#[test]
fn events_that_come_late_and_all_at_once_are_no_jump_of_the_clock() {
    let mut trace = Trace::ready();
    for number in 0..20_u32 {
        trace.wait(1_000);
        // Held up on the way: sent when the first of them was.
        trace.event_ahead("llm_start", "{}", if number > 10 { 10.0 - f64::from(number) } else { 0.0 });
    }
    trace.wait(1_000);
    trace.event("llm_start", "{}");
    assert_eq!(trace.found(), []);
}

#[test]
fn connections_that_break_again_and_again_are_a_storm() {
    let mut trace = Trace::ready();
    for _ in 0..3 {
        trace.wait(3_000);
        trace.lose(Trace::broken());
        trace.connect();
    }
    assert_eq!(trace.found(), []);
    trace.lose(Trace::broken());
    let finding = trace.only();
    assert_eq!(finding.kind, FindingKind::ReconnectStorm);
    assert!(finding.words.starts_with("4 connections"), "{}", finding.words);
}

#[test]
fn connections_that_are_closed_before_they_are_ready_again_and_again_are_a_storm() {
    let mut trace = Trace::new();
    for _ in 0..4 {
        assert_eq!(trace.found(), []);
        trace.authenticating();
        trace.wait(20);
        trace.lose(Trace::broken());
        trace.wait(3_000);
    }
    let finding = trace.only();
    assert_eq!(finding.kind, FindingKind::ReconnectStorm);
    assert!(finding.words.starts_with("4 connections"), "{}", finding.words);
}

#[test]
fn a_server_that_is_slow_to_let_us_in_or_refuses_is_no_storm() {
    let mut trace = Trace::new();
    for why in [Why::AuthTimeout, Why::Rejected("no".into()), Why::AuthTimeout, Why::AuthTimeout, Why::AuthTimeout] {
        trace.authenticating();
        trace.wait(5_000);
        trace.lose(why);
    }
    assert!(!trace.kinds().contains(&FindingKind::ReconnectStorm), "{:?}", trace.kinds());
}

#[test]
fn a_server_that_is_away_for_long_is_no_storm() {
    let mut trace = Trace::ready();
    trace.lose(Trace::broken());
    for _ in 0..10 {
        trace.wait(3_000);
        trace.lose(Why::Unreachable(CloseInfo { code: 1006, reason: String::new() }));
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
    trace.message(id, "hello", COMPOSER, MessageState::Delivered(Proof::Turn));
    assert_eq!(trace.found(), []);
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
    assert_eq!(trace.analyst.board().closed().len(), 1);
}

#[test]
fn what_is_silenced_is_not_shown_but_still_counted() {
    let mut trace = Trace::ready();
    trace.control("not json");
    let finding = trace.only();
    let silence = Silenced { kind: finding.kind, subject: Some(finding.subject) };
    trace.analyst.board_mut().set_silenced(silence.clone(), true);
    trace.control("not json");
    assert_eq!(trace.found(), []);
    assert_eq!(trace.analyst.board().open_in_silence().next().map(|finding| finding.count), Some(2));
    trace.analyst.board_mut().set_silenced(silence, false);
    assert_eq!(trace.found().len(), 1);
}

#[test]
fn a_quiet_and_healthy_session_shows_nothing() {
    let config = ServerConfig { error_every: None, ..ServerConfig::default() };
    let mut world = World::ready(config);
    for number in 0..30 {
        let id = world.say(&format!("question {number}"));
        world.run_for(Duration::from_secs(20));
        if number % 10 == 9 {
            world.send(Command::TextInput { text: format!("question {number}") }, Some(id));
            world.run_for(Duration::from_secs(20));
            world.drop_connection(false);
            world.run_for(Duration::from_secs(5));
        }
    }
    let analyst = Analyst::of(&world.recorder);
    let found: Vec<_> = analyst.board().open().chain(analyst.board().closed()).collect();
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
        let raw = Carries::Raw(Origin { component: "file", action: "import" });
        record.record(&LinkEvent::FrameOut { conn: ConnId(0), text: text.into(), carries: raw, at: at(millis) });
    }
    record.record(&frame_in(20, r#"{"type": "duplicate_message", "data": {"original_type": "stt_start"}}"#));
    let analyst = Analyst::of(&record);
    let kinds: Vec<FindingKind> = analyst.board().open().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::Burst, FindingKind::DroppedDuplicate]);
}

#[test]
fn every_finding_is_explained_in_the_documentation() {
    let text = include_str!("../../docs/TROUBLESHOOTING.md");
    for kind in FindingKind::ALL {
        assert!(text.contains(&format!("### {}\n", kind.title())), "no heading “{}”", kind.title());
        assert!(kind.anchor().chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{}", kind.anchor());
    }
}

/// Not a test of time: what a token costs, to be looked at.
#[test]
#[ignore = "prints a figure"]
fn what_a_token_costs() {
    let mut trace = Trace::ready();
    for _ in 0..50_000 {
        trace.wait(2);
        trace.event("llm_token", r#"{"token": "word", "token_index": 1}"#);
    }
    let start = std::time::Instant::now();
    trace.analyst.catch_up(&trace.recorder);
    let rows = trace.recorder.rows(..).map(Row::size).count();
    eprintln!("{:?} a row", start.elapsed() / u32::try_from(rows).unwrap());
}
