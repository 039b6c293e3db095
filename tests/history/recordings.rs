//! Recordings are exported to files and imported again.

use std::path::Path;
use std::time::Duration;

use coda_dashboard::history::{
    Annotation, Direction, Entry, Format, FrameMeta, ImportErrorKind, Label, Recording, export_har, export_jsonl,
    with_label,
};
use coda_dashboard::protocol::decode;
use coda_dashboard::sim::ServerConfig;
use proptest::prelude::*;
use serde_json::Value;

use crate::world::{START, World, frame_out, recorder};

fn fixture(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
}

fn meta(message: &str) -> FrameMeta {
    FrameMeta {
        message: Some(message.into()),
        component: Some("composer".into()),
        action: None,
        state: Some("queued".into()),
        ..FrameMeta::default()
    }
}

fn live() -> Recording {
    let mut world = World::ready(ServerConfig::quiet());
    world.say("hello");
    world.run_for(Duration::from_millis(100));
    Recording::of(&world.recorder, world.recorder.rows(..))
}

#[test]
fn a_recording_holds_the_frames_and_what_the_page_knew() {
    let recording = live();
    let sent = recording.entries.iter().find(|entry| entry.text.contains("\"text_input\"")).unwrap();
    assert_eq!(sent.direction, Direction::Out);
    assert_eq!(sent.meta.component.as_deref(), Some("composer"));
    assert_eq!(sent.meta.action.as_deref(), Some("press enter"));
    assert_eq!(sent.meta.state.as_deref(), Some("delivered"));
    assert!(sent.text.contains(sent.meta.message.as_deref().unwrap()));
    assert_eq!(sent.micros / 1_000, START + 1_200);
    assert!(recording.entries[0].text.contains("•••"), "{:?}", recording.entries[0]);
    assert_eq!(recording.entries[0].meta.component, None);
    assert_eq!((recording.entries[0].meta.conn, recording.entries[0].meta.run), (Some(1), Some(1)));
}

#[test]
fn a_frame_that_was_written_twice_is_two_frames() {
    let written = frame_out(5, r#"{"type":"text_input","data":{"text":"hello"}}"#, None);
    let mut recorder = recorder();
    recorder.record(&written);
    recorder.record(&written);
    assert_eq!(Recording::of(&recorder, recorder.rows(..)).entries.len(), 2);
}

#[test]
fn a_recording_comes_back_from_both_formats() {
    let recording = live();
    for (text, format) in
        [(export_jsonl(&recording), Format::JsonLines), (export_har(&recording, "ws://localhost:8765"), Format::Har)]
    {
        assert_eq!(Format::detect(&text), Some(format));
        let imported = Recording::import(&text).unwrap();
        assert_eq!(imported.errors, []);
        assert_eq!(imported.recording, recording);
    }
}

#[test]
fn tokens_are_hidden_in_files() {
    let frame = r#"{"type":"auth_response","data":{"token":"SECRET"}}"#;
    let entry = Entry { micros: 0, direction: Direction::Out, text: frame.into(), meta: FrameMeta::default() };
    let recording = Recording { entries: vec![entry], notes: Vec::new() };
    for text in [export_jsonl(&recording), export_har(&recording, "ws://localhost:8765")] {
        assert!(!text.contains("SECRET") && text.contains("•••"), "{text}");
    }
}

#[test]
fn a_saved_recording_carries_its_name_and_its_note() {
    let recording = live();
    let label = Label { name: "Good day".into(), note: "All went well.\nOnly the “tool” was slow.".into() };
    let imported = Recording::import(&with_label(&label, &export_jsonl(&recording))).unwrap();
    assert_eq!((imported.label, imported.recording, imported.errors), (Some(label), recording, vec![]));
    let damaged = format!("{{\"dir\":\"label\",\"label\":5}}\n{}", export_jsonl(&live()));
    let imported = Recording::import(&damaged).unwrap();
    assert_eq!((imported.label, imported.recording, imported.errors.len()), (None, live(), 1));
}

#[test]
fn the_captures_of_the_real_server_are_read() {
    for name in ["conversation.jsonl", "memory.jsonl", "duplicates.jsonl", "bad_token.jsonl"] {
        let text = fixture(name);
        let imported = Recording::import(&text).unwrap();
        assert_eq!(imported.errors, [], "{name}");
        let frames = text.lines().filter(|line| !line.contains("\"dir\": \"close\"")).count();
        assert_eq!(imported.recording.entries.len(), frames, "{name}");
        let received = imported.recording.entries.iter().filter(|entry| entry.direction == Direction::In);
        assert!(received.clone().count() > 0);
        received.for_each(|entry| assert!(decode(&entry.text).is_ok(), "{}", entry.text));
    }
    let conversation = Recording::import(&fixture("conversation.jsonl")).unwrap().recording;
    assert_eq!(conversation.entries[0].micros, 10_000);
    assert!((conversation.entries[3].millis() - 201.9).abs() < 1e-9);
}

#[test]
fn a_line_tells_its_times() {
    let entry = |micros| Entry { micros, direction: Direction::In, text: "{}".into(), meta: FrameMeta::default() };
    let start = START * 1_000;
    let text =
        export_jsonl(&Recording { entries: vec![entry(start + 5), entry(start + 1_500_005)], ..Recording::default() });
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["time"], "2026-11-22T19:09:27.000005Z");
    assert_eq!((lines[0]["t"].as_f64(), lines[1]["t"].as_f64()), (Some(0.0), Some(1.5)));
    assert!(lines[0].get("coda").is_none());
}

