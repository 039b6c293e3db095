//! The connection, from offline to ready and back.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use coda_dashboard::link::{
    AuthStep, CloseInfo, DisconnectReason, ForeignServer, Input, LinkEvent, PageHint, Phase, PhaseKind,
};
use coda_dashboard::sim::{Challenge, ServerConfig};

use crate::world::{World, millis, seconds};

fn world(challenge: Challenge) -> World {
    let mut world = World::new(ServerConfig { challenge, ..ServerConfig::quiet() }, 3);
    world.connect();
    world
}

#[test]
fn a_challenge_is_answered_and_leads_to_ready() {
    let mut world = world(Challenge::Normal);
    assert_eq!(world.phase(), PhaseKind::Opening);
    let took = world.run_until_holds("ready", seconds(1), |world| world.phase() == PhaseKind::Ready);
    assert!(took < millis(20), "{took:?}");
    assert!(matches!(world.link.status().phase, Phase::Ready { client_id: Some(_), .. }));
}

#[test]
fn a_server_that_never_challenges_is_ready_after_the_wait_once_it_has_echoed() {
    let mut world = world(Challenge::None);
    world.run_for(millis(900));
    assert!(matches!(
        world.link.status().phase,
        Phase::Authenticating { step: AuthStep::AwaitingChallenge { .. }, .. }
    ));
    world.run_for(millis(200));
    assert!(matches!(world.link.status().phase, Phase::Ready { client_id: None, .. }));
}

#[test]
fn a_challenge_that_never_comes_is_given_up_and_tried_again() {
    let mut world = world(Challenge::Stall);
    world.run_for(seconds(9));
    assert_eq!(world.phase(), PhaseKind::Authenticating, "pings that nobody answers prove nothing");
    world.run_for(seconds(2));
    assert_eq!(world.link.status().outage.map(|outage| outage.reason), Some(DisconnectReason::AuthTimeout));
    world.server.config_mut().challenge = Challenge::Normal;
    world.run_for(seconds(12));
    assert_eq!(world.phase(), PhaseKind::Ready);
    assert_eq!(world.link.status().outage, None);
}

#[test]
fn a_server_that_turns_us_away_twice_is_not_asked_again_by_itself() {
    let mut world = world(Challenge::Refuse);
    world.run_for(seconds(60));
    assert_eq!(world.phase(), PhaseKind::Refused);
    assert_eq!(world.opened, 2);
    world.input(Input::Hint(PageHint::Online));
    world.run_for(seconds(60));
    assert_eq!(world.opened, 2, "also not when the page wakes");
    world.server.config_mut().challenge = Challenge::Normal;
    world.input(Input::RetryNow);
    world.run_for(seconds(1));
    assert_eq!(world.phase(), PhaseKind::Ready);
}

#[test]
fn without_a_server_it_tries_forever_at_most_ten_seconds_apart() {
    let mut world = World::new(ServerConfig::quiet(), 5);
    world.reachable = false;
    world.connect();
    world.run_for(seconds(3_600));
    assert!(world.opened > 360, "{} tries in an hour", world.opened);
    assert!(world.opened < 1_500, "{} tries in an hour", world.opened);
    world.reachable = true;
    world.run_for(seconds(11));
    assert_eq!(world.phase(), PhaseKind::Ready);
}

#[test]
fn a_dropped_connection_is_back_within_a_quarter_of_a_second() {
    let mut world = World::ready();
    world.run_for(seconds(6));
    world.drop_connection();
    world.run_for(millis(5));
    assert_eq!(world.phase(), PhaseKind::Waiting);
    world.run_for(millis(270));
    assert_eq!(world.phase(), PhaseKind::Ready);
}

#[test]
fn a_page_that_comes_online_tries_at_once() {
    let mut world = World::new(ServerConfig::quiet(), 5);
    world.reachable = false;
    world.connect();
    world.run_for(seconds(300));
    world.reachable = true;
    world.input(Input::Hint(PageHint::Online));
    world.run_for(millis(300));
    assert_eq!(world.phase(), PhaseKind::Ready);
}

