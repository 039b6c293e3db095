//! Makes a bug report, and previews it.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use crate::analysis::reported_findings;
use crate::browser;
use crate::history::{
    AboutPage, BugReport, Recording, ReportRange, ReportedRows, export_report, masked_address, redact,
};
use crate::link::PhaseKind;
use crate::state::Settings;
use crate::ui::components::sharing_words;
use crate::ui::debugger::state::{DebuggerState, use_debugger};
use crate::ui::debugger::table::cells;
use crate::ui::debugger::tools::bug_report::contents::ReportContents;
use crate::ui::files::{download, file_stamp};
use crate::ui::format;

/// Delay after another row was selected.
const TAKE_AFTER: Duration = Duration::from_millis(300);
const MINUTE: u64 = 60;
/// Maximum length of what the user says.
const SAID_CHARS: &str = "4000";

/// The choices of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    Minutes,
    Hour,
    All,
    Around,
}

const RANGES: [(&str, Range); 4] = [
    ("the last 5 minutes", Range::Minutes),
    ("the last hour", Range::Hour),
    ("everything", Range::All),
    ("around the selected row", Range::Around),
];

/// A report that has not been saved yet.
struct Draft {
    report: BugReport,
    recording: Recording,
    /// The row that it is made at.
    row: Option<u64>,
    rows: usize,
    bytes: usize,
}

fn about(debugger: DebuggerState) -> AboutPage {
    let window = window();
    let size =
        |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64()).unwrap_or_default();
    let context = debugger.context;
    let info = context.data.system.with_untracked(|system| system.info().map(|(_, info)| info.to_string()));
    AboutPage {
        coda: redact(&info.unwrap_or_default()).into_owned(),
        tabs: sharing_words(
            context.connection.sharing.get_untracked(),
            untrack(|| context.connection.kind()) == PhaseKind::Offline,
        ),
        dashboard: env!("CARGO_PKG_VERSION").to_owned(),
        address: masked_address(&debugger.context.connection.url.get_untracked().unwrap_or_default()),
        browser: window.navigator().user_agent().unwrap_or_default(),
        window: format!("{} × {}", size(window.inner_width()), size(window.inner_height())),
        ..AboutPage::default()
    }
}

/// Takes the rows as they are now.
fn draft(debugger: DebuggerState, choice: Range) -> Draft {
    let chosen = debugger.chosen.get_untracked().map(|key| key.number);
    let words = RANGES.iter().find(|(_, range)| *range == choice).map_or("", |(words, _)| *words);
    let settings = debugger.context.settings.current.with_untracked(Settings::to_json);
    debugger.with_recorder_untracked(|recorder| {
        let last = recorder.numbers().end.saturating_sub(1);
        let range = match choice {
            Range::Minutes => ReportRange::Last(Duration::from_secs(5 * MINUTE)),
            Range::Hour => ReportRange::Last(Duration::from_secs(60 * MINUTE)),
            Range::All => ReportRange::All,
            Range::Around => ReportRange::Around(chosen.unwrap_or(last)),
        };
        let rows = ReportedRows::new(recorder, range);
        let row = chosen.into_iter().chain([last]).find(|row| rows.place(*row).is_some());
        let findings = untrack(|| debugger.with_analysis(|analyzer| reported_findings(analyzer.log(), &rows)));
        let mut known = BugReport::of(recorder).with_findings(findings);
        debugger.context.notices.shown.with_untracked(|shown| {
            for notice in shown {
                if let Some(details) = &notice.details {
                    known.add_details(&notice.text, details);
                }
            }
        });
        let report = BugReport {
            made: browser::now().wall,
            range: words.to_owned(),
            row: row.and_then(|row| rows.place(row)),
            settings: settings.as_object().cloned().unwrap_or_default(),
            about: AboutPage { evicted_rows: known.about.evicted_rows, ..about(debugger) },
            ..known
        };
        let recording = rows.recording();
        let bytes = export_report(&report, &recording).len();
        Draft { report, recording, row, rows: rows.len(), bytes }
    })
}

