//! Bug reports: made from the record on view, or opened from a file.

mod contents;
mod made;
mod opened;

use leptos::prelude::*;

use crate::ui::debugger::state::use_debugger;
use made::MakeReport;
use opened::OpenedReport;

/// The opened report, if one is on view, or else the form that makes one.
#[component]
pub fn BugReportTool() -> impl IntoView {
    let debugger = use_debugger();
    // Another file is another report.
    let opened = Memo::new(move |_| {
        debugger.with_loaded(|loaded| loaded.report.is_some()).unwrap_or_default().then(|| debugger.source())
    });
    view! {
        <div class="debugger-details" data-testid="bug-bundle">
            {move || match opened.get() {
                Some(_) => view! { <OpenedReport /> }.into_any(),
                None => view! { <MakeReport /> }.into_any(),
            }}
        </div>
    }
}
