//! Tools page: every call, and statistics per tool.

use icondata_core::Icon as IconData;
use icondata_lu::{LuCircleCheck, LuCircleHelp, LuCircleX, LuLoader};
use leptos::prelude::*;
use leptos_router::components::A;

use crate::model::{CALLS, ToolOutcome, ToolSummary, ToolUse};
use crate::state::use_websocket;
use crate::ui::address::Address;
use crate::ui::address::page_href;
use crate::ui::components::{Each, EmptyState, FilterSelect, Icon, ScrollTable, ShowMore, tool_preview, tool_result};
use crate::ui::format;

/// Calls shown at first and added per step, newest first.
const STEP: usize = 200;

#[component]
pub fn ToolsPage() -> impl IntoView {
    let data = use_websocket().data;
    let tools = data.tools;
    let address = Address::of_page();
    let only = Memo::new(move |_| Some(address.first("tool")).filter(|tool| !tool.is_empty()));
    let summaries = Memo::new(move |_| tools.with(crate::model::Tools::summaries));
    let names = Signal::derive(move || summaries.get().into_iter().map(|summary| summary.name).collect::<Vec<_>>());
    let is_empty = Memo::new(move |_| summaries.with(Vec::is_empty));
    let limit = RwSignal::new(STEP);
    let numbers = Memo::new(move |_| {
        tools.with(|tools| {
            let newest_first = tools.uses().iter().rev();
            let is_wanted =
                |tool_use: &&ToolUse| only.with(|only| only.as_ref().is_none_or(|only| *only == tool_use.call.name));
            newest_first.filter(is_wanted).map(|tool_use| tool_use.number).collect::<Vec<_>>()
        })
    });
    let shown = move || {
        let generation = data.generation.get();
        numbers.with(|numbers| numbers.iter().take(limit.get()).map(|number| (generation, *number)).collect::<Vec<_>>())
    };
    let is_full = Memo::new(move |_| tools.with(|tools| tools.uses().len() == CALLS));
    view! {
        <section class="page-body">
            <header class="page-head">
                <h1>"Tools"</h1>
                <Show when=move || !is_empty.get()>
                    <p class="field-hint">"Only tools that Coda has used"</p>
                </Show>
            </header>
            <Show
                when=move || !is_empty.get()
                fallback=|| {
                    view! {
                        <EmptyState title="No tool calls yet" has_ways=true>
                            "Ask Coda for something that needs a tool, such as the weather."
                        </EmptyState>
                    }
                }
            >
                <ScrollTable label="Tools" class="cards">
                        <caption class="visually-hidden">"Tools"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"Tool"</th>
                                <th scope="col" class="number">"Calls"</th>
                                <th scope="col" class="number">"Failed"</th>
                                <th scope="col" class="number">"Failure rate"</th>
                                <th scope="col" class="number">"Mean"</th>
                                <th scope="col" class="number">"Longest"</th>
                                <th scope="col" class="number">"Last used"</th>
                            </tr>
                        </thead>
                        <tbody>
                            <Each each=move || summaries.get() key=|summary| summary.name.clone() let:first>
                                <SummaryRow name=first.name summaries />
                            </Each>
                        </tbody>
                    </ScrollTable>
                <Show when=move || is_full.get()>
                    <p class="field-hint">{format!("Last {CALLS} calls only.")}</p>
                </Show>
                <section class="tool-calls">
                    <header class="page-head">
                        <h2>"Calls"</h2>
                        <FilterSelect label="Tool" key="tool" options=names />
                    </header>
                    <ul class="call-list">
                        <Each each=shown key=|named| *named let:named>
                            <CallItem number=named.1 />
                        </Each>
                    </ul>
                    <Show when=move || numbers.with(Vec::is_empty)>
                        <p class="field-hint">"No calls of this tool."</p>
                    </Show>
                    <ShowMore limit step=STEP total=Signal::derive(move || numbers.with(Vec::len)) />
                </section>
            </Show>
        </section>
    }
}

