//! An imported recording yields the same record as the exported one: rows, message traces and findings.

use std::time::Duration;

use coda_dashboard::analysis::{Analyzer, Confidence, Correlation, Finding, FindingKind, Side};
use coda_dashboard::history::{
    Annotation, Limits, Recorder, Recording, Row, RowKind, Severity, export_har, export_jsonl, message_trace,
    shown_text,
};
use coda_dashboard::link::{
    Acknowledgement, CloseInfo, DisconnectReason, FramePurpose, LinkEvent, MessageId, MessageState, Origin,
};
use coda_dashboard::protocol::Command;
use coda_dashboard::replay::Playback;
use coda_dashboard::sim::{Echo, ServerConfig};
use proptest::prelude::*;
use serde_json::json;

use crate::trace::{CONN, SHORTCUT, Trace};
use crate::world::{World, at};

fn record_of(recording: &Recording) -> Recorder {
    let mut recorder = Recorder::new(Limits { rows: usize::MAX, bytes: usize::MAX });
    let rows = Playback::new(recording).record(&mut recorder);
    assert_eq!(rows.len(), recording.entries.len());
    for (row, entry) in rows.iter().zip(recording.in_order()) {
        assert_eq!(recorder.get(*row).unwrap().frame().map(|text| &**text), Some(&*entry.text));
    }
    recorder
}

/// Returns the record after exporting and importing it in each format.
fn imported(recorder: &Recorder) -> [Recorder; 2] {
    let recording = Recording::of(recorder, recorder.rows(..));
    [export_jsonl(&recording), export_har(&recording, "ws://localhost:8765")].map(|text| {
        let imported = Recording::import(&text).unwrap();
        assert_eq!(imported.errors, []);
        record_of(&imported.recording)
    })
}

fn findings(recorder: &Recorder) -> Vec<Finding> {
    let analyzer = Analyzer::of(recorder);
    analyzer.log().open().chain(analyzer.log().closed()).cloned().collect()
}

fn kinds(recorder: &Recorder) -> Vec<FindingKind> {
    findings(recorder).into_iter().map(|finding| finding.kind).collect()
}

/// Describes each row beyond its text.
fn rows(recorder: &Recorder) -> Vec<String> {
    let told = |row: &coda_dashboard::history::Row| {
        let class = match &row.kind {
            RowKind::FrameIn { conn, kind, seq, class, answers, .. } => {
                format!("{conn} {kind} {seq:?} {class:?} {answers:?}")
            }
            RowKind::FrameOut { conn, kind, purpose, .. } => format!("{conn} {kind} {purpose:?}"),
            other => format!("{other:?}"),
        };
        format!("{} {:?} run {} {class} {}", row.number, row.at, recorder.epoch_of(row.number), shown_text(row))
    };
    recorder.rows(..).map(told).collect()
}

fn annotations(recorder: &Recorder) -> Vec<(u64, Annotation)> {
    recorder.annotations().map(|(row, annotation)| (row, annotation.clone())).collect()
}

#[track_caller]
fn assert_same(recorder: &Recorder) {
    for record in imported(recorder) {
        for (imported, live) in rows(&record).iter().zip(rows(recorder)) {
            assert_eq!(*imported, live);
        }
        assert_eq!(record.len(), recorder.len());
        assert_eq!(annotations(&record), annotations(recorder));
        assert_eq!(findings(&record), findings(recorder));
        let ids = recorder.rows(..).filter_map(coda_dashboard::history::Row::message);
        for id in ids {
            assert_eq!(message_trace(&record, id), message_trace(recorder, id));
        }
    }
}

