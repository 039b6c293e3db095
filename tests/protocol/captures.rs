//! Recorded traffic of Coda Lite 0.1.2: one JSON object per line, `{"t", "dir", "frame"}`.

use std::path::Path;

use coda_dashboard::protocol::{Control, Event, Frame, decode};
use serde_json::Value;

const CAPTURES: [&str; 4] = ["conversation", "duplicates", "memory", "bad_token"];

/// Returns the frames of a capture in one direction.
fn frames(capture: &str, direction: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(capture).with_extension("jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let wanted = lines.filter(|line| line["dir"] == direction);
    wanted.map(|line| line["frame"].as_str().unwrap().to_owned()).collect()
}

fn events(capture: &str) -> Vec<Event> {
    let decoded = frames(capture, "in").into_iter().map(|frame| decode(&frame).unwrap());
    decoded.filter_map(|frame| if let Frame::Event(envelope) = frame { Some(envelope.event) } else { None }).collect()
}

#[test]
fn every_recorded_frame_is_read_and_every_type_is_known() {
    let mut count = 0;
    for capture in CAPTURES {
        for text in frames(capture, "in") {
            count += 1;
            match decode(&text) {
                Err(error) => panic!("{capture}: {error}\n{text}"),
                Ok(Frame::Event(envelope)) => {
                    assert!(!matches!(envelope.event, Event::Unknown { .. }), "{capture}: unknown {text}");
                    assert!(envelope.seq.is_some() && envelope.timestamp.is_some(), "{capture}: {text}");
                }
                Ok(Frame::Replay(entries)) => assert!(entries.iter().all(Result::is_ok), "{capture}: {text}"),
                Ok(Frame::Control(_)) => {}
            }
        }
    }
    assert!(count > 100, "only {count} frames were recorded");
}

#[test]
fn the_tokens_of_a_recorded_answer_add_up_to_its_result() {
    let mut tokens = String::new();
    let mut results = 0;
    for event in events("conversation") {
        match event {
            Event::LlmStart(_) => tokens.clear(),
            Event::LlmToken(token) => tokens.push_str(&token.token),
            Event::LlmResult(result) => {
                assert_eq!(tokens.trim(), result.text.trim());
                results += 1;
            }
            _ => {}
        }
    }
    assert!(results > 0);
}

#[test]
fn what_was_sent_comes_back_in_its_echo_or_is_called_a_duplicate() {
    // A frame without a type is silently dropped.
    let is_message = |text: &String| text.contains("\"type\"") && !text.contains("auth_response");
    let sent = frames("duplicates", "out").into_iter().filter(is_message).count();
    let answers = frames("duplicates", "in").into_iter().map(|frame| decode(&frame).unwrap());
    let is_answer = |frame: &Frame| match frame {
        Frame::Control(Control::Duplicate { .. }) => true,
        Frame::Event(envelope) => matches!(envelope.event, Event::ClientMessage(_)),
        _ => false,
    };
    assert_eq!(answers.filter(is_answer).count(), sent);
}

#[test]
fn a_recorded_refusal_is_read_with_its_reason() {
    let refusal = frames("bad_token", "in").into_iter().find_map(|frame| match decode(&frame).unwrap() {
        Frame::Control(Control::AuthResult { result: Err(reason) }) => Some(reason),
        _ => None,
    });
    assert_eq!(refusal.as_deref(), Some("Invalid authentication token"));
}
