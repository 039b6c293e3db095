//! Toolbar: pause, size of the record, and buttons for the side parts.

use leptos::prelude::*;

use crate::history::Listed;
use crate::history::{Query, Recorder};
use crate::ui::debugger::side::Side;
use crate::ui::debugger::state::use_debugger;
use crate::ui::debugger::table::cells;
use crate::ui::format;

#[component]
pub fn Toolbar() -> impl IntoView {
    let debugger = use_debugger();
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
            format!("The {} oldest rows ({size}) had to go for newer ones.", evicted.rows)
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
                    {move || if is_paused.get() { "Go on" } else { "Pause" }}
                </button>
                {move || {
                    paused()
                        .map(|news| {
                            view! { <span class="debugger-paused">{format!("Paused, {news} recorded since")}</span> }
                        })
                }}
            </Show>
            <span
                class="debugger-held"
                data-testid="debugger-held"
                title="The rows that the filter lets through, those in folds included, and what the record takes"
            >
                {held}
            </span>
            {move || evicted().map(|words| view! { <span class="debugger-evicted">{words}</span> })}
            <span class="debugger-space"></span>
            <SideButton side=Side::Details name="Details" />
            <SideButton side=Side::Findings name="Findings" />
            <SideButton side=Side::Statistics name="Statistics" />
            <SideButton side=Side::Send name="Send" />
            <SideButton side=Side::Recordings name="Recordings" />
            <SideButton side=Side::Compare name="Compare" />
            <SideButton side=Side::BugReport name="Bug report" />
            <SideButton side=Side::Replay name="Replay" />
            <SideButton side=Side::Inject name="Inject" />
            <SideButton side=Side::Experiments name="Experiments" />
        </div>
    }
}

#[component]
fn SideButton(side: Side, name: &'static str) -> impl IntoView {
    let debugger = use_debugger();
    let is_open = move || debugger.side.get() == Some(side);
    view! {
        <button
            class="button small"
            type="button"
            data-testid=format!("debugger-open-{}", name.to_lowercase().replace(' ', "-"))
            aria-pressed=move || is_open().to_string()
            on:click=move |_| debugger.side.update(|open| *open = if *open == Some(side) { None } else { Some(side) })
        >
            {name}
            {(side == Side::Findings).then(|| view! { <FindingCount /> })}
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
