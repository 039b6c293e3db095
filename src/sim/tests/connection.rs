//! Authentication, numbering, replay and restart.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::protocol::MAX_FRAME_BYTES;
use crate::sim::Challenge;

#[test]
fn a_client_that_returns_its_token_is_let_in_under_the_name_in_the_token() {
    let mut world = World::quiet();
    let peer = world.connect();
    assert_eq!(world.kinds(peer), ["auth_challenge"]);
    let token = world.token(peer);
    world.authenticate(peer, &token);
    let result = world.data(peer, "auth_result")[0];
    assert_eq!(result["success"], true);
    assert!(token.starts_with(result["client_id"].as_str().unwrap()));
    assert!(world.frames(peer).iter().all(|frame| frame["seq"].is_null()), "control frames have no number");
}

#[test]
fn before_authentication_everything_else_is_thrown_away() {
    let mut world = World::quiet();
    let peer = world.connect();
    world.command(peer, "text_input", &json!({ "text": "hi" }));
    world.send(peer, &json!({ "data": {} }));
    world.send(peer, &json!({ "type": "auth_response", "data": {} }));
    world.send(peer, &json!({ "type": "auth_response" }));
    world.input(ServerInput::Frame(peer, "not json".to_owned()));
    assert_eq!(world.kinds(peer), ["auth_challenge"]);
    assert!(world.server.received().is_empty());
}

#[test]
fn a_wrong_token_is_refused_and_the_right_one_still_works() {
    let mut world = World::quiet();
    let peer = world.connect();
    world.authenticate(peer, "nope:1:2:3");
    assert_eq!(
        *world.data(peer, "auth_result")[0],
        json!({ "success": false, "message": "Invalid authentication token" })
    );
    assert!(world.closed.is_empty());
    let token = world.token(peer);
    world.authenticate(peer, &token);
    assert_eq!(world.data(peer, "auth_result")[1]["success"], true);
}

#[test]
fn who_does_not_answer_within_30_seconds_is_told_and_closed() {
    let mut world = World::quiet();
    let peer = world.connect();
    world.run(Duration::from_millis(29_999));
    assert!(world.closed.is_empty());
    world.run(Duration::from_millis(1));
    assert_eq!(world.data(peer, "auth_result")[0]["message"], "Authentication timeout");
    assert_eq!(world.closed, [(peer, 1000)]);
    assert_eq!(world.server.next_wakeup(), None);
}

#[test]
fn who_has_been_let_in_may_stay_silent() {
    let mut world = World::quiet();
    world.join();
    world.run(3_600 * SECOND);
    assert!(world.closed.is_empty());
}

#[test]
fn a_stalling_server_takes_no_answer() {
    let mut world = World::new(ServerConfig { challenge: Challenge::Stall, ..ServerConfig::quiet() });
    let peer = world.join();
    assert_eq!(world.kinds(peer), ["auth_challenge"]);
    world.run(30 * SECOND);
    assert_eq!(world.closed, [(peer, 1000)]);
}

#[test]
fn a_refusing_server_finds_every_answer_wrong() {
    let mut world = World::new(ServerConfig { challenge: Challenge::Refuse, ..ServerConfig::quiet() });
    let peer = world.join();
    assert_eq!(world.data(peer, "auth_result")[0]["success"], false);
}

#[test]
fn a_token_used_again_makes_the_server_forget_the_newer_connection_when_the_older_ends() {
    let mut world = World::quiet();
    let older = world.join();
    let token = world.token(older);
    let newer = world.connect();
    world.authenticate(newer, &token);
    assert_eq!(world.data(newer, "auth_result")[0]["success"], true);
    world.command(newer, "ping", &json!({ "message_id": "1" }));
    assert_eq!(world.data(newer, "client_message").len(), 1);
    world.leave(older);
    world.command(newer, "ping", &json!({ "message_id": "2" }));
    assert_eq!(world.data(newer, "client_message").len(), 1, "nothing comes any more");
    assert!(world.closed.is_empty(), "yet the socket is open");
    assert_eq!(world.server.received().len(), 2, "and read from");
}

