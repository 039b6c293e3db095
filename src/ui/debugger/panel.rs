//! The panel: filter and toolbar above, then the table with the open side part beside or below it.

use leptos::prelude::*;

use crate::link::MessageId;
use crate::state::Severity;

use crate::ui::components::{Divider, PanelSize, Sizes};
use crate::ui::debugger::banner::SourceBanner;
use crate::ui::debugger::details::tab::DetailTab;
use crate::ui::debugger::details::view::ChosenDetails;
use crate::ui::debugger::filter::view::FilterBar;
use crate::ui::debugger::side::Side;
use crate::ui::debugger::state::{DebuggerState, ROW_HEIGHT, use_debugger};
use crate::ui::debugger::table::counts::TypeCounts;
use crate::ui::debugger::table::view::MessageTable;
use crate::ui::debugger::toolbar::Toolbar;
use crate::ui::debugger::tools::bug_report::BugReportTool;
use crate::ui::debugger::tools::compare::CompareRecords;
use crate::ui::debugger::tools::experiments::Experiments;
use crate::ui::debugger::tools::findings::Findings;
use crate::ui::debugger::tools::inject::InjectForm;
use crate::ui::debugger::tools::recordings::Recordings;
use crate::ui::debugger::tools::replay::Replay;
use crate::ui::debugger::tools::send::SendForm;
use crate::ui::debugger::tools::statistics::StatisticsView;
use crate::ui::resizing::on_resize;

/// Storage key of the width of the part beside the table.
const SIDE_WIDTH: &str = "coda.debugger.side";
/// In pixels.
const MIN_SIDE_WIDTH: f64 = 320.0;
const MIN_TABLE_WIDTH: f64 = 360.0;

/// Widths and heights of the panel, in pixels, below which its parts are arranged differently: see `debugger.css`.
const WIDTHS: [i32; 4] = [1300, 1000, 860, 560];
const HEIGHTS: [i32; 2] = [700, 420];

/// Names the limits that a size is below.
fn limits_above(size: i32, limits: &[i32]) -> String {
    limits.iter().filter(|limit| size < **limit).map(i32::to_string).collect::<Vec<_>>().join(" ")
}

/// The debugger. Fills its container, which must be inside the router.
#[component]
pub fn DebuggerPanel() -> impl IntoView {
    let debugger = DebuggerState::new();
    provide_context(debugger);
    follow_row_link(debugger);
    let panel = NodeRef::new();
    let size = RwSignal::new((i32::MAX, i32::MAX));
    on_resize(panel, move |panel| size.set((panel.client_width(), panel.client_height())));
    let narrower = Memo::new(move |_| limits_above(size.get().0, &WIDTHS));
    let lower = Memo::new(move |_| limits_above(size.get().1, &HEIGHTS));
    view! {
        <section
            node_ref=panel
            class="debugger"
            aria-label="Debugger"
            data-testid="debugger"
            data-narrower=narrower
            data-lower=lower
            style=("--debugger-row", format!("{ROW_HEIGHT}px"))
            style=("--panel-height", move || format!("{}px", size.get().1))
        >
            <div class="debugger-inner">
                <FilterBar />
                <Toolbar />
                <SourceBanner />
                <div class="debugger-body" class:with-side=move || debugger.side.get().is_some()>
                    <div class="debugger-main">
                        <TypeCounts />
                        <MessageTable />
                    </div>
                    <SidePart />
                </div>
            </div>
        </section>
    }
}

#[component]
fn SidePart() -> impl IntoView {
    let debugger = use_debugger();
    let size = PanelSize::stored(Sizes::Width, SIDE_WIDTH, MIN_SIDE_WIDTH);
    let name = |side| match side {
        Side::Details => "Details",
        Side::Send => "Send a command",
        Side::Recordings => "Recordings",
        Side::Findings => "Findings",
        Side::Compare => "Compare recordings",
        Side::BugReport => "Bug report",
        Side::Statistics => "Statistics",
        Side::Replay => "Replay to Coda",
        Side::Inject => "Inject an event",
        Side::Experiments => "Experiments",
    };
    let close = move || {
        debugger.side.set(None);
        if let Some(scroller) = debugger.scroller.get_untracked() {
            let _ = scroller.focus();
        }
    };
    view! {
        {move || {
            debugger.side
                .get()
                .map(|side| {
                    view! {
                        <Divider size label="Size of the panel" rest=MIN_TABLE_WIDTH />
                        <section
                            class="debugger-side"
                            class:whole=side != Side::Details
                            style=("--debugger-side", move || size.css())
                            aria-label=name(side)
                            data-testid="debugger-side"
                            on:keydown=move |event| {
                                if event.key() == "Escape" && !event.default_prevented() {
                                    close();
                                }
                            }
                        >
                            <header class="debugger-side-head">
                                <h2>{name(side)}</h2>
                                <button class="button small" type="button" on:click=move |_| close()>
                                    "Close"
                                </button>
                            </header>
                            {match side {
                                Side::Details => view! { <ChosenDetails /> }.into_any(),
                                Side::Send => view! { <SendForm /> }.into_any(),
                                Side::Recordings => view! { <Recordings /> }.into_any(),
                                Side::Findings => view! { <Findings /> }.into_any(),
                                Side::Compare => view! { <CompareRecords /> }.into_any(),
                                Side::BugReport => view! { <BugReportTool /> }.into_any(),
                                Side::Statistics => view! { <StatisticsView /> }.into_any(),
                                Side::Replay => view! { <Replay /> }.into_any(),
                                Side::Inject => view! { <InjectForm /> }.into_any(),
                                Side::Experiments => view! { <Experiments /> }.into_any(),
                            }}
                        </section>
                    }
                })
        }}
    }
}

/// Follows links to a row (`?row=17`).
fn follow_row_link(debugger: DebuggerState) {
    let linked = debugger.row_link.linked();
    Effect::new(move |_| {
        // Waits for the table, without which there is nothing to scroll.
        let (linked, Some(_)) = (linked.get(), debugger.scroller.get()) else { return };
        let Some(number) = linked else { return choose_linked_message(debugger) };
        if debugger.chosen.with_untracked(|chosen| chosen.is_some_and(|key| key.number == number)) {
            return;
        }
        if debugger.with_recorder_untracked(|recorder| recorder.get(number).is_some()) {
            // A new panel follows the newest row.
            debugger.stop_following();
            debugger.jump(number);
        } else {
            let words = format!("Row {number} is not in this record.");
            debugger.context.notices.show(Severity::Info, "linked row", words);
        }
    });
}

/// A link to a message names it by the filter. Its newest row tells of its whole way, and of the turn that it began.
fn choose_linked_message(debugger: DebuggerState) {
    let id = debugger.filter.text.with_untracked(|text| text.strip_prefix("id:").and_then(MessageId::parse));
    if let Some(id) = id.filter(|_| debugger.chosen.with_untracked(Option::is_none)) {
        debugger.stop_following();
        debugger.detail_tab.set(DetailTab::Message);
        debugger.jump_to_message(id);
    }
}
