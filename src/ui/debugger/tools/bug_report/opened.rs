//! What the opened report says of itself.

use leptos::prelude::*;

use crate::ui::debugger::row_button::RowButton;
use crate::ui::debugger::state::use_debugger;
use crate::ui::debugger::table::cells;
use crate::ui::debugger::tools::bug_report::contents::ReportContents;
use crate::ui::format;

#[component]
pub(super) fn OpenedReport() -> impl IntoView {
    let debugger = use_debugger();
    let report = untrack(|| debugger.with_loaded(|loaded| loaded.report.clone())).flatten()?;
    let row = debugger.with_recorder_untracked(|recorder| report.row.and_then(|place| place.row(recorder)));
    let made = format!("{} {}", format::day(report.made), cells::time_of_day(report.made, debugger.utc_offset_minutes));
    let said = report.said.clone();
    let range = report.range.clone();
    let row = match row {
        Some(row) => view! {
            <RowButton number=row testid="bug-row" />
        }
        .into_any(),
        None => view! { "none of its rows" }.into_any(),
    };
    Some(view! {
        <section class="debugger-part" data-testid="bug-opened">
            <h3>"This recording is a bug report"</h3>
            {(!said.is_empty()).then(|| view! { <blockquote class="bug-said">{said}</blockquote> })}
            <dl class="kv">
                <dt>"Made"</dt>
                <dd>{made}</dd>
                <dt>"Made at"</dt>
                <dd>{row}</dd>
                <dt>"Rows"</dt>
                <dd>{range}</dd>
            </dl>
            <ReportContents report is_open=true />
            <p class="field-hint">
                "These findings come from the dashboard that created the report. “Findings” shows what this dashboard finds in its rows."
            </p>
        </section>
    })
}
