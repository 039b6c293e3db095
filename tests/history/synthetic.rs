//! Synthetic events: checked, recorded, and kept out of everything that is about Coda.

use std::time::Duration;

use coda_dashboard::analysis::{Analyzer, FindingKind};
use coda_dashboard::history::{
    Context, Query, Recorder, Recording, Row, Statistics, SyntheticError, SyntheticEvent, export_har, export_jsonl,
    shown_text, summary,
};
use coda_dashboard::link::FrameId;
use coda_dashboard::model::Conversation;
use coda_dashboard::protocol::Event;
use coda_dashboard::sim::ServerConfig;
use serde_json::json;

use crate::world::{World, at};

const ERROR: &str = r#"{"type":"system_error","data":{"message":"pretended"}}"#;

fn found(recorder: &Recorder, text: &str) -> Vec<u64> {
    let query: Query = text.parse().unwrap();
    let context = Context { recorder, utc_offset_minutes: 0 };
    recorder.rows(..).filter(|row| query.matches(row, &context)).map(|row| row.number).collect()
}

/// A session, and the number of the synthetic row in the second.
fn sessions() -> (Recorder, Recorder, u64) {
    let lived = || {
        let mut world = World::ready(ServerConfig::quiet());
        world.say("hello");
        world.run_for(Duration::from_secs(2));
        world
    };
    let (without, mut with) = (lived(), lived());
    let number = with.recorder.numbers().end;
    let now = with.clock();
    with.recorder.synthetic(ERROR, now);
    (without.recorder, with.recorder, number)
}

#[test]
fn a_row_of_its_own_says_that_it_is_synthetic() {
    let (_, recorder, number) = sessions();
    let row = recorder.get(number).unwrap();
    assert_eq!(row.synthetic().map(|text| &**text), Some(ERROR));
    assert_eq!(shown_text(row), ERROR);
    assert_eq!(summary(row), "pretended");
    assert_eq!(found(&recorder, "is:synthetic"), [number]);
    assert_eq!(found(&recorder, "synthetic"), [number]);
    assert_eq!(found(&recorder, "type:system_error"), [number]);
    assert_eq!(found(&recorder, "text:pretended"), [number]);
    assert!(found(&recorder, "is:error").is_empty());
    assert!(found(&recorder, "dir:in,out is:synthetic").is_empty());
}

#[test]
fn it_is_in_no_statistics_and_in_no_findings() {
    let (without, with, _) = sessions();
    assert_eq!(Statistics::of(with.rows(..)), Statistics::of(without.rows(..)));
    let counts =
        |recorder: &Recorder| recorder.counts_by_type().map(|(kind, count)| (kind.clone(), count)).collect::<Vec<_>>();
    assert_eq!(counts(&with), counts(&without));
    let findings = |recorder: &Recorder| {
        let analyzer = Analyzer::of(recorder);
        analyzer.log().open().chain(analyzer.log().closed()).cloned().collect::<Vec<_>>()
    };
    assert_eq!(findings(&with), findings(&without));
    // As a frame of Coda's, the same text is a finding.
    let mut real = with;
    real.record(&crate::world::frame_in(60_000, ERROR));
    assert!(findings(&real).iter().any(|finding| finding.kind == FindingKind::ServerError));
}

#[test]
fn files_mark_it_and_hold_it_as_no_frame() {
    let (without, with, number) = sessions();
    let recording = Recording::of(&with, with.rows(..));
    assert_eq!(recording.entries.len(), Recording::of(&without, without.rows(..)).entries.len());
    for text in [export_jsonl(&recording), export_har(&recording, "ws://localhost:8765")] {
        assert!(text.contains(r#""note":"synthetic""#), "{text}");
        let imported = Recording::import(&text).unwrap();
        assert_eq!((imported.errors.len(), &imported.recording), (0, &recording));
    }
    assert_eq!(with.get(number).and_then(Row::event), None);
}

#[test]
fn what_the_page_could_receive_is_accepted_whatever_its_type() {
    for kind in Event::KINDS {
        let text = json!({"type": kind, "data": Event::blank_data(kind)}).to_string();
        let event = SyntheticEvent::parse(&text).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(event.kind(), *kind);
    }
    assert_eq!(Event::blank_data("tomorrow's"), None);
    let event = SyntheticEvent::parse(r#" {"type": "tomorrow's", "data": 5, "seq": 7} "#).unwrap();
    let received = event.received(3, at(40));
    assert_eq!((received.epoch, received.at, received.time), (3, at(40), at(40).wall));
    assert_eq!((received.seq, received.frame), (None, FrameId(u64::MAX)), "outside Coda's order");
    assert!(!received.replayed && received.answers.is_none());
}

#[test]
fn a_copy_of_the_models_shows_it_and_the_models_stay_as_they_were() {
    let turn = |role: &str, text: &str| {
        let event = json!({"type": "conversation_turn", "data": {"role": role, "content": text}}).to_string();
        SyntheticEvent::parse(&event).unwrap().received(1, at(50))
    };
    let said =
        |conversation: &Conversation| conversation.turns().iter().map(|turn| turn.text.clone()).collect::<Vec<_>>();
    let mut live = Conversation::default();
    live.apply_event(&turn("user", "hello"));
    let mut copy = live.clone();
    copy.apply_event(&turn("assistant", "never said"));
    assert_eq!(said(&copy), ["hello", "never said"]);
    // Coda's events go to both.
    for conversation in [&mut live, &mut copy] {
        conversation.apply_event(&turn("user", "and now?"));
    }
    assert_eq!(said(&live), ["hello", "and now?"]);
    assert_eq!(said(&copy), ["hello", "never said", "and now?"]);
}

#[test]
fn other_texts_are_refused_with_the_reason() {
    for frame in [
        r#"{"type":"auth_challenge","data":{"token":"a"}}"#,
        r#"{"type":"duplicate_message","data":{"original_type":"ping"}}"#,
        r#"{"type":"replay","events":[]}"#,
    ] {
        assert_eq!(SyntheticEvent::parse(frame), Err(SyntheticError::NoEvent), "{frame}");
    }
    for (text, words) in [
        ("", "not readable"),
        ("[]", "expected an object"),
        (r#"{"type":"llm_token","data":{"token":5}}"#, "token"),
        (r#"{"data":{}}"#, "type"),
    ] {
        let error = SyntheticEvent::parse(text).unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}