#[test]
fn what_a_replaced_socket_says_has_no_effect() {
    let mut world = World::ready();
    let old = world.link.status().phase.conn().expect("a live socket");
    world.connect();
    world.run_for(seconds(1));
    let before = world.link.status();
    world.input(Input::Closed(old, CloseInfo { code: 1006, reason: String::new() }));
    world.input(Input::Opened(old));
    world.input(Input::Frame(old, r#"{"type":"auth_challenge","data":{"token":"old"}}"#.into()));
    let after = world.link.status();
    assert_eq!(after.phase, before.phase);
    assert_eq!(after.counters.frames_out, before.counters.frames_out, "an old challenge is not answered");
}

#[test]
fn the_user_can_go_offline_and_stays_there() {
    let mut world = World::ready();
    world.input(Input::Disconnect);
    world.run_for(seconds(600));
    assert_eq!(world.phase(), PhaseKind::Offline);
    assert_eq!(world.opened, 1);
    assert!(world.link.next_wakeup().is_none(), "nothing to wake for");
}

/// A link whose socket is open to an unknown server.
fn opened() -> World {
    let mut world = World::new(ServerConfig::quiet(), 7);
    world.connect();
    world.go_half_open();
    let conn = world.link.status().phase.conn().expect("a socket");
    world.input(Input::Opened(conn));
    world
}

/// Returns why the link gave up on the connection, within the authentication timeout.
fn given_up(world: &mut World) -> DisconnectReason {
    world.run_until_holds("given up", seconds(11), |world| world.phase() == PhaseKind::Waiting);
    world.link.status().outage.expect("a reason").reason
}

#[test]
fn what_answers_but_is_not_coda_is_never_connected_and_named() {
    for (frame, foreign) in [
        (r#"{"type": "foo"}"#, ForeignServer::Type("foo".into())),
        ("hello", ForeignServer::NotJson),
        ("[1]", ForeignServer::Untyped),
    ] {
        let mut world = opened();
        world.receive(frame);
        world.run_for(millis(1_500));
        assert_eq!(world.phase(), PhaseKind::Authenticating, "{frame}");
        let text = world.say("who is there?");
        assert_eq!(given_up(&mut world), DisconnectReason::NotCoda(foreign), "{frame}");
        assert!(!world.is_delivered(text));
    }
}

#[test]
fn a_server_that_only_sends_back_what_it_is_sent_is_not_coda() {
    let mut world = opened();
    world.run_for(millis(1_100));
    let written = world.events.iter().rev().find_map(|event| match event {
        LinkEvent::FrameOut { text, .. } => Some(text.to_string()),
        _ => None,
    });
    world.receive(&written.expect("a ping was written"));
    assert_eq!(world.phase(), PhaseKind::Waiting, "at once: no answer of Coda's can follow");
    assert_eq!(given_up(&mut world), DisconnectReason::NotCoda(ForeignServer::Echo));
}

#[test]
fn coda_v2_is_named_at_once() {
    let mut world = opened();
    world.receive(r#"{"version": "1.0", "seq": 1, "timestamp": 1.5, "type": "session_start", "session_id": "a"}"#);
    assert_eq!(world.phase(), PhaseKind::Waiting);
    assert_eq!(given_up(&mut world), DisconnectReason::NotCoda(ForeignServer::CodaV2));
}

#[test]
fn what_closes_before_it_has_shown_that_it_is_coda_is_named_too() {
    let mut world = opened();
    world.receive(r#"{"type": "foo"}"#);
    let conn = world.link.status().phase.conn().expect("a socket");
    world.input(Input::Closed(conn, CloseInfo { code: 1011, reason: String::new() }));
    assert_eq!(given_up(&mut world), DisconnectReason::NotCoda(ForeignServer::Type("foo".into())));
}

#[test]
fn events_of_coda_before_the_proof_are_no_reason_to_doubt_it() {
    let mut world = opened();
    world.receive(r#"{"type": "system_metrics", "seq": 1, "data": {}}"#);
    assert_eq!(given_up(&mut world), DisconnectReason::AuthTimeout);
}

#[test]
fn the_page_is_told_that_the_link_asks_whether_there_will_be_a_challenge() {
    let mut world = world(Challenge::None);
    world.run_for(millis(1_500));
    let is_probing = |event: &LinkEvent| {
        matches!(event, LinkEvent::Phase { phase: Phase::Authenticating { step: AuthStep::Probing, .. }, .. })
    };
    assert!(world.events.iter().any(is_probing));
}

#[test]
fn attempts_are_counted_from_the_first_that_failed() {
    let mut world = World::new(ServerConfig::quiet(), 3);
    world.reachable = false;
    world.connect();
    world.run_for(millis(10));
    assert!(matches!(world.link.status().phase, Phase::Waiting { attempt: 1, .. }), "{:?}", world.link.status().phase);
}

#[test]
fn an_address_that_answers_http_twice_and_opens_no_socket_is_not_coda() {
    let mut world = World::new(ServerConfig::quiet(), 3);
    world.reachable = false;
    world.connect();
    let reason = |world: &World| world.link.status().outage.expect("an outage").reason;
    let is_http = |reason: &DisconnectReason| *reason == DisconnectReason::NotCoda(ForeignServer::Http);
    for answers in [1, 2] {
        world.run_for(seconds(3));
        assert!(!is_http(&reason(&world)), "{answers} answers");
        world.input(Input::HttpAnswered(true));
    }
    world.run_for(seconds(15));
    assert!(is_http(&reason(&world)), "{:?}", reason(&world));
    world.input(Input::HttpAnswered(false));
    world.run_for(seconds(15));
    assert!(!is_http(&reason(&world)), "{:?}", reason(&world));
    world.reachable = true;
    world.run_until_holds("ready", seconds(15), |world| world.phase() == PhaseKind::Ready);
}
