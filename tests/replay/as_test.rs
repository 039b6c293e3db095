//! Recordings as tests: the copy that runs with the link's tests is the one generated here.

use std::time::Duration;

use coda_dashboard::history::{Recording, Row, RowKind};
use coda_dashboard::replay::as_test;
use coda_dashboard::sim::ServerConfig;

use crate::world::World;

#[test]
fn the_copied_test_is_the_one_that_runs() {
    let recording = Recording::import(include_str!("../fixtures/duplicates.jsonl")).unwrap().recording;
    // The rest holds two messages that differ only in the order of their keys, which the
    // simulated server treats as equal.
    let selection: Vec<_> =
        recording.entries.into_iter().take_while(|entry| !entry.text.contains("text_input")).collect();
    let copied = include_str!("../link/copied.rs");
    let made = as_test(&selection);
    // The formatter may break lines differently.
    let squeezed =
        |text: &str| text.chars().filter(|letter| !letter.is_whitespace() && *letter != ',').collect::<String>();
    assert_eq!(squeezed(&made), squeezed(copied), "if this is better, put it into tests/link/copied.rs:\n{made}");
}

#[test]
fn any_text_can_stand_in_a_copied_test() {
    let entry = coda_dashboard::history::Entry {
        micros: 0,
        direction: coda_dashboard::history::Direction::Out,
        text: "{\"type\":\"x\",\"data\":{\"text\":\"a\\\"##\\\" b\"}}".into(),
        meta: coda_dashboard::history::FrameMeta::default(),
    };
    assert!(as_test(&[entry]).contains("r###\"{\"type\":\"x\""));
}

#[test]
fn a_filtered_selection_expects_the_answers_to_its_messages_and_none_where_they_are_unknown() {
    let mut world = World::ready(ServerConfig::quiet());
    world.say("hello");
    world.run_for(Duration::from_millis(100));
    let is_text = |row: &&Row| matches!(&row.kind, RowKind::FrameOut { kind, .. } if &**kind == "text_input");
    let texts = || world.recorder.rows(..).filter(is_text);
    let with_answers = as_test(&Recording::with_answers(&world.recorder, texts()).entries);
    assert!(with_answers.contains("assert_eq!(echoes.count(), 1, \"echoes\")"), "{with_answers}");
    let alone = as_test(&Recording::of(&world.recorder, texts()).entries);
    assert!(alone.contains("assert_eq!(received.len(), 1,") && !alone.contains("echoes"), "{alone}");
    assert!(!alone.contains("LinkEvent") && !alone.contains("known already"), "{alone}");
}