#[test]
fn a_token_is_valid_for_an_hour_and_not_after_a_restart() {
    let mut world = World::quiet();
    let first = world.connect();
    let token = world.token(first);
    world.run(3_599 * SECOND);
    let second = world.connect();
    world.authenticate(second, &token);
    assert_eq!(world.data(second, "auth_result")[0]["success"], true);
    world.run(SECOND);
    let third = world.connect();
    world.authenticate(third, &token);
    assert_eq!(world.data(third, "auth_result")[0]["success"], false);
    let fresh = world.token(third);
    world.restart();
    let fourth = world.connect();
    world.authenticate(fourth, &fresh);
    assert_eq!(world.data(fourth, "auth_result")[0]["success"], false);
}

#[test]
fn a_frame_above_10_mib_closes_the_connection() {
    let mut world = World::quiet();
    let peer = world.join();
    let frame = |bytes: usize| {
        let empty = json!({ "type": "x", "data": { "text": "" } }).to_string();
        empty.replace("\"\"", &format!("\"{}\"", "a".repeat(bytes - empty.len())))
    };
    world.input(ServerInput::Frame(peer, frame(MAX_FRAME_BYTES)));
    assert_eq!(world.server.received().len(), 1);
    world.input(ServerInput::Frame(peer, frame(MAX_FRAME_BYTES + 1)));
    assert_eq!(world.closed, [(peer, 1009)]);
    assert_eq!(world.server.received().len(), 1);
    world.command(peer, "ping", &json!({}));
    assert_eq!(world.server.received().len(), 1, "a closed connection says nothing");
}

#[test]
fn broadcasts_are_numbered_over_all_clients() {
    let mut world = World::quiet();
    let (one, two) = (world.join(), world.join());
    world.command(one, "ping", &json!({ "message_id": "1" }));
    world.command(two, "ping", &json!({ "message_id": "2" }));
    assert_eq!(seqs(&world.frames(one)), [1, 2]);
    assert_eq!(seqs(&world.frames(two)), [1, 2]);
    let echo = world.frames(one)[2];
    assert_eq!(echo["version"], "1.0");
    let seconds = echo["timestamp"].as_f64().unwrap();
    assert!((2_000.0..3_000.0).contains(&seconds), "no time of day: {seconds}");
}

#[test]
fn the_servers_clock_counts_seconds() {
    let mut world = World::quiet();
    let peer = world.join();
    world.command(peer, "ping", &json!({ "message_id": "1" }));
    world.run(90 * SECOND);
    world.command(peer, "ping", &json!({ "message_id": "2" }));
    let frames = world.frames(peer);
    let time = |at: usize| frames[at]["timestamp"].as_f64().unwrap();
    assert!((time(3) - time(2) - 90.0).abs() < 1e-6);
}

#[test]
fn without_clients_events_are_dropped_before_they_get_a_number() {
    let mut world = World::new(ServerConfig { assistant: false, ..ServerConfig::default() });
    let peer = world.join();
    world.run(10 * SECOND);
    world.leave(peer);
    world.run(60 * SECOND);
    let peer = world.join();
    world.run(2 * SECOND);
    assert_eq!(seqs(&world.frames(peer)), [6], "an outage of the only client leaves no gap");
}

#[test]
fn the_replay_holds_what_has_high_priority_with_its_numbers_and_no_echo() {
    let (mut world, first) = World::with_assistant();
    world.command(first, "text_input", &json!({ "text": "hi" }));
    world.run(20 * SECOND);
    let second = world.join();
    assert_eq!(world.kinds(second), ["auth_challenge", "auth_result", "replay"]);
    let replay = world.frames(second)[2];
    let kept: Vec<_> = replay["events"].as_array().unwrap().iter().collect();
    let high = ["conversation_start", "system_info", "memory_store"];
    assert!(kept.iter().all(|event| high.contains(&event["type"].as_str().unwrap())), "{replay}");
    assert!(kept.iter().all(|event| world.frames(first).contains(event)), "whole, as they were sent");
}

