//! docs/PROTOCOL.md is complete and correct: every type has an example, and every example is what
//! the code reads or writes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use coda_dashboard::protocol::{Command, Event, Frame, decode, encode, parse_iso8601};
use serde_json::Value;

fn document() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PROTOCOL.md")).unwrap()
}

/// Returns the examples of a chapter by third-level heading.
fn examples(chapter: &str) -> BTreeMap<String, Vec<String>> {
    let text = document();
    let start = text.find(&format!("\n## {chapter}\n")).expect("the chapter") + 4;
    let chapter = &text[start..];
    let chapter = chapter.split("\n## ").next().unwrap();
    let sections = chapter.split("\n### ").skip(1).map(|section| {
        let (heading, body) = section.split_once('\n').unwrap();
        let blocks = body.split("```json\n").skip(1).map(|block| block.split("\n```").next().unwrap().to_owned());
        (heading.trim().to_owned(), blocks.collect())
    });
    sections.collect()
}

#[test]
fn every_event_has_an_example_that_is_read_as_that_event() {
    let examples = examples("From Coda to the dashboard");
    for kind in Event::KINDS {
        let of_kind = examples.get(*kind).unwrap_or_else(|| panic!("docs/PROTOCOL.md has no section `{kind}`"));
        assert!(!of_kind.is_empty(), "docs/PROTOCOL.md has no example of `{kind}`");
        for example in of_kind {
            match decode(example) {
                Ok(Frame::Event(envelope)) => assert_eq!(envelope.event.kind(), *kind, "{example}"),
                other => panic!("the example of `{kind}` is read as {other:?}"),
            }
        }
    }
    assert_eq!(examples.len(), Event::KINDS.len(), "a section for a type that the code does not know");
}

#[test]
fn every_control_frame_has_an_example_that_is_read() {
    let examples = examples("The connection");
    let kinds = ["auth_challenge", "auth_result", "duplicate_message", "replay"];
    assert_eq!(examples.keys().collect::<Vec<_>>(), kinds);
    for example in examples.values().flatten().filter(|example| !example.contains("auth_response")) {
        let frame = decode(example).unwrap();
        assert!(matches!(frame, Frame::Control(_) | Frame::Replay(_)), "{example}");
    }
}

#[test]
fn every_command_is_written_as_its_example_says() {
    let examples = examples("From the dashboard to Coda");
    for kind in Command::KINDS {
        let of_kind = examples.get(*kind).unwrap_or_else(|| panic!("docs/PROTOCOL.md has no section `{kind}`"));
        assert!(!of_kind.is_empty(), "docs/PROTOCOL.md has no example of `{kind}`");
        for example in of_kind {
            let example: Value = serde_json::from_str(example).unwrap();
            let mut data = example["data"].as_object().expect("data").clone();
            let id = data.remove("message_id").expect("a message id");
            let sent = parse_iso8601(example["timestamp"].as_str().unwrap()).unwrap();
            let command = Command::from_wire(kind, data);
            assert!(!matches!(command, Command::Custom { .. }), "the example of `{kind}` is read as {command:?}");
            let written: Value = serde_json::from_str(&encode(&command, id.as_str().unwrap(), sent)).unwrap();
            assert_eq!(written, example, "{command:?} is not written as docs/PROTOCOL.md says");
        }
    }
    assert_eq!(examples.len(), Command::KINDS.len(), "a section for a type that the code does not know");
}

/// The rules of the commands, as docs/PROTOCOL.md has them.
fn rules_table() -> String {
    let yes = |is: bool| if is { "yes" } else { "" };
    let mut table = String::from(
        "| type | group | urgent | expires after | safe twice | deduplicated | reopens | effect |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for rules in Command::RULES {
        let expires = rules.expires_after.map_or_else(String::new, |after| format!("{} s", after.as_secs()));
        let reopens = rules.reopens.map_or_else(String::new, |kind| format!("`{kind}`"));
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| `{}` | {:?} | {} | {expires} | {} | {} | {reopens} | {:?} |",
            rules.kind,
            rules.group,
            yes(rules.is_urgent),
            yes(rules.is_safe_twice),
            yes(rules.is_deduplicated),
            rules.effect,
        );
    }
    table
}

#[test]
fn the_documented_rules_are_those_of_the_commands() {
    let document = document();
    let (_, rest) = document.split_once("<!-- command rules -->\n").expect("the marker");
    let (documented, _) = rest.split_once("<!-- end of command rules -->").expect("its end");
    assert!(documented == rules_table(), "put this into docs/PROTOCOL.md:\n{}", rules_table());
}

#[test]
fn every_template_is_the_data_of_its_command() {
    for rules in Command::RULES {
        for template in rules.templates {
            let data: serde_json::Map<String, Value> = serde_json::from_str(template.data).expect(template.data);
            let command = Command::from_wire(rules.kind, data);
            assert_eq!(command.rules().kind, rules.kind, "{}", template.data);
        }
    }
}
