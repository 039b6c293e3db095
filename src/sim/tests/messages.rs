//! Echoes, duplicates and dropped messages.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::sim::dedup::{CAPACITY, Dedup};
use crate::sim::received::ReceivedLog;
use crate::sim::{Challenge, Echo, Received};

#[test]
fn every_accepted_message_is_echoed_to_all_clients_as_it_was_sent() {
    let mut world = World::quiet();
    let (one, two) = (world.join(), world.join());
    let data = json!({ "message_id": "1", "extra": [1, null, { "deep": true }] });
    world.send(one, &json!({ "type": "no_such_type", "data": data, "timestamp": "2026-11-22T19:09:26Z", "more": 1 }));
    let client_id = &world.data(one, "auth_result")[0]["client_id"];
    let echo = json!({ "client_id": client_id, "message_type": "no_such_type", "message_data": data });
    assert_eq!(world.data(one, "client_message"), [&echo]);
    assert_eq!(world.data(two, "client_message"), [&echo]);
}

#[test]
fn frames_without_json_or_type_are_dropped_in_silence() {
    let mut world = World::quiet();
    let peer = world.join();
    world.clear();
    for text in ["", "{", "[]", "7", "null", "{}", r#"{"data":{}}"#, r#"{"type":7}"#] {
        world.input(ServerInput::Frame(peer, text.to_owned()));
    }
    assert!(world.sent.is_empty() && world.closed.is_empty() && world.server.received().is_empty());
}

#[test]
fn a_message_without_data_counts_as_one_with_empty_data() {
    let mut world = World::quiet();
    let peer = world.join();
    world.send(peer, &json!({ "type": "ping" }));
    assert_eq!(world.data(peer, "client_message")[0]["message_data"], json!({}));
    world.command(peer, "ping", &json!({}));
    assert_eq!(world.data(peer, "duplicate_message").len(), 1);
}

#[test]
fn a_duplicate_is_told_to_its_sender_alone_and_not_handled() {
    let mut world = World::quiet();
    let (one, two) = (world.join(), world.join());
    world.command(one, "stt_start", &json!({}));
    world.command(two, "stt_start", &json!({}));
    assert_eq!(*world.data(two, "duplicate_message")[0], json!({ "original_type": "stt_start", "count": 2 }));
    assert!(world.frames(two).iter().all(|frame| frame["type"] != "duplicate_message" || frame["seq"].is_null()));
    assert_eq!(world.data(one, "duplicate_message").len(), 0);
    assert_eq!(world.data(one, "client_message").len(), 1);
    world.command(one, "stt_start", &json!({}));
    assert_eq!(world.data(one, "duplicate_message")[0]["count"], 3);
    let acted: Vec<bool> = world.server.received().iter().map(|message| message.acted).collect();
    assert_eq!(acted, [true, false, false]);
}

#[test]
fn an_id_inside_data_makes_a_message_new_and_a_timestamp_does_not() {
    let mut world = World::quiet();
    let peer = world.join();
    world.command(peer, "stt_start", &json!({ "message_id": "a1" }));
    world.command(peer, "stt_start", &json!({ "message_id": "a2" }));
    world.send(peer, &json!({ "type": "stt_start", "data": { "message_id": "a2" }, "timestamp": "later" }));
    world.command(peer, "stt_stop", &json!({ "message_id": "a2" }));
    assert_eq!(world.data(peer, "client_message").len(), 3);
    assert_eq!(world.data(peer, "duplicate_message").len(), 1);
    let ids: Vec<_> = world.server.received().iter().map(|message| message.id.as_deref()).collect();
    assert_eq!(ids, [Some("a1"), Some("a2"), Some("a2"), Some("a2")]);
}

#[test]
fn each_duplicate_starts_the_window_of_5_seconds_again() {
    let mut world = World::quiet();
    let peer = world.join();
    for _ in 0..4 {
        world.command(peer, "ping", &json!({}));
        world.run(Duration::from_millis(4_999));
    }
    assert_eq!(world.data(peer, "duplicate_message").len(), 3);
    world.run(Duration::from_millis(1));
    world.command(peer, "ping", &json!({}));
    assert_eq!(world.data(peer, "duplicate_message").len(), 3, "5 s after the last duplicate it is new again");
    assert_eq!(world.data(peer, "client_message").len(), 2);
}

#[test]
fn the_cache_outlives_connections() {
    let mut world = World::quiet();
    let first = world.join();
    world.command(first, "ping", &json!({ "message_id": "1" }));
    world.leave(first);
    let second = world.join();
    world.command(second, "ping", &json!({ "message_id": "1" }));
    assert_eq!(world.data(second, "duplicate_message").len(), 1);
}

#[test]
fn the_servers_own_events_go_through_the_same_cache() {
    let (mut world, peer) = World::with_assistant();
    world.command(peer, "stt_start", &json!({ "duration": 0.5, "mode": "push_to_talk" }));
    world.command(peer, "stt_start", &json!({ "mode": "push_to_talk" }));
    assert_eq!(world.data(peer, "duplicate_message").len(), 1, "it looks like the server's own stt_start");
}

#[test]
fn the_cache_holds_1000_entries_and_loses_the_oldest_first() {
    let mut dedup = Dedup::default();
    let at = |micros: usize| Instant::from_micros(micros as u64);
    for index in 0..=CAPACITY {
        assert_eq!(dedup.note("ping", &json!(index), at(index)), 1);
    }
    assert_eq!(dedup.note("ping", &json!(1), at(CAPACITY + 1)), 2, "still known");
    assert_eq!(dedup.note("ping", &json!(0), at(CAPACITY + 2)), 1, "lost, though its window is open");
}

#[test]
fn version_0_1_1_echoes_and_handles_every_repetition() {
    let mut world = World::new(ServerConfig { challenge: Challenge::None, ..ServerConfig::quiet() });
    let peer = world.connect();
    world.command(peer, "ping", &json!({}));
    world.command(peer, "ping", &json!({}));
    assert_eq!(world.kinds(peer), ["client_message", "client_message"]);
    assert!(world.server.received().iter().all(|message| message.acted));
}

#[test]
fn a_lost_echo_was_numbered_and_its_message_acted_on() {
    let mut world = World::new(ServerConfig { echo: Echo::SwallowNext(1), ..ServerConfig::quiet() });
    let peer = world.join();
    world.command(peer, "ping", &json!({ "message_id": "1" }));
    world.command(peer, "ping", &json!({ "message_id": "2" }));
    assert_eq!(world.data(peer, "client_message").len(), 1);
    assert_eq!(seqs(&world.frames(peer)), [2]);
    assert!(world.server.received()[0].acted);
    world.command(peer, "ping", &json!({ "message_id": "1" }));
    assert_eq!(world.data(peer, "duplicate_message").len(), 1, "which the server says when asked again");
    world.server.config_mut().echo = Echo::Never;
    world.command(peer, "ping", &json!({ "message_id": "3" }));
    assert_eq!(world.data(peer, "client_message").len(), 1);
}

#[test]
fn the_log_of_received_messages_is_bounded_and_keeps_the_newest() {
    let mut log = ReceivedLog::default();
    for index in 0..=20_000 {
        let at = Instant::from_micros(index);
        log.push(Received { id: None, kind: "ping".to_owned(), data: json!({}), acted: true, at, peer: PeerId(1) });
    }
    assert_eq!(log.as_slice().len(), 10_001);
    assert_eq!(log.as_slice()[10_000].at, Instant::from_micros(20_000));
}
