//! Findings of the record: open, muted and closed, each with its rows.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::analysis::{Finding, FindingState, MuteRule};
use crate::ui::address::page_href;
use crate::ui::components::Each;
use crate::ui::debugger::row_button::RowButton;
use crate::ui::debugger::state::{DebuggerState, use_debugger};
use crate::ui::debugger::table::cells;
use crate::ui::debugger::tools::correlation::CorrelationView;
use crate::ui::format;

/// Upper limit of closed findings listed, newest first.
const CLOSED: usize = 50;

#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Open,
    Muted,
    Closed,
}

fn listed(debugger: DebuggerState, list: List) -> Vec<Finding> {
    debugger.with_analysis(|analyzer| {
        let log = analyzer.log();
        match list {
            List::Open => log.open().cloned().collect(),
            List::Muted => log.open_muted().cloned().collect(),
            List::Closed => log.closed().iter().rev().take(CLOSED).cloned().collect(),
        }
    })
}

/// Findings of the record on view.
#[component]
pub fn Findings() -> impl IntoView {
    let debugger = use_debugger();
    let count = |list| Memo::new(move |_| listed(debugger, list).len());
    let (open, muted, closed) = (count(List::Open), count(List::Muted), count(List::Closed));
    view! {
        <div class="debugger-details" data-testid="debugger-findings">
            <Show when=move || open.get() == 0>
                <p class="field-hint">
                    "No findings in this record. Problems appear here with the rows that show them."
                </p>
            </Show>
            <FindingList list=List::Open />
            <Show when=move || { muted.get() > 0 }>
                <details class="debugger-part">
                    <summary>{move || format!("Silenced ({})", muted.get())}</summary>
                    <FindingList list=List::Muted />
                </details>
            </Show>
            <Show when=move || { closed.get() > 0 }>
                <details class="debugger-part" data-testid="findings-closed">
                    <summary>{move || format!("Resolved ({})", closed.get())}</summary>
                    <FindingList list=List::Closed />
                </details>
            </Show>
            <CorrelationView />
        </div>
    }
}

#[component]
fn FindingList(list: List) -> impl IntoView {
    let debugger = use_debugger();
    let findings = Memo::new(move |_| listed(debugger, list));
    let numbers = Memo::new(move |_| {
        findings.with(|findings| findings.iter().map(|finding| (debugger.source(), finding.number)).collect::<Vec<_>>())
    });
    view! {
        <ul class="findings">
            <Each each=move || numbers.get() key=|name| *name let:name>
                <FindingView list findings number=name.1 />
            </Each>
        </ul>
    }
}

#[component]
fn FindingView(list: List, findings: Memo<Vec<Finding>>, number: u64) -> impl IntoView {
    let debugger = use_debugger();
    let finding = Memo::new(move |_| findings.with(|all| all.iter().find(|finding| finding.number == number).cloned()));
    let first = finding.get_untracked()?;
    let (kind, subject) = (first.kind, first.subject);
    let silence = MuteRule { kind, subject: Some(subject.clone()) };
    let words = move || finding.with(|finding| finding.as_ref().map(|finding| finding.words.clone()));
    let facts = move || {
        finding.with(|finding| {
            let finding = finding.as_ref()?;
            let time = |now: crate::protocol::Moment| cells::time_of_day(now.wall, debugger.utc_offset_minutes);
            let seen = match finding.count {
                1 => format!("seen once, {}", time(finding.opened)),
                count => format!("seen {}, {} to {}", format::times(count), time(finding.opened), time(finding.last)),
            };
            let gone = match finding.state {
                FindingState::Open => String::new(),
                FindingState::Closed { at } => format!(", resolved at {}", time(at)),
            };
            Some(format!("{}; {seen}{gone}", finding.confidence.name()))
        })
    };
    let rows =
        Memo::new(move |_| finding.with(|finding| finding.as_ref().map(|it| it.evidence.clone()).unwrap_or_default()));
    let is_muted = list == List::Muted;
    Some(view! {
        <li class="finding" data-testid="finding" data-kind=kind.anchor() data-open=(list == List::Open).to_string()>
            <h3>
                {kind.title()} " " {(!subject.is_empty()).then(|| view! { <span class="finding-subject">{subject}</span> })}
            </h3>
            <p>{words}</p>
            <p class="field-hint">{facts}</p>
            <p class="finding-advice">
                {kind.advice()} " " <A href=page_href(&format!("/help#{}", kind.anchor()))>"Learn more"</A>
            </p>
            <div class="finding-rows">
                <span class="field-hint">"Rows"</span>
                <Each each=move || rows.get() key=|row| *row let:row>
                    <RowButton number=row />
                </Each>
                {(list != List::Closed && debugger.is_live())
                    .then(|| {
                        view! {
                            <button
                                class="button small"
                                type="button"
                                on:click=move |_| debugger.context.set_muted(silence.clone(), !is_muted)
                            >
                                {if is_muted { "Show again" } else { "Silence" }}
                            </button>
                        }
                    })}
            </div>
        </li>
    })
}
