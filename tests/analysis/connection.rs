//! Findings about the connection: each with a trace that must raise it, and a similar healthy one that must not.

use std::time::Duration;

use coda_dashboard::analysis::{Analyzer, Finding, FindingKind};
use coda_dashboard::link::{CloseInfo, DisconnectReason, Input, LinkEvent, Phase};
use coda_dashboard::protocol::Instant;
use coda_dashboard::sim::ServerConfig;

use crate::trace::{CONN, Trace};
use crate::world::{World, at, event};

#[test]
fn a_connection_that_fell_silent_is_found_and_settled_by_the_next() {
    let mut trace = Trace::ready();
    trace.wait(20_000);
    trace.lose(DisconnectReason::Silent);
    assert_eq!(trace.kinds(), [FindingKind::Silent]);
    trace.wait(300);
    trace.connect();
    assert_eq!(trace.found(), []);
    assert_eq!(trace.analyzer.log().closed().len(), 1);
}

#[test]
fn who_goes_offline_or_to_another_server_leaves_the_faults_of_the_old_one_behind() {
    let offline = |trace: &mut Trace| trace.phase(Phase::Offline, None);
    let elsewhere = |trace: &mut Trace| {
        let give_up_at = Instant::from_millis(trace.now + 10_000);
        trace.phase(Phase::Opening { conn: CONN, give_up_at }, None);
    };
    for leave in [&offline as &dyn Fn(&mut Trace), &elsewhere] {
        let mut trace = Trace::ready();
        trace.lose(DisconnectReason::Silent);
        leave(&mut trace);
        assert_eq!(trace.found(), []);

        let mut trace = Trace::new();
        trace.authenticating();
        trace.control(r#"{"type": "auth_result", "data": {"success": false, "message": "no"}}"#);
        trace.phase(Phase::Refused { reason: "no".into() }, None);
        assert_eq!(trace.kinds(), [FindingKind::ChallengeRefused]);
        leave(&mut trace);
        assert_eq!(trace.found(), []);

        let mut trace = Trace::slowed_down();
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
    trace.lose(DisconnectReason::Silent);
    let give_up_at = Instant::from_millis(trace.now + 10_000);
    trace.phase(Phase::Opening { conn: CONN, give_up_at }, Some(DisconnectReason::Silent));
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
    trace.lose(DisconnectReason::Deaf);
    assert_eq!(trace.kinds(), [FindingKind::Deaf]);
}

#[test]
fn a_server_that_has_nothing_to_say_but_echoes_pings_is_not_deaf() {
    let mut world = World::ready(ServerConfig::quiet());
    world.run_for(Duration::from_secs(600));
    assert_eq!(Analyzer::of(&world.recorder).log().open().count(), 0);
}

#[test]
fn a_restart_is_found_and_closes_by_itself() {
    let mut world = World::ready(ServerConfig { error_every: None, ..ServerConfig::default() });
    world.run_for(Duration::from_secs(20));
    world.drop_connection(true);
    world.run_for(Duration::from_secs(5));
    let mut analyzer = Analyzer::of(&world.recorder);
    let kinds: Vec<FindingKind> = analyzer.log().open().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::Restarted]);
    world.run_for(Duration::from_secs(61));
    analyzer.catch_up(&world.recorder);
    analyzer.tick(world.clock());
    assert_eq!(analyzer.log().open().count(), 0);
}

#[test]
fn missed_events_are_found_unless_the_replay_brought_them_back() {
    let mut trace = Trace::ready();
    trace.resumed(false, 5, 5);
    assert_eq!(trace.found(), []);
    trace.resumed(false, 5, 2);
    let finding = trace.only();
    assert_eq!(finding.kind, FindingKind::Missed);
    assert_eq!(finding.words, "3 events were missed while disconnected.");
}

/// Sends events whose numbers are ahead of the last one by these amounts, and returns the findings a moment later.
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
    Analyzer::of(&world.recorder).log().open().cloned().collect()
}

#[test]
fn events_that_overtake_each_other_were_not_missed() {
    let found = found_after_events(&[1, 3, 2]);
    let kinds: Vec<FindingKind> = found.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::EventsOutOfOrder]);
    assert!(found[0].words.ends_with("It was put in its place."), "{}", found[0].words);
}

#[test]
fn numbers_that_never_come_within_a_connection_are_missed_events() {
    let mut found = found_after_events(&[1, 4, 2]);
    found.retain(|finding| finding.kind != FindingKind::EventsOutOfOrder);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].kind, FindingKind::Missed);
    assert_eq!(found[0].words, "1 event was missed on an open connection.");
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
    trace.lose(DisconnectReason::AuthTimeout);
    assert_eq!(trace.only().count, 1);
}

#[test]
fn a_challenge_that_came_after_all_is_missing_no_longer() {
    let mut trace = Trace::new();
    trace.authenticating();
    trace.watch(6);
    assert_eq!(trace.kinds(), [FindingKind::ChallengeMissing]);
    trace.control(r#"{"type": "auth_challenge", "data": {"token": "a:1:b:c"}}"#);
    trace.answer();
    trace.phase(Phase::Ready { conn: CONN, since: at(trace.now), client_id: Some("me".into()) }, None);
    assert_eq!(trace.kinds(), [FindingKind::ChallengeLate], "it came late, and that is all");
}

#[test]
fn an_answer_that_came_after_all_is_said_to_have_been_late() {
    let mut trace = Trace::new();
    trace.authenticating();
    trace.control(r#"{"type": "auth_challenge", "data": {"token": "a:1:b:c"}}"#);
    trace.answer();
    trace.watch(6);
    assert!(trace.only().words.contains("does not say"));
    trace.control(r#"{"type": "auth_result", "data": {"success": true, "client_id": "me"}}"#);
    assert_eq!(trace.only().words, "Coda took 6.0 s to say whether it lets this page in.");
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
    trace.lose(DisconnectReason::Rejected("no".into()));
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
    for why in [
        DisconnectReason::AuthTimeout,
        DisconnectReason::Rejected("no".into()),
        DisconnectReason::AuthTimeout,
        DisconnectReason::AuthTimeout,
        DisconnectReason::AuthTimeout,
    ] {
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
        trace.lose(DisconnectReason::Unreachable(CloseInfo { code: 1006, reason: String::new() }));
    }
    assert_eq!(trace.found(), []);
}
