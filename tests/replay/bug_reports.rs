//! Bug reports: made from a record, read elsewhere, and damaged on the way.

use std::time::Duration;

use coda_dashboard::analysis::{Analyzer, reported_findings};
use coda_dashboard::history::{
    AboutPage, Annotation, BugReport, ImportErrorKind, Imported, Limits, REPORT_VERSION, Recorder, Recording,
    ReportRange, ReportedRows, Severity, export_jsonl, export_report, masked_address, shown_text,
};
use coda_dashboard::replay::Playback;
use coda_dashboard::sim::ServerConfig;
use proptest::prelude::*;

use crate::trace::Trace;
use crate::world::{World, at};

/// A session with a turn, a lost connection, an annotated row and an error of the page.
fn session() -> Recorder {
    let mut world = World::ready(ServerConfig::quiet());
    world.recorder.note(Severity::Error, "the page could not draw a chart", world.clock());
    world.say("hello");
    world.run_for(Duration::from_secs(2));
    world.drop_connection(true);
    world.run_for(Duration::from_secs(5));
    world.say("and again");
    world.run_for(Duration::from_secs(2));
    world.recorder.annotate(3, Annotation { is_bookmarked: true, comment: "here".into() });
    world.recorder
}

/// A report of these rows, made at one of them, as a file.
fn written(recorder: &Recorder, range: ReportRange, row: u64) -> String {
    let rows = ReportedRows::new(recorder, range);
    let findings = reported_findings(Analyzer::of(recorder).log(), &rows);
    let settings = serde_json::json!({"theme": "dark"});
    let report = BugReport {
        said: "It did not answer.".into(),
        range: "everything".into(),
        row: rows.place(row),
        settings: settings.as_object().unwrap().clone(),
        about: AboutPage { browser: "Firefox 145".into(), ..AboutPage::default() },
        ..BugReport::of(recorder).with_findings(findings)
    };
    export_report(&report, &rows.recording())
}

fn record_of(imported: &Imported) -> Recorder {
    let mut recorder = Recorder::new(Limits { rows: usize::MAX, bytes: usize::MAX });
    Playback::new(&imported.recording).record(&mut recorder);
    recorder
}

fn read(text: &str) -> (BugReport, Recorder) {
    let imported = Recording::import(text).unwrap();
    assert_eq!(imported.errors, []);
    let record = record_of(&imported);
    (imported.report.unwrap(), record)
}

#[test]
fn a_report_opened_elsewhere_shows_every_row_it_may_be_made_at() {
    let recorder = session();
    for number in recorder.numbers() {
        let (report, record) = read(&written(&recorder, ReportRange::All, number));
        let row = report.row.unwrap().row(&record).unwrap();
        assert_eq!(shown_text(record.get(row).unwrap()), shown_text(recorder.get(number).unwrap()));
        assert_eq!(row, number);
    }
}

#[test]
fn a_report_of_a_part_finds_its_row_under_another_number() {
    let recorder = session();
    let number = recorder.numbers().end - 3;
    for range in [ReportRange::Last(Duration::from_secs(1)), ReportRange::Around(number)] {
        let (report, record) = read(&written(&recorder, range, number));
        let row = report.row.unwrap().row(&record).unwrap();
        assert_eq!(shown_text(record.get(row).unwrap()), shown_text(recorder.get(number).unwrap()));
    }
    let (report, record) = read(&written(&recorder, ReportRange::Last(Duration::from_secs(1)), number));
    assert!(record.len() < recorder.len() / 2, "{} of {}", record.len(), recorder.len());
    assert!(report.row.unwrap().row(&record).unwrap() < number);
    let (report, _) = read(&written(&recorder, ReportRange::Last(Duration::from_secs(1)), 1));
    assert_eq!(report.row, None, "the row is not in it");
}

#[test]
fn ranges_are_measured_from_the_newest_row_and_around_the_selected_one() {
    let mut recorder = Recorder::new(Limits::default());
    assert!(ReportRange::Last(Duration::from_secs(9)).rows(&recorder).is_empty());
    for seconds in [0, 100, 140, 200, 229, 231, 600] {
        recorder.note(Severity::Info, "row", at(seconds * 1_000));
    }
    assert_eq!(ReportRange::All.rows(&recorder), 1..8);
    assert_eq!(ReportRange::Around(4).rows(&recorder), 3..6);
    assert_eq!(ReportRange::Around(9).rows(&recorder), 8..8);
    assert_eq!(ReportRange::Last(Duration::from_secs(300)).rows(&recorder), 7..8);
    assert_eq!(ReportRange::Last(Duration::from_secs(3_600)).rows(&recorder), 1..8);
}