#[test]
fn there_is_no_replay_when_nothing_was_kept() {
    let mut world = World::quiet();
    let first = world.join();
    world.command(first, "ping", &json!({}));
    let second = world.join();
    assert_eq!(world.kinds(second), ["auth_challenge", "auth_result"]);
}

#[test]
fn the_replay_holds_the_newest_50_events() {
    let (mut world, first) = World::with_assistant();
    for index in 0..60 {
        let text = format!("remember that {index} is a number");
        world.command(first, "text_input", &json!({ "text": text }));
    }
    world.run(600 * SECOND);
    let second = world.join();
    let events = world.frames(second)[2]["events"].as_array().unwrap();
    assert_eq!(events.len(), 50);
    assert_eq!(events[49]["data"]["content_preview"], "User said: 59 is a number");
}

#[test]
fn version_0_1_1_challenges_nobody_and_sends_its_replay_at_once() {
    let config = ServerConfig { challenge: Challenge::None, metrics_interval: None, ..ServerConfig::default() };
    let mut world = World::new(config);
    let first = world.connect();
    world.run(SECOND);
    assert_eq!(world.kinds(first)[0], "conversation_start");
    let second = world.connect();
    assert_eq!(world.kinds(second), ["replay"]);
}

#[test]
fn a_restart_closes_everything_and_begins_anew() {
    let (mut world, first) = World::with_assistant();
    let message = json!({ "text": "hi", "message_id": "1" });
    world.command(first, "text_input", &message);
    world.run(SECOND);
    world.restart();
    assert_eq!(world.closed, [(first, 1001)]);
    world.leave(first);
    world.clear();
    let second = world.join();
    assert_eq!(world.kinds(second), ["auth_challenge", "auth_result"], "nothing is left to replay");
    world.command(second, "text_input", &message);
    assert_eq!(world.data(second, "duplicate_message").len(), 0, "nothing is known to have been read");
    world.run(SECOND);
    assert_eq!(seqs(&world.frames(second))[0], 1);
    assert_eq!(world.data(second, "conversation_start").len(), 1);
    let acted: Vec<bool> = world.server.received().iter().map(|message| message.acted).collect();
    assert_eq!(acted, [true, true], "the log outlives the restart");
}

#[test]
fn metrics_come_at_their_interval_and_none_are_made_up_for() {
    let mut world = World::new(ServerConfig { assistant: false, ..ServerConfig::default() });
    let peer = world.join();
    world.run(10 * SECOND);
    assert_eq!(world.data(peer, "system_metrics").len(), 5);
    assert_eq!(world.data(peer, "system_metrics")[4]["uptime_seconds"], 10.0);
    world.tick_at(world.now.mono + 3_600 * SECOND);
    assert_eq!(world.data(peer, "system_metrics").len(), 6);
    world.server.config_mut().metrics_interval = None;
    assert_eq!(world.server.next_wakeup(), None);
}

#[test]
fn inputs_of_strangers_mean_nothing() {
    let mut world = World::quiet();
    world.command(PeerId(99), "ping", &json!({}));
    world.leave(PeerId(99));
    assert!(world.sent.is_empty() && world.server.received().is_empty());
}

#[test]
fn the_same_seed_and_inputs_give_the_same_outputs() {
    let story = || {
        let mut world = World::new(ServerConfig::default());
        let peer = world.join();
        for text in ["weather", "tool", "error", "remember that I like tea", "joke"] {
            world.command(peer, "text_input", &json!({ "text": text }));
            world.command(peer, "stt_start", &json!({ "duration": 2, "message_id": text }));
            world.run(5 * SECOND);
        }
        world.run(60 * SECOND);
        world.sent
    };
    assert_eq!(story(), story());
}
