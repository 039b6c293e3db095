//! Listening, and stopping to listen or speak.

use std::time::Duration;

use serde_json::json;

use super::*;

/// A server whose microphone is open until `stt_stop`.
fn listening() -> (World, PeerId) {
    let (mut world, peer) = World::with_assistant();
    world.command(peer, "stt_start", &json!({ "mode": "push_to_talk", "continuous": true }));
    (world, peer)
}

#[test]
fn it_listens_for_as_long_as_it_is_told_and_answers_what_it_heard() {
    let (mut world, peer) = World::with_assistant();
    let began = world.now.mono;
    world.command(peer, "stt_start", &json!({ "mode": "push_to_talk", "duration": 3 }));
    world.run(30 * SECOND);
    assert_eq!(*world.data(peer, "stt_start")[0], json!({ "mode": "push_to_talk" }));
    let said = &world.data(peer, "stt_result")[0]["text"];
    assert_eq!(said, "what is the weather in Rabat today");
    assert_eq!(world.times(peer, "stt_result"), [began + 3 * SECOND]);
    let turns = world.data(peer, "conversation_turn");
    assert_eq!((&turns[1]["role"], &turns[1]["content"]), (&json!("user"), said));
    assert_eq!(turns[2]["role"], "assistant");
    let trace = world.data(peer, "latency_trace")[0];
    assert_eq!(trace["stt_audio_duration"], 3.0);
    assert!(trace["stt_seconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn the_interim_texts_grow_into_the_result() {
    let (mut world, peer) = World::with_assistant();
    world.command(peer, "stt_start", &json!({}));
    world.run(5 * SECOND);
    let interims = world.data(peer, "stt_interim");
    let result = world.data(peer, "stt_result")[0]["text"].as_str().unwrap();
    let texts: Vec<&str> = interims.iter().map(|data| data["text"].as_str().unwrap()).collect();
    assert!(texts.len() > 2);
    assert!(texts.windows(2).all(|pair| pair[1].starts_with(pair[0]) && pair[1].len() > pair[0].len()));
    assert!(result.starts_with(texts.last().unwrap()));
}

#[test]
fn continuous_listening_ends_with_stt_stop_and_what_was_heard_is_answered() {
    let (mut world, peer) = listening();
    world.run(Duration::from_millis(1_200));
    assert!(world.data(peer, "stt_result").is_empty());
    world.command(peer, "stt_stop", &json!({}));
    assert_eq!(world.data(peer, "stt_result")[0]["text"], "what is the weather");
    world.run(20 * SECOND);
    assert_eq!(world.data(peer, "llm_result").len(), 1);
}

#[test]
fn continuous_listening_does_not_end_by_itself() {
    let (mut world, peer) = listening();
    world.run(120 * SECOND);
    assert!(world.data(peer, "stt_result").is_empty());
    assert_eq!(world.server.next_wakeup(), None);
}

#[test]
fn stt_stop_also_ends_listening_for_a_time() {
    let (mut world, peer) = World::with_assistant();
    world.command(peer, "stt_start", &json!({ "duration": 30 }));
    world.run(SECOND);
    world.command(peer, "stt_stop", &json!({}));
    assert_eq!(world.data(peer, "stt_result").len(), 1);
}

#[test]
fn stopping_before_a_word_was_said_begins_no_turn_and_is_an_error_only_of_timed_listening() {
    for (start, errors) in [(json!({ "continuous": true }), 0), (json!({ "duration": 5 }), 1)] {
        let mut world = World::new(ServerConfig { greeting: false, ..ServerConfig::default() });
        let peer = world.join();
        world.run(SECOND);
        world.command(peer, "stt_start", &start);
        world.run(Duration::from_millis(100));
        world.command(peer, "stt_stop", &json!({}));
        world.run(20 * SECOND);
        assert_eq!(world.data(peer, "stt_error").len(), errors, "{start}");
        assert!(world.data(peer, "llm_start").is_empty(), "{start}");
    }
}

#[test]
fn an_open_microphone_is_not_opened_again_and_a_closed_one_not_closed() {
    let (mut world, peer) = listening();
    world.command(peer, "stt_start", &json!({ "duration": 1 }));
    assert_eq!(world.data(peer, "stt_start").len(), 1);
    world.run(SECOND);
    world.command(peer, "stt_stop", &json!({ "message_id": "1" }));
    world.command(peer, "stt_stop", &json!({ "message_id": "2" }));
    assert_eq!(world.data(peer, "stt_result").len(), 1);
}

#[test]
fn other_modes_than_push_to_talk_do_nothing() {
    let (mut world, peer) = World::with_assistant();
    world.command(peer, "stt_start", &json!({ "mode": "telepathy" }));
    assert!(world.data(peer, "stt_start").is_empty());
}

#[test]
fn nonsense_for_a_duration_is_made_sensible() {
    for duration in [json!(-5), json!(1e300), json!("long"), json!(null)] {
        let (mut world, peer) = World::with_assistant();
        world.command(peer, "stt_start", &json!({ "duration": duration }));
        world.run(60 * SECOND);
        assert_eq!(world.data(peer, "stt_result").len(), 1, "{duration}");
    }
}

#[test]
fn tts_stop_ends_the_speech_and_not_the_turn() {
    let (mut world, peer) = World::with_assistant();
    world.command(peer, "text_input", &json!({ "text": "tell me a joke" }));
    while world.data(peer, "tts_progress").len() < 3 {
        world.run(Duration::from_millis(10));
    }
    world.command(peer, "tts_stop", &json!({}));
    assert_eq!(*world.data(peer, "tts_stop")[0], json!({ "reason": "user request" }));
    world.run(30 * SECOND);
    assert_eq!(world.data(peer, "tts_progress").len(), 3);
    assert!(world.data(peer, "tts_result").is_empty());
    assert_eq!(world.data(peer, "latency_trace").len(), 1);
}

#[test]
fn tts_stop_means_nothing_while_nothing_is_said() {
    let (mut world, peer) = World::with_assistant();
    world.command(peer, "tts_stop", &json!({ "message_id": "1" }));
    world.command(peer, "text_input", &json!({ "text": "tell me a joke" }));
    world.run(Duration::from_millis(500));
    world.command(peer, "tts_stop", &json!({ "message_id": "2" }));
    world.run(30 * SECOND);
    assert!(world.data(peer, "tts_stop").is_empty());
    assert_eq!(world.data(peer, "tts_result").len(), 1);
}

#[test]
fn it_can_listen_while_it_speaks() {
    let (mut world, peer) = World::with_assistant();
    world.command(peer, "text_input", &json!({ "text": "markdown" }));
    while world.data(peer, "tts_start").is_empty() {
        world.run(Duration::from_millis(10));
    }
    world.command(peer, "stt_start", &json!({ "duration": 2 }));
    world.run(2 * SECOND);
    assert_eq!(world.data(peer, "stt_result").len(), 1);
    assert!(world.data(peer, "tts_result").is_empty());
    world.run(30 * SECOND);
    assert_eq!(world.data(peer, "tts_result").len(), 2, "and answers afterwards");
}
