//! A recording as a test: the copy that runs with the tests of the link is the one that is made here.

use coda_dashboard::history::Recording;
use coda_dashboard::replay::as_test;

#[test]
fn the_copied_test_is_the_one_that_runs() {
    let recording = Recording::import(include_str!("../fixtures/duplicates.jsonl")).unwrap().recording;
    // The rest holds two messages that differ in the order of their keys only, which the simulated server cannot tell.
    let selection: Vec<_> =
        recording.entries.into_iter().take_while(|entry| !entry.text.contains("text_input")).collect();
    let copied = include_str!("../link/copied.rs");
    let made = as_test(&selection);
    // The formatter may break lines elsewhere.
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
        own: coda_dashboard::history::Own::default(),
    };
    assert!(as_test(&[entry]).contains("r###\"{\"type\":\"x\""));
}