#[component]
pub(super) fn MakeReport() -> impl IntoView {
    let debugger = use_debugger();
    let choice = RwSignal::new(Range::Minutes);
    let said = RwSignal::new(String::new());
    let saved = RwSignal::new(None::<String>);
    let made = RwSignal::new(Arc::new(draft(debugger, Range::Minutes)));
    let take = move || {
        saved.set(None);
        made.set(Arc::new(draft(debugger, choice.get_untracked())));
    };
    // At another row, it is another report. A held key passes many of them.
    let mut take_soon = debounce(TAKE_AFTER, move |()| {
        if !made.is_disposed() {
            take();
        }
    });
    let chosen = Memo::new(move |_| debugger.chosen.get().map(|key| key.number));
    Effect::new(move |before: Option<Option<u64>>| {
        let chosen = chosen.get();
        if before.is_some_and(|before| before != chosen) {
            take_soon(());
        }
        chosen
    });
    let save = move |_| {
        let (text, name) = made.with_untracked(|made| {
            let report = BugReport { said: said.get_untracked().trim().to_owned(), ..made.report.clone() };
            (export_report(&report, &made.recording), format!("coda-bug-{}.jsonl", file_stamp()))
        });
        download(&name, "application/x-ndjson", &text);
        saved.set(Some(format!("{name}: {}.", cells::size(text.len()))));
    };
    let [range_id, said_id] = ["bug-range", "bug-said"].map(|name| debugger.element_id(name));
    view! {
        <section class="debugger-part">
            <p class="field-hint">
                "Saves part of the record and details of this dashboard in one file. Opening it under “Recordings” shows the selected row. Authentication tokens are hidden. Messages, answers and memories are not."
            </p>
            <Show when=move || !debugger.is_live()>
                <p class="field-hint warn">
                    "The rows come from the opened recording. Settings, address and browser are those of this page."
                </p>
            </Show>
            <div class="field">
                <label for=range_id.clone()>"Rows"</label>
                <select
                    id=range_id
                    data-testid="bug-range"
                    on:change=move |event| {
                        let at: usize = event_target_value(&event).parse().unwrap_or_default();
                        if let Some((_, range)) = RANGES.get(at) {
                            choice.set(*range);
                            take();
                        }
                    }
                >
                    {RANGES
                        .iter()
                        .enumerate()
                        .map(|(at, (words, range))| {
                            let is_off = move || *range == Range::Around && chosen.get().is_none();
                            view! {
                                <option value=at.to_string() disabled=is_off>
                                    {*words}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </div>
            <div class="field">
                <label for=said_id.clone()>"What happened, and what you expected"</label>
                <textarea
                    id=said_id
                    rows="3"
                    maxlength=SAID_CHARS
                    data-testid="bug-said"
                    prop:value=said
                    on:input=move |event| said.set(event_target_value(&event))
                ></textarea>
            </div>
            <div class="actions">
                <button class="button primary" type="button" data-testid="bug-save" on:click=save>
                    "Save"
                </button>
                <button class="button small" type="button" data-testid="bug-refresh" on:click=move |_| take()>
                    "Use the newest rows"
                </button>
            </div>
            <p class="debugger-fate" role="status" data-testid="bug-saved">{saved}</p>
        </section>
        {move || view! { <Preview draft=made.get() /> }}
    }
}

#[component]
fn Preview(draft: Arc<Draft>) -> impl IntoView {
    let debugger = use_debugger();
    let counts = format!(
        "{}: {} and {}, {}",
        format::counted(draft.rows, "row"),
        format::counted(draft.recording.entries.len(), "frame"),
        format::counted(draft.recording.notes.len(), "note"),
        cells::size(draft.bytes)
    );
    let row = draft.row.map_or_else(|| "none".to_owned(), |row| debugger.row_label(row));
    view! {
        <section class="debugger-part" data-testid="bug-preview">
            <h3>"Contents of the file"</h3>
            <dl class="kv">
                <dt>"Rows"</dt>
                <dd data-testid="bug-counts">{counts}</dd>
                <dt>"Made at"</dt>
                <dd>{row}</dd>
            </dl>
            <ReportContents report=draft.report.clone() is_open=false />
        </section>
    }
}