#[component]
fn SummaryRow(name: String, summaries: Memo<Vec<ToolSummary>>) -> impl IntoView {
    let wanted = name.clone();
    let summary = Memo::new(move |_| summaries.with(|all| all.iter().find(|summary| summary.name == wanted).cloned()));
    let text = move |read: fn(&ToolSummary) -> String| move || summary.with(|summary| summary.as_ref().map(read));
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="number" data-label="Calls">{text(|summary| summary.count.to_string())}</td>
            <td class="number" data-label="Failed">{text(|summary| summary.failures.to_string())}</td>
            <td class="number" data-label="Failure rate">
                {text(|summary| summary.failure_rate.map_or_else(|| format::UNKNOWN.into(), |rate| format!("{:.0} %", rate * 100.0)))}
            </td>
            <td class="number" data-label="Mean">{text(|summary| format::maybe_seconds(summary.mean_seconds))}</td>
            <td class="number" data-label="Longest">{text(|summary| format::maybe_seconds(summary.max_seconds))}</td>
            <td class="number" data-label="Last used">{text(|summary| format::moment(summary.last_used))}</td>
        </tr>
    }
}

const fn icon(outcome: &ToolOutcome) -> IconData {
    match outcome {
        ToolOutcome::Running => LuLoader,
        ToolOutcome::Done { .. } => LuCircleCheck,
        ToolOutcome::Failed { .. } => LuCircleX,
        ToolOutcome::NoResult => LuCircleHelp,
    }
}

/// Collapsible view of a call, which stays open when the result arrives.
#[component]
fn CallItem(number: u64) -> impl IntoView {
    let tools = use_websocket().data.tools;
    let tool_use = Memo::new(move |_| tools.with(|tools| tools.get(number).cloned()));
    let read = move |read: fn(&ToolUse) -> String| move || tool_use.with(|tool_use| tool_use.as_ref().map(read));
    let outcome_icon = Memo::new(move |_| tool_use.with(|tool_use| tool_use.as_ref().map(|it| icon(&it.call.outcome))));
    let block =
        move |label: &'static str, text: Option<String>| text.map(|text| view! { <pre aria-label=label>{text}</pre> });
    let parameters =
        Memo::new(move |_| tool_use.with(|tool_use| tool_use.as_ref()?.call.parameters.as_ref().map(format::value)));
    let result = Memo::new(move |_| tool_use.with(|tool_use| tool_result(&tool_use.as_ref()?.call.outcome)));
    let turn = Memo::new(move |_| {
        tool_use.with(|tool_use| tool_use.as_ref().map(|tool_use| tool_use.turn_number).filter(|turn| *turn > 0))
    });
    view! {
        <li>
            <details class="tool" data-state=read(|tool_use| tool_use.call.outcome.name().into())>
                <summary>
                    {move || outcome_icon.get().map(|icon| view! { <Icon icon /> })}
                    <span class="tool-name">{read(|tool_use| tool_use.call.name.clone())}</span>
                    <span class="tool-preview">{read(|tool_use| tool_preview(&tool_use.call))}</span>
                    <span class="tool-time">
                        // A call that went well needs no word for it.
                        {read(|tool_use| match tool_use.call.outcome {
                            ToolOutcome::Done { .. } => String::new(),
                            ref other => format!("{} · ", other.words()),
                        })}
                        {read(|tool_use| format::maybe_seconds(tool_use.call.seconds))}
                        <span class="tool-when">" · " {read(|tool_use| format::moment(tool_use.time))}</span>
                    </span>
                </summary>
                {move || block("Parameters", parameters.get())}
                {move || block("Result", result.get())}
                {move || {
                    turn.get()
                        .map(|turn| {
                            view! {
                                <p class="tool-turn">
                                    <A href=page_href(&format!("/?turn={turn}"))>"View in conversation"</A>
                                </p>
                            }
                        })
                }}
            </details>
        </li>
    }
}
