//! Turns: their events, order and timing.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::sim::Speed;

#[test]
fn the_first_client_opens_the_conversation_and_the_second_does_not() {
    let (mut world, first) = World::with_assistant();
    let start = world.data(first, "conversation_start")[0];
    assert_eq!(start["session_id"], "session_1795374566");
    assert_eq!(start["timestamp"], 1_795_374_566.5);
    assert_eq!(world.data(first, "conversation_turn")[0]["role"], "assistant");
    assert_eq!(world.data(first, "memory_store").len(), 4);
    let second = world.join();
    world.run(5 * SECOND);
    assert!(world.data(second, "conversation_start").is_empty());
}

#[test]
fn without_a_greeting_the_conversation_opens_in_silence() {
    let config = ServerConfig { greeting: false, metrics_interval: None, ..ServerConfig::default() };
    let mut world = World::new(config);
    let peer = world.join();
    world.run(5 * SECOND);
    assert_eq!(world.data(peer, "conversation_start").len(), 1);
    assert!(world.data(peer, "conversation_turn").is_empty());
}

#[test]
fn without_an_assistant_there_is_only_the_echo() {
    let mut world = World::quiet();
    let peer = world.join();
    world.command(peer, "text_input", &json!({ "text": "hi" }));
    world.run(60 * SECOND);
    assert_eq!(world.kinds(peer), ["auth_challenge", "auth_result", "client_message"]);
}