#[test]
fn a_record_of_many_faults_comes_back_with_its_lives_and_findings() {
    let mut trace = Trace::ready();
    trace.recorder.note(Severity::Warn, "something to know", at(trace.now));
    let original = trace.write("hello");
    let copy = trace.new_message();
    trace.wait(2);
    trace.message(copy, "hello", SHORTCUT, MessageState::Suppressed { original });
    for number in 0..8 {
        trace.write(&number.to_string());
        trace.wait(5);
    }
    let raw = FramePurpose::Raw(Origin::new("debugger", "send raw"));
    trace.tell(LinkEvent::FrameOut { conn: CONN, text: "no JSON".into(), purpose: raw, at: at(trace.now) });
    trace.tell(LinkEvent::Protections { on: false, at: at(trace.now) });
    for _ in 0..4 {
        trace.wait(1_000);
        trace.lose(DisconnectReason::Silent);
        trace.connect();
    }
    trace.resumed(true, 7, 2);
    trace.wait(3);
    trace.message(original, "hello", crate::trace::COMPOSER, MessageState::Unconfirmed);
    trace.control("not json");
    trace.event("system_error", r#"{"message": "Event loop is closed", "level": "error"}"#);
    let found = kinds(&trace.recorder);
    for row in (1..trace.recorder.numbers().end).step_by(3) {
        trace.recorder.annotate(row, Annotation { is_bookmarked: row % 2 == 0, comment: format!("row {row}") });
    }
    for kind in [
        FindingKind::DoubleListener,
        FindingKind::Burst,
        FindingKind::Overlap,
        FindingKind::Silent,
        FindingKind::ReconnectStorm,
        FindingKind::Restarted,
        FindingKind::Missed,
        FindingKind::Unconfirmed,
        FindingKind::Unreadable,
        FindingKind::ServerError,
    ] {
        assert!(found.contains(&kind), "{kind:?} is not in {found:?}");
    }
    assert_same(&trace.recorder);
}

#[test]
fn a_session_that_was_lived_comes_back_row_by_row() {
    let mut world = World::ready(ServerConfig { error_every: None, ..ServerConfig::default() });
    let first = world.say("what is the weather");
    world.run_for(Duration::from_millis(5));
    world.say("what is the weather");
    world.run_for(Duration::from_secs(20));
    world.server.config_mut().echo = Echo::SwallowNext(1);
    world.send(Command::TtsStop, None);
    world.run_for(Duration::from_secs(5));
    world.send(Command::TextInput { text: "what is the weather".into() }, Some(first));
    world.run_for(Duration::from_secs(1));
    world.drop_connection(false);
    world.run_for(Duration::from_secs(20));
    world.drop_connection(true);
    world.run_for(Duration::from_secs(20));
    assert!(kinds(&world.recorder).contains(&FindingKind::Restarted));
    assert_same(&world.recorder);
}

#[test]
fn the_states_of_a_message_go_with_its_frames() {
    let mut world = World::ready(ServerConfig::quiet());
    let id = world.say("hello");
    world.run_for(Duration::from_millis(100));
    let frames = world.recorder.rows(..).filter(|row| matches!(row.kind, RowKind::FrameOut { .. }));
    let record = record_of(&Recording::of(&world.recorder, frames));
    assert_eq!(record.state_of(id), Some(&MessageState::Delivered(Acknowledgement::Echo)));
    assert_eq!(message_trace(&record, id).unwrap().origin, message_trace(&world.recorder, id).unwrap().origin);
    assert_eq!(kinds(&record), [], "what was not exported was not missed");
}

/// Reads the previous format, which has no notes and only the final state of each message.
#[test]
fn files_of_the_version_before_are_read_and_their_lives_told_by_the_frames() {
    let id = "00000000-0000-4000-8000-000000000001";
    let own =
        format!(r#""coda":{{"action":"press enter","component":"composer","message":"{id}","state":"delivered"}}"#);
    let data = format!(r#"{{\"text\":\"hi\",\"message_id\":\"{id}\"}}"#);
    let text = format!(
        "{{{own},\"t\":0.1,\"time\":\"2026-11-22T19:09:27.1Z\",\"dir\":\"out\",\"frame\":\"{{\\\"type\\\":\\\"text_input\\\",\\\"data\\\":{data}}}\"}}\n\
         {{{own},\"t\":0.2,\"time\":\"2026-11-22T19:09:27.2Z\",\"dir\":\"in\",\"frame\":\"{{\\\"seq\\\":1,\\\"type\\\":\\\"client_message\\\",\\\"data\\\":{{\\\"client_id\\\":\\\"a\\\",\\\"message_type\\\":\\\"text_input\\\",\\\"message_data\\\":{data}}}}}\"}}\n"
    );
    let imported = Recording::import(&text).unwrap();
    assert_eq!(imported.errors, []);
    let record = record_of(&imported.recording);
    let life = message_trace(&record, MessageId::parse(id).unwrap()).unwrap();
    assert_eq!(life.origin, Origin::new("composer", "press enter"));
    assert_eq!(life.steps.last().unwrap().offset, Duration::from_millis(100));
    assert!(life.answer.is_some());
}

/// A recording by Chrome's network panel of the previous dashboard, whose listeners were doubled.
#[test]
fn what_chrome_saved_of_the_old_dashboard_shows_its_bursts_and_what_the_errors_follow() {
    let imported = Recording::import(include_str!("../fixtures/chrome.har")).unwrap();
    assert_eq!(imported.errors, []);
    assert_eq!(imported.recording.entries.len(), 49);
    let record = record_of(&imported.recording);
    let found = kinds(&record);
    for kind in [FindingKind::Burst, FindingKind::Overlap, FindingKind::DroppedDuplicate, FindingKind::ServerError] {
        assert!(found.contains(&kind), "{kind:?} is not in {found:?}");
    }
    for kind in [FindingKind::Missed, FindingKind::OtherDashboard, FindingKind::ChallengeMissing] {
        assert!(!found.contains(&kind), "{kind:?}");
    }
    let correlation = Correlation::of(&record, ..);
    assert_eq!(correlation.sides(), <(Side, Side)>::default(), "nobody knows whether there were protections");
    let unknown = correlation.unknown().unwrap();
    assert_eq!((unknown.messages, unknown.errors, unknown.duplicates), (21, 2, 10));
    let doubles: Vec<Finding> = findings(&record)
        .into_iter()
        .filter(|it| matches!(it.kind, FindingKind::DoubleListener | FindingKind::DroppedDuplicate))
        .collect();
    assert_eq!(doubles.len(), 4, "each of both for “stt_start” and “stt_stop”: {doubles:#?}");
    for double in doubles {
        assert_eq!(double.confidence, Confidence::Certain);
        let cause = "0.9 ms apart. Too fast for a user: something listens twice.";
        assert!(double.words.contains(cause), "{}", double.words);
        assert!(!double.words.contains("recording"), "{}", double.words);
    }
    let delivered = record.rows(..).filter(|row| record.round_trip(row).is_some_and(|took| !took.is_zero())).count();
    assert!(delivered > 20, "{delivered} round trips");
}

/// A recording of another program: frames with their direction, after this many milliseconds.
fn foreign(frames: &[(u32, &str, &str)]) -> Recorder {
    let line = |(at, dir, frame): &(u32, &str, &str)| {
        json!({ "t": f64::from(*at) / 1_000.0, "dir": dir, "frame": frame }).to_string()
    };
    let text: Vec<String> = frames.iter().map(line).collect();
    let imported = Recording::import(&text.join("\n")).unwrap();
    assert_eq!(imported.errors, []);
    record_of(&imported.recording)
}

const LISTEN: &str = r#"{"type":"stt_start","data":{}}"#;
const DROPPED: &str = r#"{"type":"duplicate_message","data":{"original_type":"stt_start","count":2}}"#;
const ECHO: &str =
    r#"{"seq":1,"type":"client_message","data":{"client_id":"a","message_type":"stt_start","message_data":{}}}"#;

#[test]
fn the_answer_to_a_copy_that_overtakes_the_echo_is_the_copys() {
    let record = foreign(&[(0, "out", LISTEN), (1, "out", LISTEN), (2, "in", DROPPED), (3, "in", ECHO)]);
    let messages = record.rows(..).filter(|row| matches!(row.kind, RowKind::FrameOut { .. })).filter_map(Row::message);
    let states: Vec<_> = messages.filter_map(|id| record.state_of(id)).collect();
    let delivered = [Acknowledgement::Echo, Acknowledgement::Duplicate].map(MessageState::Delivered);
    assert_eq!(states, delivered.iter().collect::<Vec<_>>());
}

#[test]
fn equal_frames_of_another_program_are_less_sure_to_be_a_double_listeners_the_further_they_are_apart() {
    for (apart, confidence) in [(49, Some(Confidence::Certain)), (499, Some(Confidence::Possible)), (501, None)] {
        let record = foreign(&[(0, "out", LISTEN), (10, "in", ECHO), (apart, "out", LISTEN)]);
        let found = findings(&record);
        let confidences: Vec<_> = found.iter().map(|finding| finding.confidence).collect();
        assert_eq!(confidences, confidence.into_iter().collect::<Vec<_>>());
        assert!(found.iter().all(|finding| finding.kind == FindingKind::DoubleListener), "{found:#?}");
    }
}

#[test]
fn of_what_another_program_recorded_no_cause_is_named_that_only_its_page_knows() {
    let refresh = r#"{"type":"text_input","data":{"text":"hi","message_id":"00000000-0000-4000-8000-000000000001"}}"#;
    let dropped = r#"{"type":"duplicate_message","data":{"original_type":"text_input","count":2}}"#;
    let record = foreign(&[(0, "out", refresh), (2_000, "out", refresh), (2_010, "in", dropped)]);
    let found = findings(&record);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].kind, found[0].confidence), (FindingKind::DroppedDuplicate, Confidence::Likely));
    assert!(found[0].words.contains("was sent the same “text_input” twice"), "{}", found[0].words);
}