#[test]
fn a_report_says_what_the_page_knew() {
    let recorder = session();
    let (report, record) = read(&written(&recorder, ReportRange::Last(Duration::from_secs(1)), 1));
    assert_eq!((report.version, report.said.as_str()), (REPORT_VERSION, "It did not answer."));
    assert_eq!(report.settings["theme"], "dark");
    assert_eq!(report.about.browser, "Firefox 145");
    assert_eq!(report.page_errors.len(), 1);
    assert_eq!(report.page_errors[0].text, "the page could not draw a chart");
    let mut told = BugReport::of(&recorder);
    told.add_details("the page could not draw a chart", r#"{"type":"auth_response","data":{"token":"SECRET"}}"#);
    told.add_details("never happened", "nothing");
    assert_eq!(told.page_errors[0].details.as_deref(), Some(r#"{"type":"auth_response","data":{"token":"•••"}}"#));
    // The history of the connection reaches back beyond the rows.
    assert!(report.connections.len() > 4, "{:?}", report.connections);
    assert!(report.connections.iter().any(|change| change.text.contains(": ")), "{:?}", report.connections);
    assert!(record.rows(..).all(|row| row.at.mono > at(1_000).mono));
    let (_, whole) = read(&written(&recorder, ReportRange::All, 1));
    assert_eq!(whole.annotations().count(), 1);
}

#[test]
fn findings_are_told_with_their_rows() {
    let mut trace = Trace::new();
    trace.control("not json");
    let text = written(&trace.recorder, ReportRange::All, 1);
    let (report, record) = read(&text);
    let finding = report.findings.iter().find(|finding| finding.title == "Frames could not be read").unwrap();
    assert_eq!((finding.count, finding.confidence.as_str()), (1, "certain"));
    let row = finding.evidence[0].place.unwrap().row(&record).unwrap();
    assert_eq!(shown_text(record.get(row).unwrap()), "not json");
    assert!(finding.evidence[0].text.contains("not json"));
}

#[test]
fn no_token_is_in_the_file() {
    let mut recorder = session();
    recorder.note(Severity::Error, r#"{"type":"auth_challenge","data":{"token":"SECRET"}}"#, at(20_000));
    let text = written(&recorder, ReportRange::All, 1);
    assert!(text.contains("•••") && text.contains("auth_challenge"));
    let tokens = recorder.rows(..).filter_map(|row| {
        let frame: serde_json::Value = serde_json::from_str(row.frame()?).ok()?;
        frame["data"]["token"].as_str().map(str::to_owned)
    });
    let tokens: Vec<String> = tokens.collect();
    assert!(!tokens.is_empty());
    for token in tokens.iter().map(String::as_str) {
        assert!(!text.contains(token), "{token}");
    }
    assert!(!text.lines().next().unwrap().contains("SECRET"));
}

#[test]
fn an_address_is_told_without_its_secrets() {
    for (url, masked) in [
        ("ws://localhost:8765", "ws://localhost:8765"),
        ("wss://me:pass@host/path", "wss://•••@host/path"),
        ("wss://host/a@b?token=1", "wss://host/a@b?•••"),
        ("demo:", "demo:"),
        ("", ""),
    ] {
        assert_eq!(masked_address(url), masked);
    }
}

#[test]
fn a_report_is_a_recording_to_any_other_reader() {
    let recorder = session();
    let text = written(&recorder, ReportRange::All, 1);
    let (_, rest) = text.split_once('\n').unwrap();
    assert_eq!(rest, export_jsonl(&Recording::of(&recorder, recorder.rows(..))));
    let empty = export_report(&BugReport::of(&Recorder::new(Limits::default())), &Recording::default());
    let imported = Recording::import(&empty).unwrap();
    assert!(imported.report.is_some() && imported.recording.is_empty() && imported.errors.is_empty());
}

#[test]
fn damage_to_the_head_is_told_with_its_line_and_leaves_the_rows() {
    let recorder = session();
    let text = written(&recorder, ReportRange::All, 1);
    let rows = recorder.len();
    let (head, rest) = text.split_once('\n').unwrap();
    for (damaged, words) in [
        (
            format!("{{\"dir\":\"report\",\"report\":7}}\n{rest}"),
            "1: the head of a bug report: field “report”: invalid type: integer, expected an object",
        ),
        (format!("{}\n{rest}", &head[..head.len() / 3]), "1: not readable as JSON"),
        (text.replacen("\"version\":1", "\"version\":9", 1), "1: a newer dashboard wrote this bug report, in form 9"),
    ] {
        let imported = Recording::import(&damaged).unwrap();
        let [error] = &imported.errors[..] else { panic!("{:?}", imported.errors) };
        assert!(error.to_string().starts_with(words), "{error}");
        assert_eq!(record_of(&imported).len(), rows);
        let is_newer = matches!(error.why, ImportErrorKind::NewerReport(9));
        assert_eq!(imported.report.is_some(), is_newer);
    }
    // A field that cannot be read counts as missing.
    let damaged = text.replacen("\"browser\":\"Firefox 145\"", "\"browser\":[]", 1);
    let damaged = damaged.replacen("\"said\":\"It did not answer.\"", "\"said\":5", 1);
    let (report, _) = read(&damaged);
    assert_eq!((report.about.browser, report.said, report.settings.len()), (String::new(), String::new(), 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_damage_stops_the_page(from in 0.0..1.0_f64, length in 0..40_usize, put in "\\PC{0,8}") {
        let recorder = session();
        let text: Vec<char> = written(&recorder, ReportRange::Around(3), 3).chars().collect();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let from = (from * text.len() as f64) as usize;
        let end = (from + length).min(text.len());
        let damaged: String = text[..from].iter().copied().chain(put.chars()).chain(text[end..].iter().copied()).collect();
        let Some(imported) = Recording::import(&damaged) else { return Ok(()) };
        let record = record_of(&imported);
        let row = imported.report.and_then(|report| report.row).and_then(|place| place.row(&record));
        prop_assert!(row.is_none_or(|row| record.get(row).is_some()));
        prop_assert!(imported.errors.iter().all(|error| error.place >= 1));
    }
}
