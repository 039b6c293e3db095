//! What a bug report says besides its rows: in the preview, and once it is opened.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::history::{BugReport, ReportedFinding, ReportedRow, Severity};
use crate::ui::debugger::state::{DebuggerState, use_debugger};
use crate::ui::debugger::table::cells;
use crate::ui::format;

fn time(at: DateTime<Utc>, debugger: DebuggerState) -> String {
    format!("{} {}", format::day(at), cells::time_of_day(at, debugger.utc_offset_minutes))
}

/// The lists of a report, each folded under its title and count.
#[component]
pub(super) fn ReportContents(
    report: BugReport,
    /// Whether the report is on view, so that the rows of its findings can be opened.
    is_open: bool,
) -> impl IntoView {
    let debugger = use_debugger();
    let BugReport { about, settings, findings, connections, page_errors, .. } = report;
    let facts = [
        ("Dashboard", about.dashboard),
        ("Coda's address", about.address),
        ("Coda's system", about.coda),
        ("Tabs", about.tabs),
        ("Browser", about.browser),
        ("Window", about.window),
    ];
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
    let evicted = (about.evicted_rows > 0).then(|| {
        let words = format!(
            "{} older rows had already been discarded.",
            format::number(usize::try_from(about.evicted_rows).unwrap_or(usize::MAX))
        );
        view! { <p class="field-hint">{words}</p> }
    });
    let settings_text = serde_json::to_string_pretty(&settings).unwrap_or_default();
    view! {
        <dl class="kv">
            {facts.map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view()}
        </dl>
        {evicted}
        <details data-testid="bug-findings">
            <summary>{format::counted(findings.len(), "open finding")}</summary>
            <ul class="findings">
                {findings.into_iter().map(|finding| view! { <FindingItem finding is_open /> }).collect_view()}
            </ul>
        </details>
        <details data-testid="bug-settings">
            <summary>"Settings that differ from the defaults"</summary>
            <pre class="debugger-raw" tabindex="0" aria-label="Settings">{settings_text}</pre>
        </details>
        <details data-testid="bug-connections">
            <summary>{format!("Connection: {}", format::counted(connections.len(), "change"))}</summary>
            <ul>
                {connections
                    .into_iter()
                    .map(|change| {
                        let conn = change.conn.map(|conn| format!(" (connection {conn})")).unwrap_or_default();
                        view! { <li>{format!("{} {}{conn}", time(change.at, debugger), change.text)}</li> }
                    })
                    .collect_view()}
            </ul>
        </details>
        <details data-testid="bug-errors">
            <summary>{format!("Page: {}", format::counted(page_errors.len(), "error"))}</summary>
            <ul>
                {page_errors
                    .into_iter()
                    .map(|error| {
                        let level = error.level.map_or("", Severity::name);
                        view! {
                            <li>
                                {format!("{} {level}: {}", time(error.at, debugger), error.text)}
                                {error
                                    .details
                                    .map(|details| {
                                        view! {
                                            <pre class="debugger-raw" tabindex="0" aria-label="Details">{details}</pre>
                                        }
                                    })}
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </details>
    }
}

#[component]
fn FindingItem(finding: ReportedFinding, is_open: bool) -> impl IntoView {
    let debugger = use_debugger();
    let subject = if finding.subject.is_empty() { String::new() } else { format!(" ({})", finding.subject) };
    let muted = if finding.is_muted { ", silenced" } else { "" };
    let (count, last) = (format::times(finding.count), time(finding.last, debugger));
    let times = format!("{}, {count}, last at {last}{muted}", finding.confidence);
    view! {
        <li class="finding" data-testid="bug-finding">
            <p>
                <strong>{finding.title}</strong>
                {subject}
            </p>
            <p>{finding.words}</p>
            <p class="field-hint">{times}</p>
            <ul>
                {finding
                    .evidence
                    .into_iter()
                    .map(|row| view! { <li><EvidenceRow row is_open /></li> })
                    .collect_view()}
            </ul>
        </li>
    }
}

/// A link to the row, if it is in the opened report.
#[component]
fn EvidenceRow(row: ReportedRow, is_open: bool) -> impl IntoView {
    let debugger = use_debugger();
    let place = row.place.filter(|_| is_open);
    let number = debugger.with_recorder_untracked(|recorder| place.and_then(|place| place.row(recorder)));
    let label = format!("{} {}", cells::time_of_day(row.at, debugger.utc_offset_minutes), row.text);
    match number {
        Some(number) => view! {
            <button class="link-button" type="button" on:click=move |_| debugger.jump(number)>
                {label}
            </button>
        }
        .into_any(),
        None => view! { <span>{label}</span> }.into_any(),
    }
}