#[test]
fn a_turn_tells_everything_in_the_order_of_the_real_server() {
    let (world, peer) = asked(&["weather in Rabat"]);
    let mut kinds = world.kinds(peer);
    kinds.dedup();
    let expected = [
        "client_message",
        "conversation_turn",
        "memory_retrieve",
        "llm_start",
        "tool_call",
        "tool_result",
        "llm_token",
        "llm_result",
        "conversation_turn",
        "tts_start",
        "tts_progress",
        "tts_result",
        "component_timing",
        "latency_trace",
        "component_stats",
        "memory_debug_stats",
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn tokens_come_one_by_one_and_make_up_the_answer() {
    let (world, peer) = asked(&["markdown"]);
    let tokens = world.data(peer, "llm_token");
    let joined: String = tokens.iter().map(|data| data["token"].as_str().unwrap()).collect();
    assert_eq!(joined, world.data(peer, "llm_result")[0]["text"]);
    assert_eq!(joined, world.data(peer, "conversation_turn")[1]["content"]);
    assert_eq!(joined, world.data(peer, "tts_start")[0]["text"]);
    assert!(tokens.iter().enumerate().all(|(index, data)| data["token_index"] == index));
    let times = world.times(peer, "llm_token");
    let pause = |pair: &[Instant]| pair[1].duration_since(pair[0]);
    assert!(times.windows(2).all(|pair| (15..=45).contains(&pause(pair).as_millis())));
}

#[test]
fn demo_flow_runs_a_turn_on_a_fixed_prompt() {
    let (mut world, peer) = World::with_assistant();
    world.command(peer, "demo_flow", &json!({ "text": "ignored" }));
    world.run(40 * SECOND);
    assert_eq!(world.data(peer, "conversation_turn")[1]["content"], "What is the weather in Rabat today?");
    assert_eq!(world.data(peer, "tool_result").len(), 1);
}

#[test]
fn a_text_without_text_is_no_turn() {
    let (mut world, peer) = World::with_assistant();
    for data in [json!({}), json!({ "text": "  " }), json!({ "text": 7 }), json!([]), json!(null), json!("hi")] {
        world.command(peer, "text_input", &data);
    }
    world.run(40 * SECOND);
    assert_eq!(world.data(peer, "client_message").len(), 6, "all are echoed");
    assert!(world.data(peer, "llm_start").is_empty());
}

#[test]
fn turns_queue_one_after_another() {
    let (mut world, peer) = World::with_assistant();
    world.clear();
    for text in ["tell me a joke", "what time is it"] {
        world.command(peer, "text_input", &json!({ "text": text }));
    }
    world.run(60 * SECOND);
    let kinds = world.kinds(peer);
    let place = |kind: &str, nth: usize| {
        kinds.iter().enumerate().filter(|(_, found)| **found == kind).map(|(at, _)| at).nth(nth).unwrap()
    };
    assert!(place("latency_trace", 0) < place("llm_start", 1));
    let ids: Vec<_> = world.data(peer, "conversation_turn").iter().map(|data| data["turn_id"].as_u64()).collect();
    assert_eq!(ids, [Some(2), Some(3), Some(4), Some(5)]);
}

#[test]
fn the_latency_trace_adds_up() {
    let (world, peer) = asked(&["weather"]);
    let trace = world.data(peer, "latency_trace")[0];
    let seconds = |field: &str| trace[field].as_f64().unwrap();
    let parts = ["stt_seconds", "llm_seconds", "tts_seconds", "tool_seconds", "memory_seconds"];
    let sum: f64 = parts.into_iter().map(seconds).sum();
    assert!((sum - seconds("total_seconds")).abs() < 1e-9);
    let began = world.times(peer, "conversation_turn")[0];
    let lasted = world.times(peer, "latency_trace")[0].duration_since(began).as_secs_f64();
    assert!((lasted - seconds("total_interaction_seconds")).abs() < 0.1, "as long as it really took");
    let timed: f64 =
        world.data(peer, "component_timing").iter().map(|data| data["duration_seconds"].as_f64().unwrap()).sum();
    assert!((sum - timed).abs() < 1e-9);
}

#[test]
fn the_component_stats_grow_with_every_turn() {
    let (world, peer) = asked(&["joke", "joke again", "another joke"]);
    let stats = &world.data(peer, "component_stats")[2]["components"]["llm"]["generate"];
    let figure = |name: &str| stats[name].as_f64().unwrap();
    assert_eq!(stats["count"], 3);
    assert!(figure("min_seconds") <= figure("avg_seconds") && figure("avg_seconds") <= figure("max_seconds"));
}

#[test]
fn the_assistant_keeps_its_pace_times_the_speed() {
    let duration = |factor: f64| {
        let (mut world, peer) = World::with_assistant();
        world.server.config_mut().speed = Speed::times(factor);
        let began = world.now.mono;
        world.command(peer, "text_input", &json!({ "text": "joke" }));
        world.run(120 * SECOND);
        world.times(peer, "latency_trace")[0].duration_since(began)
    };
    let (real, fast) = (duration(1.0), duration(10.0));
    assert!(real.abs_diff(fast * 10) < Duration::from_millis(1), "{real:?} and {fast:?}");
}

#[test]
fn an_impossible_speed_is_made_possible() {
    for factor in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        let span = Speed::times(factor).scale(SECOND);
        assert!(span > Duration::ZERO && span <= 100 * SECOND, "{factor}");
    }
}

#[test]
fn the_assistant_goes_on_while_nobody_listens() {
    let (mut world, peer) = World::with_assistant();
    world.command(peer, "text_input", &json!({ "text": "joke" }));
    world.leave(peer);
    world.run(60 * SECOND);
    world.clear();
    let back = world.join();
    world.run(SECOND);
    assert!(world.data(back, "llm_token").is_empty(), "and what it said is gone");
}

#[test]
fn a_late_tick_brings_everything_that_was_due() {
    let (mut world, peer) = World::with_assistant();
    world.command(peer, "text_input", &json!({ "text": "joke" }));
    world.command(peer, "text_input", &json!({ "text": "weather" }));
    world.tick_at(world.now.mono + 600 * SECOND);
    world.tick_at(world.now.mono + 600 * SECOND);
    assert_eq!(world.data(peer, "latency_trace").len(), 2);
    assert_eq!(world.server.next_wakeup(), None);
}
