//! Server errors correlated with the messages before them, with protections on, off or unknown.

use leptos::prelude::*;

use crate::ui::components::ScrollTable;

use crate::analysis::{Correlation, Side};
use crate::ui::debugger::state::use_debugger;
use crate::ui::debugger::table::cells::time_of_day;
use crate::ui::format;

/// Number of rows that are counted at once. More would take longer than a frame.
const RECENT: u64 = 5_000;
/// Upper limit of suspects per error.
const SUSPECTS: usize = 3;
/// Number of time spans the record is divided into.
const SPANS: usize = 24;

/// Counts the newest rows at once, and the whole record on demand.
#[component]
pub fn CorrelationView() -> impl IntoView {
    let debugger = use_debugger();
    let recent = debugger.with_recorder_untracked(|recorder| {
        let numbers = recorder.numbers();
        Correlation::of(recorder, numbers.end.saturating_sub(RECENT)..)
    });
    let found = RwSignal::new(Some(recent));
    let compute = move || found.set(Some(debugger.with_recorder_untracked(|recorder| Correlation::of(recorder, ..))));
    view! {
        <section class="debugger-part" data-testid="debugger-correlation">
            <h3>"Coda's errors and the messages before them"</h3>
            <p class="field-hint">
                "Which messages come before errors, with and without the protections: the queue and the duplicate check."
            </p>
            <div class="actions">
                <button class="button small" type="button" data-testid="correlate" on:click=move |_| compute()>
                    "Count over the whole record"
                </button>
            </div>
            {move || found.get().map(|found| view! { <CorrelationTable found offset=debugger.utc_offset_minutes /> })}
        </section>
    }
}

#[component]
fn CorrelationTable(found: Correlation, offset: i32) -> impl IntoView {
    let (on, off) = found.sides();
    let unknown = found.unknown();
    let side = |name: &'static str, side: Side| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{side.messages}</td>
                <td>{side.errors}</td>
                <td>{rate(side)}</td>
                <td>{side.duplicates}</td>
                <td>{side.overlaps}</td>
            </tr>
        }
    };
    let errors = found.errors();
    let is_quiet = errors.is_empty();
    let errors = errors
        .into_iter()
        .map(|(error, count)| {
            let suspects = found.suspects(error);
            let none = suspects.is_empty();
            view! {
                <li>
                    <strong>{format!("{}: {}", error.kind, error.message)}</strong>
                    {format!(", {}. ", format::times(count as u64))}
                    {none.then_some("No message pattern precedes it more often than usual.")}
                    <ul>
                        {suspects
                            .into_iter()
                            .take(SUSPECTS)
                            .map(|suspect| view! { <li>{suspect.to_string()}</li> })
                            .collect_view()}
                    </ul>
                </li>
            }
        })
        .collect_view();
    let over_time = found.over_time(SPANS);
    let minutes = over_time.minutes;
    let spans = over_time.spans.into_iter().rev().map(move |span| {
        view! {
            <tr>
                <th scope="row">{time_of_day(span.start, offset)[..5].to_owned()}</th>
                <td>{span.side.messages}</td>
                <td>{span.side.errors}</td>
                <td>{rate(span.side)}</td>
            </tr>
        }
    });
    if is_quiet {
        return view! { <p class="field-hint">"Coda reported no error in this record."</p> }.into_any();
    }
    view! {
        <div>
            <ScrollTable label="Errors and messages">
                <thead>
                    <tr>
                        <th scope="col">"Protections"</th>
                        <th scope="col">"Messages"</th>
                        <th scope="col">"Errors"</th>
                        <th scope="col">"per 1000"</th>
                        <th scope="col">"Duplicates"</th>
                        <th scope="col">"Overlaps"</th>
                    </tr>
                </thead>
                <tbody>
                    {match unknown {
                        Some(unknown) => side("unknown", unknown).into_any(),
                        None => view! { {side("on", on)} {side("off", off)} }.into_any(),
                    }}
                </tbody>
            </ScrollTable>
            <ul>{errors}</ul>
            <ScrollTable label="Errors over time" testid="errors-over-time">
                <thead>
                    <tr>
                        <th scope="col">{if minutes == 1 { "Minute".to_owned() } else { format!("{minutes} min from") }}</th>
                        <th scope="col">"Messages"</th>
                        <th scope="col">"Errors"</th>
                        <th scope="col">"per 1000"</th>
                    </tr>
                </thead>
                <tbody>{spans.collect_view()}</tbody>
            </ScrollTable>
        </div>
    }
    .into_any()
}

/// Errors per thousand messages.
fn rate(side: Side) -> String {
    side.errors_per_thousand().map_or_else(|| format::UNKNOWN.to_owned(), |rate| format!("{rate:.1}"))
}
