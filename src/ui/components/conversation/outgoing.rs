//! Delivery state of a message sent from this page, and its actions.

use leptos::prelude::*;

use crate::link::{Cancellation, Hold, MessageState};
use crate::model::{Outgoing, TurnStatus};
use crate::state::use_websocket;

fn can_send_again(outgoing: &Outgoing) -> bool {
    let is_over = match outgoing.state {
        MessageState::Unconfirmed
        | MessageState::Suppressed { .. }
        | MessageState::Expired
        | MessageState::Failed(_)
        | MessageState::Cancelled(Cancellation::ByUser | Cancellation::PageClosed) => true,
        MessageState::Delivered(_) => {
            matches!(outgoing.turn_status, TurnStatus::Dropped | TurnStatus::TakenForFeedback)
        }
        MessageState::Queued | MessageState::Held(_) | MessageState::Written { .. } | MessageState::Cancelled(_) => {
            false
        }
    };
    is_over && !outgoing.sent_again
}

/// State as text, with "Resend", "Send now" and "Take back" where they apply.
#[component]
pub fn OutgoingState(
    #[prop(into)] outgoing: Signal<Outgoing>,
    /// Whether nothing can be done about it any more.
    #[prop(optional)]
    is_past: bool,
) -> impl IntoView {
    let context = use_websocket();
    let state = Memo::new(move |_| outgoing.with(|outgoing| outgoing.state.clone()));
    // Messages in a recording can no longer be acted on.
    let is_live = move || !is_past && context.can_send();
    let can_send_again = Memo::new(move |_| is_live() && outgoing.with(can_send_again));
    let can_send_now = move || is_live() && state.with(|state| matches!(state, MessageState::Held(_)));
    let can_take_back =
        move || is_live() && state.with(|state| state.is_waiting() || *state == MessageState::Unconfirmed);
    let take_back = move || if state.with(MessageState::is_waiting) { "Cancel" } else { "Dismiss" };
    let send_now = move || match state.get() {
        MessageState::Held(Hold::Address { .. }) => "Send here instead",
        _ => "Send now",
    };
    // Of what is past, that it went well goes without saying.
    let is_plain = move || is_past && state.with(|state| matches!(state, MessageState::Delivered(_)));
    view! {
        <p class="outgoing" data-testid="outgoing" data-state=move || state.with(MessageState::name) hidden=is_plain>
            <span>{move || outgoing.with(Outgoing::words)}</span>
            <Show when=move || can_send_again.get()>
                <button
                    class="link-button"
                    on:click=move |_| {
                        let message = outgoing.get_untracked();
                        if let Some(coda) = context.sender() {
                            coda.send_again(message.id, (*message.command).clone(), "turn");
                        }
                    }
                >
                    "Resend"
                </button>
            </Show>
            <Show when=can_send_now>
                <button
                    class="link-button"
                    data-testid="send-now"
                    on:click=move |_| {
                        if let Some(coda) = context.sender() {
                            coda.send_now(outgoing.with_untracked(|own| own.id));
                        }
                    }
                >
                    {send_now}
                </button>
            </Show>
            <Show when=can_take_back>
                <button
                    class="link-button"
                    on:click=move |_| {
                        let message = outgoing.get_untracked();
                        if let Some(text) = message.command.text().filter(|_| message.state.is_waiting()) {
                            context.talk.give_back(text);
                        }
                        context.cancel(message.id);
                    }
                >
                    {take_back}
                </button>
            </Show>
        </p>
    }
}