#[test]
fn a_quiet_capture_of_the_real_server_shows_nothing() {
    let imported = Recording::import(include_str!("../fixtures/memory.jsonl")).unwrap();
    assert_eq!(kinds(&record_of(&imported.recording)), []);
}

/// Earlier versions wrote the reason of a disconnection as a sentence, and since then the sentences have changed.
#[test]
fn a_reason_that_is_worded_otherwise_changes_no_finding() {
    let mut trace = Trace::new();
    trace.authenticating();
    for (reason, _) in reasons() {
        trace.wait(1_000);
        trace.lose(reason);
        trace.connect();
    }
    let now = export_jsonl(&Recording::of(&trace.recorder, trace.recorder.rows(..)));
    let mut before = now.clone();
    for (reason, sentence) in reasons() {
        let typed = format!("\"reason\":{}", serde_json::to_string(&reason).unwrap());
        assert!(before.contains(&typed), "{typed}");
        before = before.replace(&typed, &format!("\"trouble\":\"{sentence}\""));
    }
    let [now, before] = [now, before].map(|text| record_of(&Recording::import(&text).unwrap().recording));
    let found = kinds(&now);
    assert_eq!(findings(&before), findings(&now));
    for kind in [FindingKind::ChallengeMissing, FindingKind::Silent, FindingKind::Deaf, FindingKind::TooLarge] {
        assert!(found.contains(&kind), "{kind:?} among {found:?}");
    }
}

