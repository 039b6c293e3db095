//! The tools that Coda used: each call, and figures of each tool.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::{ToolOutcome, ToolSummary, ToolUse};
use crate::state::use_app;
use crate::ui::address::Address;
use crate::ui::components::{EmptyState, FilterSelect};
use crate::ui::{format, renders};

/// Calls shown at a time, newest first.
const SHOWN: usize = 200;

/// The tools page.
#[component]
pub fn ToolsPage() -> impl IntoView {
    renders::count("ToolsPage");
    let tools = use_app().data.tools;
    let address = Address::of_page();
    let only = Memo::new(move |_| Some(address.first("tool")).filter(|tool| !tool.is_empty()));
    let summaries = Memo::new(move |_| tools.with(crate::model::Tools::summaries));
    let names = Signal::derive(move || summaries.get().into_iter().map(|summary| summary.name).collect::<Vec<_>>());
    let is_empty = Memo::new(move |_| summaries.with(Vec::is_empty));
    let shown = move || {
        let only = only.get();
        tools.with(|tools| {
            let newest_first = tools.uses().iter().rev();
            let wanted = newest_first.filter(|tool_use| only.as_ref().is_none_or(|only| *only == tool_use.name));
            wanted.take(SHOWN).cloned().collect::<Vec<_>>()
        })
    };
    view! {
        <section class="page-body">
            <header class="page-head">
                <h1>"Tools"</h1>
            </header>
            <Show
                when=move || !is_empty.get()
                fallback=|| {
                    view! {
                        <EmptyState title="No tool has been used yet">
                            "Calls appear here when Coda uses one. Ask, for example, for the weather."
                        </EmptyState>
                    }
                }
            >
                <div class="table-scroll" role="region" aria-label="Figures of each tool" tabindex="0">
                    <table class="data-table">
                        <caption class="visually-hidden">"Figures of each tool"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"Tool"</th>
                                <th scope="col" class="number">"Calls"</th>
                                <th scope="col" class="number">"Failed"</th>
                                <th scope="col" class="number">"Failure rate"</th>
                                <th scope="col" class="number">"Mean"</th>
                                <th scope="col" class="number">"Longest"</th>
                                <th scope="col">"Last used"</th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || summaries.get() key=|summary| summary.name.clone() let:first>
                                <SummaryRow name=first.name summaries />
                            </For>
                        </tbody>
                    </table>
                </div>
                <section class="tool-calls">
                    <header class="page-head">
                        <h2>"Calls"</h2>
                        <FilterSelect label="Tool" key="tool" options=names />
                    </header>
                    <ul class="call-list">
                        <For each=shown key=|tool_use| (tool_use.number, outcome_name(&tool_use.outcome)) let:tool_use>
                            <CallItem tool_use />
                        </For>
                    </ul>
                </section>
            </Show>
        </section>
    }
}

#[component]
fn SummaryRow(name: String, summaries: Memo<Vec<ToolSummary>>) -> impl IntoView {
    renders::count("SummaryRow");
    let wanted = name.clone();
    let summary = Memo::new(move |_| summaries.with(|all| all.iter().find(|summary| summary.name == wanted).cloned()));
    let text = move |read: fn(&ToolSummary) -> String| move || summary.with(|summary| summary.as_ref().map(read));
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="number">{text(|summary| summary.count.to_string())}</td>
            <td class="number">{text(|summary| summary.failures.to_string())}</td>
            <td class="number">
                {text(|summary| summary.failure_rate.map_or_else(|| "–".into(), |rate| format!("{:.0} %", rate * 100.0)))}
            </td>
            <td class="number">{text(|summary| format::seconds(summary.mean_seconds))}</td>
            <td class="number">{text(|summary| format::seconds(summary.max_seconds))}</td>
            <td>{text(|summary| format::clock_time(summary.last_used))}</td>
        </tr>
    }
}

const fn outcome_name(outcome: &ToolOutcome) -> &'static str {
    match outcome {
        ToolOutcome::Running => "running",
        ToolOutcome::Done { .. } => "done",
        ToolOutcome::Failed { .. } => "failed",
        ToolOutcome::Unknown => "unknown",
    }
}

/// One call; opens to what went in and what came out.
#[component]
fn CallItem(tool_use: ToolUse) -> impl IntoView {
    renders::count("CallItem");
    let state = outcome_name(&tool_use.outcome);
    let (label, outcome) = match &tool_use.outcome {
        ToolOutcome::Running => ("running…", None),
        ToolOutcome::Done { result } => ("done", result.as_ref().map(format::value)),
        ToolOutcome::Failed { message, details } => {
            let details = details.as_ref().map(format::value).unwrap_or_default();
            ("failed", Some(format!("{message}\n{details}").trim_end().to_owned()))
        }
        ToolOutcome::Unknown => ("the connection ended before its result", None),
    };
    let time = tool_use.time;
    view! {
        <li>
            <details class="tool" data-state=state>
                <summary>
                    <span>{tool_use.name}</span>
                    <span class="tool-time">
                        {label} " · " {format::seconds(tool_use.seconds)} " · " {move || format::clock_time(time)}
                    </span>
                </summary>
                {tool_use.parameters.map(|value| view! { <pre aria-label="Parameters">{format::value(&value)}</pre> })}
                {outcome.map(|outcome| view! { <pre aria-label="Result">{outcome}</pre> })}
                {(tool_use.turn_number > 0)
                    .then(|| {
                        view! {
                            <p class="tool-turn">
                                <A href=format!("/?turn={}", tool_use.turn_number)>"To its turn in the conversation"</A>
                            </p>
                        }
                    })}
            </details>
        </li>
    }
}
