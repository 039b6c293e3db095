//! What the recorder keeps and evicts, and how rows are found.

use std::sync::Arc;
use std::time::Duration;

use coda_dashboard::history::{FrameClass, Limits, Recorder, Row, RowKind, Severity, shown_text};
use coda_dashboard::link::{ConnId, FrameKind, MessageId};
use coda_dashboard::protocol::Control;
use coda_dashboard::sim::ServerConfig;

use crate::world::{World, at, event, frame_in, frame_of, frame_out, recorded};

fn numbers<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<u64> {
    rows.map(|row| row.number).collect()
}

fn with_limits(rows: usize, bytes: usize, frames: u64) -> Recorder {
    let mut recorder = Recorder::new(Limits { rows, bytes });
    for number in 0..frames {
        recorder.record(&frame_in(number, &event(number, "llm_token", r#"{"token": "word"}"#)));
    }
    recorder
}

#[test]
fn the_oldest_rows_go_when_there_are_too_many() {
    let recorder = with_limits(10, usize::MAX, 35);
    assert_eq!((recorder.len(), recorder.evicted().rows), (10, 25));
    assert_eq!(recorder.numbers(), 26..36);
    assert_eq!(recorder.get(25), None);
    assert_eq!(recorder.get(26).map(|row| row.number), Some(26));
    assert_eq!(recorder.get(36), None);
    assert!(recorder.evicted().bytes > 25 * 100);
    let count: Vec<(String, usize)> =
        recorder.counts_by_type().map(|(kind, count)| (kind.to_string(), count)).collect();
    assert_eq!(count, [("llm_token".to_owned(), 10)]);
}

#[test]
fn the_oldest_rows_go_when_they_take_too_many_bytes() {
    let recorder = with_limits(usize::MAX, 20_000, 1_000);
    assert!(recorder.bytes() <= 20_000, "{}", recorder.bytes());
    assert!((20..200).contains(&recorder.len()), "{}", recorder.len());
    assert_eq!(recorder.evicted().rows + recorder.len() as u64, 1_000);
    let each = recorder.evicted().bytes / recorder.evicted().rows;
    assert!((150..600).contains(&each), "{each}");
}

#[test]
fn the_newest_row_stays_whatever_its_size() {
    let mut recorder = with_limits(100, 10_000, 5);
    recorder.record(&frame_in(9, &event(9, "system_info", &format!(r#"{{"a": "{}"}}"#, "x".repeat(50_000)))));
    assert_eq!((recorder.len(), recorder.evicted().rows), (1, 5));
    recorder.record(&frame_in(10, &event(10, "llm_token", r#"{"token": "a"}"#)));
    assert_eq!((recorder.len(), recorder.evicted().rows), (1, 6));
    assert!(recorder.bytes() < 1_000);
}

#[test]
fn a_text_that_several_rows_share_counts_once() {
    let text: Arc<str> = format!(r#"{{"type": "replay", "events": ["{}"]}}"#, "x".repeat(10_000)).into();
    let share = |kind| frame_of(ConnId(1), text.clone(), kind, at(1));
    let mut recorder = Recorder::new(Limits { rows: 3, bytes: 100_000 });
    for _ in 0..20 {
        recorder.record(&share(FrameKind::Stale));
    }
    assert_eq!(recorder.len(), 3);
    assert!((10_000..13_000).contains(&recorder.bytes()), "{}", recorder.bytes());
    for number in 0..3 {
        recorder.record(&frame_in(number, "{}"));
    }
    assert!(recorder.bytes() < 3_000, "{}", recorder.bytes());
}

#[test]
fn the_frames_text_is_kept_without_a_copy() {
    let text: Arc<str> = event(1, "llm_token", "{}").into();
    let told = frame_of(ConnId(1), text.clone(), FrameKind::Replay, at(1));
    let recorder = recorded(&[told]);
    assert!(Arc::ptr_eq(recorder.get(1).unwrap().frame().unwrap(), &text));
}

#[test]
fn rows_are_read_from_both_ends() {
    let recorder = with_limits(10, usize::MAX, 12);
    assert_eq!(numbers(recorder.rows(..)), (3..=12).collect::<Vec<_>>());
    assert_eq!(numbers(recorder.rows(..).rev()), (3..=12).rev().collect::<Vec<_>>());
    assert_eq!(numbers(recorder.rows(5..7)), [5, 6]);
    assert_eq!(numbers(recorder.rows(..=4)), [3, 4]);
    assert_eq!(numbers(recorder.rows(11..)), [11, 12]);
    assert_eq!(recorder.rows(13..).len() + recorder.rows(0..3).len() + recorder.rows(..0).len(), 0);
    assert_eq!(recorder.rows(..u64::MAX).len(), 10);
}

#[test]
fn every_frame_is_filed_by_what_it_is() {
    let recorder = recorded(&[
        frame_in(1, r#"{"type": "auth_result", "data": {"success": true, "client_id": "a"}}"#),
        frame_in(2, &event(3, "system_metrics", "{}")),
        frame_in(3, r#"{"type": "replay", "events": []}"#),
        frame_in(4, "nonsense"),
        frame_in(5, r#"{"type": "tts_progress", "seq": 4, "data": {}}"#),
        frame_of(ConnId(1), "", FrameKind::Binary(12), at(6)),
        frame_of(ConnId(1), "{}", FrameKind::Stale, at(7)),
        frame_out(8, r#"{"data":{"type":"x"},"timestamp":"","type":"ping"}"#, None),
    ]);
    let filed: Vec<(&str, Option<u64>, Option<&FrameClass>)> = recorder
        .rows(..)
        .map(|row| match &row.kind {
            RowKind::FrameIn { kind, seq, class, .. } => (&**kind, *seq, Some(class)),
            RowKind::FrameOut { kind, .. } => (&**kind, None, None),
            other => panic!("{other:?} is no frame"),
        })
        .collect();
    let Some(FrameClass::Unreadable(nonsense)) = filed[3].2 else { panic!("{:?} is unreadable", filed[3]) };
    let Some(FrameClass::Unreadable(missing)) = filed[4].2 else { panic!("{:?} is unreadable", filed[4]) };
    assert!(
        nonsense.to_string().contains("not readable as JSON") && missing.to_string().contains("percent_complete"),
        "{nonsense} {missing}"
    );
    let result = Control::AuthResult { result: Ok("a".to_owned()) };
    assert_eq!(filed[0], ("auth_result", None, Some(&FrameClass::Control(Box::new(result)))));
    assert_eq!(filed[1], ("system_metrics", Some(3), Some(&FrameClass::Event)));
    assert_eq!(filed[2], ("replay", None, Some(&FrameClass::Replay)));
    assert_eq!((filed[3].0, filed[4].0, filed[4].1), ("", "tts_progress", Some(4)));
    assert_eq!(filed[5], ("", None, Some(&FrameClass::Binary(12))));
    assert_eq!(filed[6], ("", None, Some(&FrameClass::Stale)));
    assert_eq!(filed[7], ("ping", None, None));
    assert_eq!(recorder.get(6).and_then(Row::size), Some(12));
}

#[test]
fn no_token_is_ever_shown() {
    let mut world = World::ready(ServerConfig::quiet());
    world.say("hello");
    world.run_for(Duration::from_millis(100));
    world.recorder.record(&frame_in(9, r#"{"type":"auth\u005fchallenge","data":{"token":"SECRET"}}"#));
    let secret = |row: &Row| row.wire_type().is_some_and(|kind| kind.starts_with("auth_") && !kind.ends_with("result"));
    let shown: Vec<String> =
        world.recorder.rows(..).filter(|row| secret(row)).map(|row| shown_text(row).into_owned()).collect();
    assert_eq!(shown.len(), 3, "{shown:?}");
    for text in &shown {
        assert!(text.contains(r#""token":"•••""#), "{text}");
    }
    let hidden = world.recorder.rows(..).find(|row| secret(row)).and_then(Row::frame).unwrap();
    let token = hidden.split('"').skip_while(|part| *part != "token").nth(2).unwrap();
    assert!(world.recorder.rows(..).all(|row| !shown_text(row).contains(token)));
}

#[test]
fn everything_has_words_to_show() {
    let mut world = World::ready(ServerConfig::quiet());
    world.say("hello");
    world.say("hello");
    world.run_for(Duration::from_millis(100));
    world.recorder.note(Severity::Warn, "a word of the page's", at(9));
    assert!(world.recorder.rows(..).all(|row| !shown_text(row).is_empty()));
    let shows = |words: &str| world.recorder.rows(..).any(|row| shown_text(row).contains(words));
    for words in [
        "authenticating",
        "text_input: written, on connection #1, attempt 1",
        "(composer: press enter) hello",
        "duplicate of",
        "a word of the page's",
    ] {
        assert!(shows(words), "{words}");
    }
}

#[test]
fn rows_know_the_run_of_the_server_that_they_are_from() {
    let mut world = World::ready(ServerConfig::quiet());
    for number in 0..5 {
        world.say(&format!("hello {number}"));
        world.run_for(Duration::from_millis(100));
    }
    let before = world.recorder.numbers().end;
    world.drop_connection(true);
    world.run_for(Duration::from_secs(20));
    let recorder = &world.recorder;
    assert_eq!(recorder.epoch_of(1), 1);
    assert_eq!(recorder.epoch_of(before), 1);
    assert_eq!(recorder.epoch_of(recorder.numbers().end - 1), 2);
    let first = recorder.rows(..).find(|row| recorder.epoch_of(row.number) == 2).unwrap();
    assert!(matches!(&first.kind, RowKind::FrameIn { seq: Some(1), .. }), "{first:?}");
    assert!(recorder.rows(..).any(|row| shown_text(row).starts_with("restarted")));
}

#[test]
fn the_index_forgets_what_is_gone() {
    let id = MessageId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    let mut recorder = Recorder::new(Limits { rows: 40, bytes: usize::MAX });
    recorder.record(&frame_out(0, r#"{"type":"ping"}"#, Some(id)));
    recorder.record(&frame_out(1, r#"{"type":"ping"}"#, Some(id)));
    assert_eq!(numbers(recorder.rows_of(id)), [1, 2]);
    for number in 0..39 {
        recorder.record(&frame_in(number, "{}"));
    }
    assert_eq!(numbers(recorder.rows_of(id)), [2]);
    assert_eq!(recorder.counts_by_type().map(|(_, count)| count).collect::<Vec<_>>(), [1]);
    recorder.record(&frame_in(40, "{}"));
    assert_eq!(recorder.rows_of(id).count() + recorder.counts_by_type().count(), 0);
}

#[test]
fn the_revision_tells_that_something_changed() {
    let mut recorder = recorded(&[]);
    let mut before = recorder.revision();
    for told in [frame_in(1, "{}"), frame_out(2, "{}", None)] {
        recorder.record(&told);
        assert_ne!(recorder.revision(), before);
        before = recorder.revision();
    }
}