#[test]
fn damaged_lines_are_named_and_the_others_read() {
    let text = concat!(
        "\u{feff}not JSON\n",
        "{\"t\": 1, \"time\": \"2026-11-22T19:09:28Z\", \"dir\": \"in\", \"frame\": \"{}\"}\r\n",
        "\n",
        "{\"t\": 2, \"dir\": \"sideways\", \"frame\": \"\"}\n",
        "{\"t\": 3, \"dir\": \"in\", \"frame\": {}}\n",
        "{\"t\": 4.5, \"dir\": \"out\", \"frame\": \"x\", \"coda\": {\"message\": \"a\", \"state\": 3}}\n",
        "{\"dir\": \"out\", \"frame\": \"x\"}\n",
        "{\"t\": 1e300, \"dir\": \"out\", \"frame\": \"x\"}\n",
        "{\"t\": 1, \"time\": \"yesterday\", \"dir\": \"out\", \"frame\": \"x\"}\n",
        "{\"t\": 9, \"dir\": \"in\", \"fra",
    );
    assert_eq!(Format::detect(text), Some(Format::JsonLines));
    let imported = Recording::import(text).unwrap();
    let places: Vec<usize> = imported.errors.iter().map(|error| error.place).collect();
    assert_eq!(places, [1, 4, 5, 7, 8, 9, 10]);
    assert_eq!(
        imported.errors[1].why.to_string(),
        "field “dir”: unknown variant “sideways”, expected one of “in”, “out”, “note”, “close”, “report”, “label”"
    );
    assert_eq!(imported.errors[2].why.to_string(), "field “frame”: invalid type: map, expected a string");
    let entries = &imported.recording.entries;
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[1].micros - entries[0].micros, 3_500_000, "a line without a date goes on from the one before");
    assert_eq!(entries[1].meta, FrameMeta { message: Some("a".into()), ..FrameMeta::default() });
}

/// As saved by Chrome's network panel. Playwright's HAR files have the same messages.
const CHROME: &str = r#"{
  "log": {
    "version": "1.2",
    "creator": { "name": "WebInspector", "version": "537.36" },
    "pages": [{ "startedDateTime": "2026-11-22T19:09:26.900Z", "id": "page_1", "title": "http://localhost:8080/", "pageTimings": {} }],
    "entries": [
      { "startedDateTime": "2026-11-22T19:09:26.950Z", "time": 3.2, "request": { "method": "GET", "url": "http://localhost:8080/" }, "response": { "status": 200 } },
      {
        "_connectionId": "99",
        "_initiator": { "type": "script" },
        "_resourceType": "websocket",
        "_webSocketMessages": [
          { "type": "receive", "time": 1795374567.0101, "opcode": 1, "data": "{\"type\": \"auth_challenge\", \"data\": {\"token\": \"x\"}}" },
          { "type": "send", "time": 1795374567.0104, "opcode": 1, "data": "{\"type\":\"auth_response\"}" },
          { "type": "receive", "time": 1795374567.2, "opcode": 2, "data": "AAEC" },
          { "type": "error", "time": 1795374567.3, "data": "closed" },
          { "type": "receive", "opcode": 1, "data": "{}" },
          { "type": "receive", "time": 1795374568, "opcode": 1, "data": "{}" }
        ],
        "request": { "method": "GET", "url": "ws://localhost:8765/" },
        "response": { "status": 101, "statusText": "Switching Protocols" },
        "startedDateTime": "2026-11-22T19:09:27.000Z",
        "time": 1000
      },
      { "_webSocketMessages": [{ "type": "send", "time": 1795374567.5, "opcode": 1, "data": "other socket" }] }
    ]
  }
}"#;

#[test]
fn an_archive_as_browsers_write_it_is_read() {
    assert_eq!(Format::detect(CHROME), Some(Format::Har));
    let imported = Recording::import(CHROME).unwrap();
    let times: Vec<i64> = imported.recording.entries.iter().map(|entry| entry.micros - START * 1_000).collect();
    assert_eq!(times, [10_100, 10_400, 500_000, 1_000_000]);
    assert_eq!(imported.recording.entries[1].direction, Direction::Out);
    let named: Vec<(usize, String)> =
        imported.errors.iter().map(|error| (error.place, error.why.to_string())).collect();
    assert_eq!(
        named,
        [
            (3, "field “opcode”: expected a text frame, found opcode 2".to_owned()),
            (4, "field “type”: unknown variant “error”, expected “send” or “receive”".to_owned()),
            (5, "field “time”: invalid type: null, expected f64".to_owned()),
        ]
    );
}

