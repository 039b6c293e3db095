//! Trace of a message: its origin, each hop with its time, and related messages.

use leptos::prelude::*;

use crate::ui::components::ScrollTable;

use crate::history::{MessageTrace, STATES, TraceStage, TraceStep};
use crate::link::{Acknowledgement, Hold, MessageId, MessageState};
use crate::ui::debugger::details::turn::TurnBars;
use crate::ui::debugger::state::use_debugger;
use crate::ui::debugger::table::cells;
use crate::ui::format;

fn stage_words(stage: &TraceStage) -> String {
    match stage {
        TraceStage::Created => "created".to_owned(),
        TraceStage::Queued => "queued".to_owned(),
        TraceStage::Written { conn, attempt } => format!("written to {conn}, attempt {attempt}"),
        TraceStage::Answered => "reply from Coda".to_owned(),
        TraceStage::Unconfirmed => "unconfirmed".to_owned(),
        TraceStage::Held(Hold::Turn) => "held until the end of Coda's turn".to_owned(),
        TraceStage::Held(Hold::User) => "held until you decide".to_owned(),
        TraceStage::Held(Hold::Address { url }) => format!("held for {url}"),
        TraceStage::Settled(MessageState::Delivered(Acknowledgement::Echo)) => {
            "delivered, shown by its echo".to_owned()
        }
        TraceStage::Settled(MessageState::Delivered(Acknowledgement::Duplicate)) => {
            "delivered, a copy was known already".to_owned()
        }
        TraceStage::Settled(MessageState::Delivered(Acknowledgement::Turn)) => {
            "delivered, a turn began with it".to_owned()
        }
        TraceStage::Settled(MessageState::Failed(failure)) => format!("failed: {failure}"),
        TraceStage::Settled(end) => {
            let name = end.name();
            let meaning = STATES.iter().find(|(known, _)| *known == name).map_or("", |(_, meaning)| meaning);
            format!("{name}: {meaning}")
        }
    }
}

/// A message by the start of its id. Links to its newest row.
#[component]
pub fn MessageLink(id: MessageId) -> impl IntoView {
    let debugger = use_debugger();
    let name = id.to_string();
    view! {
        <button class="link-button" type="button" title=name.clone() on:click=move |_| debugger.jump_to_message(id)>
            <code>{format::cut(&name, 8)}</code>
        </button>
    }
}

#[component]
pub fn MessageTraceView(trace: Memo<Option<MessageTrace>>) -> impl IntoView {
    move || trace.get().map(|trace| view! { <TraceParts trace /> })
}

#[component]
fn TraceParts(trace: MessageTrace) -> impl IntoView {
    let debugger = use_debugger();
    let MessageTrace { id, origin, steps, original, duplicates, resend_of, resent_by, answer, turn, .. } = trace;
    let one =
        |name: &'static str, id: Option<MessageId>| id.map(|id| view! { <dt>{name}</dt><dd><MessageLink id /></dd> });
    view! {
        <section class="debugger-part" data-testid="debugger-life">
            <h3>"Life of the message"</h3>
            <dl class="kv">
                <dt>"Message"</dt>
                <dd>
                    <code class="debugger-id">{id.to_string()}</code>
                </dd>
                <dt>"Component"</dt>
                <dd>{origin.component}</dd>
                <dt>"Action"</dt>
                <dd>{origin.action}</dd>
                {one("Repeats", original)}
                {duplicates.into_iter().map(|id| one("Repeated by", Some(id))).collect_view()}
                {one("Sent again in place of", resend_of)}
                {one("Sent again by", resent_by)}
                {answer
                    .map(|number| {
                        view! {
                            <dt>"Answer"</dt>
                            <dd>
                                <button
                                    class="link-button"
                                    type="button"
                                    data-testid="debugger-answer"
                                    on:click=move |_| debugger.jump(number)
                                >
                                    {debugger.row_label(number)}
                                </button>
                            </dd>
                        }
                    })}
            </dl>
            <ScrollTable label="Hops of the message">
                    <thead>
                        <tr>
                            <th scope="col">"Hop"</th>
                            <th scope="col" class="number">"Time"</th>
                            <th scope="col" class="number">"Since created"</th>
                            <th scope="col" class="number">"Since the last"</th>
                        </tr>
                    </thead>
                    <tbody>{steps.into_iter().map(|step| view! { <StepRow step /> }).collect_view()}</tbody>
                </ScrollTable>
        </section>
        {(!turn.is_empty()).then(|| view! { <TurnBars bars=turn /> })}
    }
}

#[component]
fn StepRow(step: TraceStep) -> impl IntoView {
    let debugger = use_debugger();
    let words = stage_words(&step.stage);
    let name = match step.row {
        Some(row) => view! {
            <button class="link-button" type="button" title=debugger.row_label(row) on:click=move |_| debugger.jump(row)>
                {words}
            </button>
        }
        .into_any(),
        None => view! { <span>{words}</span> }.into_any(),
    };
    view! {
        <tr data-testid="debugger-hop">
            <td>{name}</td>
            <td class="number">{cells::time_of_day(step.at.wall, debugger.utc_offset_minutes)}</td>
            <td class="number">{format::span(step.offset)}</td>
            <td class="number">{format::span(step.delta)}</td>
        </tr>
    }
}
