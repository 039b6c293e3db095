//! Replies to each kind of text, and injected faults.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::protocol::Event;

/// Returns a fresh assistant's reply to a text.
fn answer(text: &str) -> String {
    let (world, peer) = asked(&[text]);
    world.data(peer, "llm_result")[0]["text"].as_str().unwrap().to_owned()
}

#[test]
fn a_long_answer_has_about_400_tokens() {
    let (world, peer) = asked(&["say something long"]);
    let count = world.data(peer, "llm_token").len();
    assert!((350..=480).contains(&count), "{count}");
}

#[test]
fn the_answer_fits_the_text() {
    let cases = [
        ("what is the weather in Paris?", "in Paris"),
        ("what time is it", "19:09 UTC"),
        ("help me", "1. **Weather**"),
        ("what can you do", "1. **Weather**"),
        ("show me python code", "```python"),
        ("tell me a joke", "closure"),
        ("what do you remember?", "- Coda should be friendly and brief"),
        ("remember that I like tea", "I like tea"),
        ("forget Rabat", "**forgotten**"),
        ("use a tool", "42"),
        ("markdown please", "| Left | Right |"),
        ("xyzzy\nplugh", "> xyzzy\n> plugh\n\nI am only the **simulated Coda**"),
    ];
    for (text, part) in cases {
        let answer = answer(text);
        assert!(answer.contains(part), "{text}: {answer}");
    }
}

#[test]
fn the_word_error_breaks_off_the_answer() {
    let (world, peer) = asked(&["give me an error", "joke"]);
    assert_eq!(world.data(peer, "llm_error").len(), 1);
    assert!(!world.data(peer, "llm_token").is_empty());
    assert_eq!(world.data(peer, "llm_result").len(), 1, "the next turn is fine again");
}

#[test]
fn errors_of_other_parts_can_be_asked_for() {
    let (world, peer) = asked(&["speech error"]);
    assert_eq!(world.data(peer, "tts_error").len(), 1);
    assert_eq!(world.data(peer, "conversation_turn").len(), 2, "the answer stands");
    assert!(world.data(peer, "tts_progress").is_empty());
    let (world, peer) = asked(&["tool error"]);
    assert_eq!(world.data(peer, "tool_error").len(), 1);
    assert!(world.data(peer, "llm_result")[0]["text"].as_str().unwrap().contains("did not answer"));
    let (world, peer) = asked(&["system error"]);
    assert_eq!(world.data(peer, "system_error").len(), 1);
}

#[test]
fn every_so_many_turns_one_goes_wrong() {
    let (mut world, peer) = World::with_assistant();
    world.server.config_mut().error_every = NonZeroU32::new(2);
    let errors = |world: &World| {
        ["tool_error", "tts_error", "llm_error", "system_error"].map(|kind| world.data(peer, kind).len())
    };
    for turn in 1..=8 {
        world.command(peer, "text_input", &json!({ "text": "weather", "message_id": turn }));
        world.run(40 * SECOND);
        assert_eq!(errors(&world).iter().sum::<usize>(), turn / 2);
    }
    assert_eq!(errors(&world), [1, 1, 1, 1]);
}

#[test]
fn what_it_is_told_it_remembers_until_it_is_told_to_forget() {
    let texts = ["remember that I play the trombone", "what do you know about trombone", "forget the trombone"];
    let (world, peer) = asked(&texts);
    assert_eq!(world.data(peer, "memory_store")[0]["content_preview"], "User said: I play the trombone");
    let found = &world.data(peer, "memory_debug_search")[0]["results"][0];
    assert_eq!(found["content"], "User said: I play the trombone");
    assert_eq!(world.data(peer, "memory_debug_reinforce")[0]["memory_id"], found["id"]);
    assert_eq!(world.data(peer, "memory_update")[0]["new_value"], 0.9);
    assert_eq!(world.data(peer, "memory_debug_forget")[0]["memory_id"], found["id"]);
    let count = |turn: usize| &world.data(peer, "memory_debug_stats")[turn]["stats"]["long_term"]["memory_count"];
    assert_eq!((count(0), count(2)), (&json!(5), &json!(4)));
}

#[test]
fn everything_it_sends_is_known_to_the_protocol_and_it_can_send_almost_all_of_it() {
    let mut world = World::new(ServerConfig { error_every: None, ..ServerConfig::default() });
    let peer = world.join();
    let faults = ["error", "tool error", "speech error", "system error"];
    let texts = ["weather", "remember that I like tea", "what do you know about tea", "forget tea", "joke"];
    for text in texts.iter().chain(&faults) {
        world.command(peer, "text_input", &json!({ "text": text }));
        world.run(30 * SECOND);
    }
    world.command(peer, "stt_start", &json!({ "duration": 5 }));
    world.command(peer, "stt_stop", &json!({}));
    let spoken = world.data(peer, "tts_progress").len();
    world.command(peer, "stt_start", &json!({ "duration": 1 }));
    while world.data(peer, "tts_progress").len() == spoken {
        world.run(Duration::from_millis(50));
    }
    world.command(peer, "tts_stop", &json!({}));
    let events = world.frames(peer).into_iter().filter(|frame| frame["seq"].is_u64());
    let sent: BTreeSet<&str> = events.filter_map(|frame| frame["type"].as_str()).collect();
    let known: BTreeSet<&str> = Event::KINDS.iter().copied().collect();
    let never: Vec<&str> = known.difference(&sent).copied().collect();
    assert_eq!(sent.difference(&known).count(), 0);
    assert_eq!(never, ["conversation_end", "emotion_change", "mode_change"]);
}
