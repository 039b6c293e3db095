//! Toolbar: pause, size of the record, and buttons for the side parts.

use leptos::prelude::*;

use crate::history::Listed;
use crate::history::{Query, Recorder};
use crate::ui::components::{Popover, PopoverRef};
use crate::ui::debugger::filter::quick::QuickFilters;
use crate::ui::debugger::side::Side;
use crate::ui::debugger::state::use_debugger;
use crate::ui::debugger::table::cells;
use crate::ui::format;

/// Tools that are needed often. Where there is little room, they are in the menu.
const FIRST: [(Side, &str); 4] =
    [(Side::Details, "Details"), (Side::Findings, "Findings"), (Side::Statistics, "Statistics"), (Side::Send, "Send")];

/// Of those, the ones that a panel of middle width has in its menu.
const fn is_second(side: Side) -> bool {
    matches!(side, Side::Statistics | Side::Send)
}

/// Tools that are needed now and then.
const MORE: [(Side, &str); 6] = [
    (Side::Recordings, "Recordings"),
    (Side::Compare, "Compare"),
    (Side::BugReport, "Bug report"),
    (Side::Replay, "Replay"),
    (Side::Inject, "Inject"),
    (Side::Experiments, "Experiments"),
];

#[component]
pub fn Toolbar() -> impl IntoView {
    let debugger = use_debugger();
    let more = PopoverRef::default();
    let paused = move || {
        let at = debugger.paused_at.get()?;
        Some(debugger.context.history.with(|recorder| recorder.numbers().end.saturating_sub(at)))
    };
    let is_paused = Memo::new(move |_| debugger.paused_at.get().is_some());
    let held = move || {
        let Listed { let_through, looked_at, .. } = debugger.listed();
        let rows = format::counted(looked_at, "row");
        let size = cells::size(debugger.with_recorder(Recorder::bytes));
        if debugger.filter.query.with(Query::is_empty) {
            format!("{rows}, {size}")
        } else {
            format!("{} of {rows}, {size}", format::number(let_through))
        }
    };
    let evicted = move || {
        let evicted = debugger.with_recorder(Recorder::evicted);
        (evicted.rows > 0).then(|| {
            let size = cells::size(usize::try_from(evicted.bytes).unwrap_or(usize::MAX));
            format!(
                "{} oldest rows ({size}) discarded",
                format::number(usize::try_from(evicted.rows).unwrap_or(usize::MAX))
            )
        })
    };
    view! {
        <div class="debugger-tools" role="group" aria-label="Debugger tools">
            <Show when=move || debugger.is_live()>
                <button
                    class="button small"
                    type="button"
                    data-testid="debugger-pause"
                    aria-pressed=move || is_paused.get().to_string()
                    on:click=move |_| debugger.toggle_pause()
                >
                    {move || if is_paused.get() { "Resume" } else { "Pause" }}
                </button>
                {move || {
                    paused()
                        .map(|news| {
                            view! { <span class="debugger-paused">{format!("Paused, {news} new")}</span> }
                        })
                }}
            </Show>
            <QuickFilters />
            <span
                class="debugger-held"
                data-testid="debugger-held"
                title="Matching rows, including folded ones, and the size of the record"
            >
                {held}
            </span>
            {move || evicted().map(|words| view! { <span class="debugger-evicted">{words}</span> })}
            <span class="debugger-space"></span>
            <div class="debugger-first">
                {FIRST.map(|(side, name)| view! { <SideButton side name /> }).collect_view()}
            </div>
            <Popover handle=more label="More" testid="debugger-tools">
                <ul class="debugger-more" on:click=move |_| more.close()>
                    {FIRST
                        .map(|(side, name)| {
                            view! {
                                <li class="debugger-narrow" class:second=is_second(side)>
                                    <SideButton side name is_copy=true />
                                </li>
                            }
                        })
                        .collect_view()}
                    {MORE.map(|(side, name)| view! { <li><SideButton side name /></li> }).collect_view()}
                </ul>
            </Popover>
        </div>
    }
}

#[component]
fn SideButton(
    side: Side,
    name: &'static str,
    /// In the menu as well as in the toolbar, of which one is shown.
    #[prop(optional)]
    is_copy: bool,
) -> impl IntoView {
    let debugger = use_debugger();
    let is_open = move || debugger.side.get() == Some(side);
    view! {
        <button
            class="button small"
            class:second=is_second(side)
            type="button"
            data-testid=(!is_copy).then(|| format!("debugger-open-{}", name.to_lowercase().replace(' ', "-")))
            aria-pressed=move || is_open().to_string()
            on:click=move |_| debugger.side.update(|open| *open = if *open == Some(side) { None } else { Some(side) })
        >
            {name}
            {(side == Side::Findings && !is_copy).then(|| view! { <FindingCount /> })}
        </button>
    }
}

#[component]
fn FindingCount() -> impl IntoView {
    let debugger = use_debugger();
    let count = Memo::new(move |_| debugger.with_analysis(|analyzer| analyzer.log().open().count()));
    view! {
        <Show when=move || { count.get() > 0 }>
            " " <span class="badge" data-testid="finding-count">{count}</span>
        </Show>
    }
}