#[test]
fn an_archive_is_written_as_the_standard_wants_it() {
    let har: Value = serde_json::from_str(&export_har(&live(), "ws://localhost:8765/")).unwrap();
    assert_eq!(har["log"]["version"], "1.2");
    let entry = &har["log"]["entries"][0];
    assert_eq!(entry["request"]["url"], "ws://localhost:8765/");
    assert_eq!(entry["_resourceType"], "websocket");
    for field in ["startedDateTime", "time", "request", "response", "cache", "timings"] {
        assert!(!entry[field].is_null(), "{field}");
    }
    let messages = entry["_webSocketMessages"].as_array().unwrap();
    assert_eq!(messages[0]["type"], "receive");
    assert_eq!(messages[0]["opcode"], 1);
    assert!(messages[0]["time"].as_f64().unwrap() > 1_795_374_567.0);
    assert!(messages.iter().any(|message| message["_coda"]["state"] == "delivered"));
}

#[test]
fn what_is_no_recording_is_said_to_be_none() {
    for text in ["", "hello", "{}", "[1]", r#"{"type":"x"}"#] {
        assert_eq!(Recording::import(text), None, "{text}");
    }
    let broken = Recording::import("{\n  \"log\": { \"version\": \"1.2\", \"entries\": [").unwrap();
    assert!(broken.errors[0].why.to_string().starts_with("not readable as JSON"));
    let empty = Recording::import(r#"{"log": {"entries": [{}]}}"#).unwrap();
    assert_eq!(empty.errors[0].why, ImportErrorKind::Empty);
}

#[test]
fn of_an_archive_that_breaks_off_everything_before_is_read_and_the_cut_named() {
    let whole = Recording::import(CHROME).unwrap();
    let end = CHROME.find("other socket").unwrap();
    let imported = Recording::import(&CHROME[..end]).unwrap();
    assert_eq!(imported.recording.entries.len(), whole.recording.entries.len() - 1);
    let last = imported.errors.last().unwrap();
    assert_eq!((last.place, &last.why), (7, &ImportErrorKind::Truncated));
    assert!(imported.errors[0].why.to_string().starts_with("not readable as JSON"), "{:?}", imported.errors[0]);
    let meta = export_har(&live(), "ws://localhost:8765");
    let cut = Recording::import(&meta[..meta.rfind("\"opcode\"").unwrap()]).unwrap().recording;
    assert_eq!(cut.entries.len(), live().entries.len() - 1);
    assert_eq!(cut.notes.len(), live().notes.len(), "they stand before the messages");
}

#[test]
fn a_message_of_an_archive_that_is_no_json_is_named_and_the_others_are_read() {
    let text = CHROME.replace(r#""opcode": 2, "data": "AAEC""#, r#""opcode": nothing, "data": "AAEC""#);
    let imported = Recording::import(&text).unwrap();
    assert_eq!(imported.recording.entries, Recording::import(CHROME).unwrap().recording.entries);
    assert!(imported.errors.iter().any(|error| error.place == 3 && matches!(error.why, ImportErrorKind::Syntax(_))));
}

fn any_recording() -> impl Strategy<Value = Recording> {
    let known = prop_oneof![Just(FrameMeta::default()), "[a-f0-9]{1,8}".prop_map(|id| meta(&id))];
    let annotation =
        (any::<bool>(), "\\PC{0,20}").prop_map(|(is_bookmarked, comment)| Annotation { is_bookmarked, comment });
    let known = (known, prop_oneof![Just(Annotation::default()), annotation])
        .prop_map(|(meta, annotation)| FrameMeta { annotation, ..meta });
    let entry = (0..10_000_000_i64, any::<bool>(), "\\PC{0,40}|[\u{0}-\u{1f}\"\\\\]{0,9}", known).prop_map(
        |(passed, is_in, text, meta)| Entry {
            micros: START * 1_000 + passed,
            direction: if is_in { Direction::In } else { Direction::Out },
            text,
            meta,
        },
    );
    prop::collection::vec(entry, 1..10).prop_map(|entries| Recording { entries, ..Recording::default() })
}

proptest! {
    #[test]
    fn whatever_is_exported_comes_back(recording in any_recording()) {
        for text in [export_jsonl(&recording), export_har(&recording, "ws://localhost:8765")] {
            let imported = Recording::import(&text).unwrap();
            prop_assert_eq!(&imported.errors, &[]);
            prop_assert_eq!(&imported.recording, &recording);
        }
    }

    #[test]
    fn no_file_stops_the_page(text in "\\PC{0,60}", cut in 0..2_000_usize) {
        let _ = Recording::import(&text);
        let _ = Recording::import(&format!("{{\"frame\":\"\"}}\n{text}"));
        let _ = Recording::import(&CHROME.chars().take(cut).collect::<String>());
    }
}
