//! Trace of a message: its origin, each hop with its time, and related messages.

use leptos::prelude::*;

use crate::ui::components::ScrollTable;

use crate::history::{MessageTrace, STATES, TraceStage, TraceStep};
use crate::link::{Acknowledgement, Hold, MessageId, MessageState};
use crate::ui::debugger::row_button::RowButton;
use crate::ui::debugger::state::use_debugger;
use crate::ui::debugger::table::cells;
use crate::ui::format;

fn stage_words(stage: &TraceStage) -> String {
    match stage {
        TraceStage::Created => "created".to_owned(),
        TraceStage::Queued => "queued".to_owned(),
        TraceStage::Written { conn, attempt } => format!("written on connection {conn}, attempt {attempt}"),
        TraceStage::Answered => "reply from Coda".to_owned(),
        TraceStage::Unconfirmed => "unconfirmed".to_owned(),
        TraceStage::Held(Hold::Turn) => "held until Coda's turn ends".to_owned(),
        TraceStage::Held(Hold::User) => "held until you decide".to_owned(),
        TraceStage::Held(Hold::Address { url }) => format!("held for {url}"),
        TraceStage::Settled(MessageState::Delivered(Acknowledgement::Echo)) => {
            "delivered, confirmed by its echo".to_owned()
        }
        TraceStage::Settled(MessageState::Delivered(Acknowledgement::Duplicate)) => {
            "delivered, Coda already had it".to_owned()
        }
        TraceStage::Settled(MessageState::Delivered(Acknowledgement::Turn)) => "delivered, its turn started".to_owned(),
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
    let MessageTrace { id, origin, steps, original, duplicates, resend_of, resent_by, answer, .. } = trace;
    let one =
        |name: &'static str, id: Option<MessageId>| id.map(|id| view! { <dt>{name}</dt><dd><MessageLink id /></dd> });
    view! {
        <section class="debugger-part" data-testid="debugger-life">
            <h3>"Message timeline"</h3>
            <dl class="kv">
                <dt>"Message id"</dt>
                <dd>
                    <code class="debugger-id">{id.to_string()}</code>
                </dd>
                <dt>"Component"</dt>
                <dd>{origin.component}</dd>
                <dt>"Action"</dt>
                <dd>{origin.action}</dd>
                {one("Duplicate of", original)}
                {duplicates.into_iter().map(|id| one("Duplicate", Some(id))).collect_view()}
                {one("Resend of", resend_of)}
                {one("Resent as", resent_by)}
                {answer
                    .map(|number| {
                        view! {
                            <dt>"Answer"</dt>
                            <dd>
                                <RowButton number testid="debugger-answer" />
                            </dd>
                        }
                    })}
            </dl>
            <ScrollTable label="Steps of the message">
                    <thead>
                        <tr>
                            <th scope="col">"Step"</th>
                            <th scope="col" class="number">"Time"</th>
                            <th scope="col" class="number">"Since created"</th>
                            <th scope="col" class="number">"Since previous"</th>
                        </tr>
                    </thead>
                    <tbody>{steps.into_iter().map(|step| view! { <StepRow step /> }).collect_view()}</tbody>
                </ScrollTable>
        </section>
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
