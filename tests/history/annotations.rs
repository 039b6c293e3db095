//! Bookmarks and comments on rows: in the record, in the filter, and in files.

use coda_dashboard::history::{
    Annotation, Context, Feed, Limits, Listing, Query, Recorder, Recording, Severity, export_har, export_jsonl,
};

use crate::world::{at, event, frame_in, recorded};

fn bookmark() -> Annotation {
    Annotation { is_bookmarked: true, ..Annotation::default() }
}

fn comment(text: &str) -> Annotation {
    Annotation { comment: text.into(), ..Annotation::default() }
}

fn sample() -> Recorder {
    let mut recorder = recorded(&[
        frame_in(0, &event(1, "stt_result", r#"{"text": "hello"}"#)),
        frame_in(10, &event(2, "llm_start", "{}")),
        frame_in(20, &event(3, "llm_token", r#"{"token": "a", "token_index": 0}"#)),
        frame_in(30, "not JSON"),
    ]);
    recorder.note(Severity::Info, "a notice", at(40));
    recorder
}

fn found(recorder: &Recorder, text: &str) -> Vec<u64> {
    let query: Query = text.parse().unwrap();
    let context = Context { recorder, utc_offset_minutes: 0 };
    recorder.rows(..).filter(|row| query.matches(row, &context)).map(|row| row.number).collect()
}

fn all(recorder: &Recorder) -> Vec<(u64, Annotation)> {
    recorder.annotations().map(|(row, annotation)| (row, annotation.clone())).collect()
}

#[test]
fn a_row_keeps_its_annotation_until_an_empty_one_replaces_it() {
    let mut recorder = sample();
    let (bytes, revision) = (recorder.bytes(), recorder.revision());
    recorder.annotate(2, bookmark());
    let both = Annotation { is_bookmarked: true, comment: "slow here".into() };
    recorder.annotate(2, both.clone());
    assert_eq!(recorder.annotation(2), Some(&both));
    assert_eq!(recorder.annotation(3), None);
    assert!(recorder.revision() > revision, "views see it");
    assert!(recorder.bytes() > bytes);
    let annotations = recorder.annotations_revision();
    recorder.annotate(2, comment(" \n"));
    assert_eq!((all(&recorder), recorder.bytes()), (vec![], bytes));
    assert_ne!(recorder.annotations_revision(), annotations);
}

#[test]
fn a_row_that_is_not_kept_takes_no_annotation() {
    let mut recorder = sample();
    let revision = recorder.revision();
    for row in [0, 6, u64::MAX] {
        recorder.annotate(row, bookmark());
    }
    assert_eq!((all(&recorder), recorder.revision()), (vec![], revision));
}

#[test]
fn a_comment_is_cut_to_a_sane_length() {
    let mut recorder = sample();
    recorder.annotate(1, comment(&"ß".repeat(5_000)));
    assert_eq!(recorder.annotation(1).unwrap().comment, "ß".repeat(2_000));
    recorder.annotate(1, comment("two lines\nof text  \n\n"));
    assert_eq!(recorder.annotation(1).unwrap().comment, "two lines\nof text");
}

#[test]
fn an_annotation_goes_with_its_row() {
    let mut recorder = Recorder::new(Limits { rows: 2, ..Limits::default() });
    recorder.note(Severity::Info, "first", at(0));
    recorder.note(Severity::Info, "other", at(1));
    let bytes = recorder.bytes();
    recorder.annotate(1, comment("gone soon"));
    recorder.annotate(2, bookmark());
    let revision = recorder.annotations_revision();
    recorder.note(Severity::Info, "third", at(2));
    assert_eq!(all(&recorder), [(2, bookmark())]);
    assert!(recorder.annotations_revision() > revision);
    recorder.annotate(2, Annotation::default());
    assert_eq!(recorder.bytes(), bytes, "nothing is left behind");
}

#[test]
fn the_next_and_the_previous_bookmark_are_found() {
    let mut recorder = sample();
    recorder.annotate(2, bookmark());
    recorder.annotate(3, comment("no bookmark"));
    recorder.annotate(5, bookmark());
    assert_eq!([0, 1, 2, 5].map(|row| recorder.bookmark_after(row)), [Some(2), Some(2), Some(5), None]);
    assert_eq!([2, 3, 5, u64::MAX].map(|row| recorder.bookmark_before(row)), [None, Some(2), Some(2), Some(5)]);
    assert_eq!(recorder.bookmark_after(u64::MAX), None);
    assert_eq!(recorder.annotations_in(2..=4).count(), 2);
    assert_eq!(recorder.annotations_in(4..=4).count(), 0);
}

#[test]
fn the_filter_knows_bookmarks_and_comments() {
    let mut recorder = sample();
    recorder.annotate(2, bookmark());
    recorder.annotate(4, comment("Sent by the \"proxy\"?"));
    recorder.annotate(5, Annotation { is_bookmarked: true, comment: "look at row 4".into() });
    for (text, rows) in [
        ("is:bookmarked", vec![2, 5]),
        ("is:noted", vec![4, 5]),
        ("is:noted -is:bookmarked", vec![4]),
        ("!is:noted !is:bookmarked", vec![1, 3]),
        ("is:error is:noted", vec![4]),
        ("PROXY", vec![4]),
        ("text:\"by the \\\"proxy\\\"\"", vec![4]),
        ("text:look", vec![5]),
        ("look notice", vec![5]),
        ("-look", vec![1, 2, 3, 4]),
    ] {
        assert_eq!(found(&recorder, text), rows, "{text}");
    }
}

#[test]
fn a_list_follows_the_annotations_that_its_filter_depends_on() {
    let mut recorder = sample();
    let (bookmarked, types): (Query, Query) = ("is:bookmarked".parse().unwrap(), "type:llm*".parse().unwrap());
    let mut listing = Listing::default();
    let rows = |listing: &mut Listing, recorder: &Recorder, query| {
        listing.update(&Feed { recorder, source: 1, query, until: None, utc_offset_minutes: 0 }).let_through
    };
    assert_eq!(rows(&mut listing, &recorder, &bookmarked), 0);
    recorder.annotate(2, bookmark());
    assert_eq!(rows(&mut listing, &recorder, &bookmarked), 1);
    recorder.annotate(2, Annotation::default());
    assert_eq!(rows(&mut listing, &recorder, &bookmarked), 0);
    assert_eq!(rows(&mut listing, &recorder, &types), 2);
    recorder.annotate(2, bookmark());
    assert_eq!(rows(&mut listing, &recorder, &types), 2);
}

#[test]
fn files_hold_annotations_beside_the_frames_and_in_the_notes() {
    let mut recorder = sample();
    recorder.annotate(1, Annotation { is_bookmarked: true, comment: "first words".into() });
    recorder.annotate(5, comment("why?"));
    let recording = Recording::of(&recorder, recorder.rows(..));
    let jsonl = export_jsonl(&recording);
    let lines: Vec<serde_json::Value> = jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected = serde_json::json!({"bookmark": true, "comment": "first words"});
    assert_eq!(lines[0]["coda"]["annotation"], expected);
    assert_eq!(lines[4]["annotation"], serde_json::json!({"comment": "why?"}));
    assert!(lines[1..4].iter().all(|line| line["coda"].get("annotation").is_none()));
    let har: serde_json::Value = serde_json::from_str(&export_har(&recording, "ws://localhost:8765")).unwrap();
    let socket = &har["log"]["entries"][0];
    assert_eq!(socket["_webSocketMessages"][0]["_coda"]["annotation"], expected);
    assert_eq!(socket["_codaNotes"][0]["annotation"]["comment"], "why?");
}

#[test]
fn a_damaged_annotation_is_ignored_and_the_rest_is_kept() {
    let mut recorder = sample();
    recorder.annotate(1, Annotation { is_bookmarked: true, comment: "a".into() });
    recorder.annotate(5, Annotation { is_bookmarked: true, comment: "b".into() });
    let recording = Recording::of(&recorder, recorder.rows(..));
    for text in [export_jsonl(&recording), export_har(&recording, "ws://localhost:8765")] {
        for (damage, left) in [
            (r#""annotation":{"bookmark":"yes","comment":"#, (false, true)),
            (r#""annotation":{"bookmark":true,"comment":[],"was":"#, (true, false)),
            (r#""annotation":"yes","was":{"comment":"#, (false, false)),
            (r#""annotation":null,"was":{"comment":"#, (false, false)),
        ] {
            let damaged = text.replace(r#""annotation":{"bookmark":true,"comment":"#, damage);
            assert_ne!(damaged, text);
            let imported = Recording::import(&damaged).unwrap();
            assert_eq!(imported.errors, []);
            let (frame, note) = (&imported.recording.entries[0].meta, &imported.recording.notes[0]);
            for annotation in [&frame.annotation, &note.annotation] {
                assert_eq!((annotation.is_bookmarked, !annotation.comment.is_empty()), left, "{damage}");
            }
            assert_eq!(frame.mono, recording.entries[0].meta.mono);
            assert_eq!(note.told, recording.notes[0].told);
        }
    }
}