/// Reasons with the sentences that version 0.1.0 wrote for them.
fn reasons() -> [(DisconnectReason, &'static str); 4] {
    let too_big = CloseInfo { code: 1009, reason: "too big".into() };
    [
        (DisconnectReason::AuthTimeout, "not let in in time"),
        (DisconnectReason::Silent, "nothing comes any more"),
        (DisconnectReason::Deaf, "answers, but sends no events"),
        (DisconnectReason::Closed(too_big), "closed, code 1009 too big"),
    ]
}

#[test]
fn a_synthetic_event_comes_back_as_one_and_changes_nothing_else() {
    let mut world = World::ready(ServerConfig::quiet());
    world.say("hello");
    world.run_for(Duration::from_secs(1));
    let now = world.clock();
    world.recorder.synthetic(r#"{"type":"llm_result","data":{"text":"never said"}}"#, now);
    let number = world.recorder.numbers().end - 1;
    world.recorder.annotate(number, Annotation { is_bookmarked: true, comment: "mine".into() });
    world.say("again");
    world.run_for(Duration::from_secs(2));
    assert_same(&world.recorder);
    for record in imported(&world.recorder) {
        assert!(record.get(number).unwrap().synthetic().is_some());
    }
}

#[test]
fn a_foreign_file_keeps_its_annotations_and_stays_foreign() {
    let frame = r#"{\"type\":\"llm_start\",\"data\":{}}"#;
    let jsonl = format!(
        "{{\"t\":1,\"dir\":\"in\",\"frame\":\"{frame}\"}}\n{{\"t\":2,\"dir\":\"in\",\"frame\":\"{frame}\",\"coda\":{{\"annotation\":{{\"bookmark\":true,\"comment\":\"here\"}}}}}}\n"
    );
    let message =
        |time: u8, coda: &str| format!(r#"{{"type":"receive","time":{time},"opcode":1,"data":"{frame}"{coda}}}"#);
    let coda = r#","_coda":{"annotation":{"bookmark":true,"comment":"here"}}"#;
    // Out of order, as several sockets of a browser may be.
    let messages = [message(2, coda), message(1, "")].join(",");
    let har = format!(r#"{{"log":{{"entries":[{{"_webSocketMessages":[{messages}]}}]}}}}"#);
    for text in [jsonl, har] {
        let recorder = record_of(&Recording::import(&text).unwrap().recording);
        assert!(recorder.is_foreign());
        let [(row, annotation)] = &annotations(&recorder)[..] else { panic!("{text}") };
        assert_eq!(*annotation, Annotation { is_bookmarked: true, comment: "here".into() });
        assert_eq!(*row, recorder.numbers().end - 1, "the later frame's row");
        // Exported from here, it comes back once more.
        for record in imported(&recorder) {
            assert_eq!(annotations(&record).len(), 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn whatever_is_annotated_is_annotated_after_an_import(
        marks in prop::collection::vec((0.0..1.0_f64, any::<bool>(), "\\PC{0,12}"), 0..12),
    ) {
        let mut world = World::ready(ServerConfig::quiet());
        world.recorder.note(Severity::Info, "something to know", world.clock());
        world.say("hello");
        world.run_for(Duration::from_secs(2));
        world.drop_connection(true);
        world.run_for(Duration::from_secs(5));
        for (share, is_bookmarked, comment) in marks {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
            let row = (share * world.recorder.len() as f64) as u64 + 1;
            world.recorder.annotate(row, Annotation { is_bookmarked, comment });
        }
        for record in imported(&world.recorder) {
            prop_assert_eq!(annotations(&record), annotations(&world.recorder));
        }
    }
}
