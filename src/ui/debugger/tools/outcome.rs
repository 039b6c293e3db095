//! Outcome of the last command sent from the debugger.

use leptos::prelude::*;

use crate::history::{RAW, RowKind};
use crate::link::{FramePurpose, MessageId, MessageState};
use crate::ui::debugger::state::{DebuggerState, use_debugger};
use crate::ui::format;

/// Origin component of messages sent from the debugger.
pub const COMPONENT: &str = "debugger";

#[derive(Clone, Copy, PartialEq)]
enum SentAs {
    Message(MessageId),
    /// A frame that bypassed the queue, by its row number.
    Raw(u64),
}

/// The first message or raw frame sent from the debugger at row `number` or later.
fn sent_since(debugger: DebuggerState, number: u64) -> Option<SentAs> {
    debugger.context.history.with(|recorder| {
        recorder.rows(number..).find_map(|row| match &row.kind {
            RowKind::Message { id, origin, .. } if origin.component == COMPONENT => Some(SentAs::Message(*id)),
            RowKind::FrameOut { purpose: FramePurpose::Raw(origin), .. } if origin.component == COMPONENT => {
                Some(SentAs::Raw(row.number))
            }
            _ => None,
        })
    })
}

/// Outcome of the last command sent.
#[component]
pub fn SentOutcome(
    /// Row to start searching from.
    sent_at: RwSignal<Option<u64>>,
    /// Whether the frame was not even written.
    refused: RwSignal<bool>,
) -> impl IntoView {
    let debugger = use_debugger();
    let sent = Memo::new(move |last: Option<&Option<(u64, SentAs)>>| {
        let at = sent_at.get()?;
        // The row does not change once found.
        if let Some(Some(known)) = last
            && known.0 == at
        {
            return Some(*known);
        }
        sent_since(debugger, at).map(|sent| (at, sent))
    });
    let words = Memo::new(move |_| {
        let (_, SentAs::Message(id)) = sent.get()? else { return Some(format!("written, {RAW}")) };
        debugger.context.history.with(|recorder| {
            let state = recorder.state_of(id).map_or("no longer recorded", MessageState::name);
            let delivered = recorder.rows_of(id).rev().find_map(|row| recorder.round_trip(row));
            let time = delivered.map(|time| format!(", {}", format::span(time))).unwrap_or_default();
            Some(format!("{state}{time}"))
        })
    });
    view! {
        <Show when=move || refused.get()>
            <p class="field-error" role="alert">
                "Not sent: raw frames are not queued, and there is no connection."
            </p>
        </Show>
        <p class="debugger-fate" role="status" data-testid="debugger-fate">
            {words}
            {move || {
                sent.get()
                    .map(|(_, sent)| {
                        view! {
                            " "
                            <button
                                class="link-button"
                                type="button"
                                on:click=move |_| {
                                    debugger.back_to_live_if_away();
                                    match sent {
                                        SentAs::Message(id) => debugger.jump_to_message(id),
                                        SentAs::Raw(number) => debugger.jump(number),
                                    }
                                }
                            >
                                "Show it"
                            </button>
                        }
                    })
            }}
        </p>
    }
}
