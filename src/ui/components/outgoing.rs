//! What became of a message that was sent from this page, and what can be done about it.

use leptos::prelude::*;

use crate::link::MessageState;
use crate::model::Outgoing;
use crate::state::use_app;

/// The state in the page's `data-state`.
const fn name(state: &MessageState) -> &'static str {
    match state {
        MessageState::Queued => "queued",
        MessageState::Written { .. } => "written",
        MessageState::Unconfirmed => "unconfirmed",
        MessageState::Delivered(_) => "delivered",
        MessageState::Suppressed { .. } => "suppressed",
        MessageState::Expired => "expired",
        MessageState::Failed(_) => "failed",
        MessageState::Cancelled(_) => "cancelled",
    }
}

fn words(state: &MessageState) -> String {
    match state {
        MessageState::Queued => "Waiting to be sent".into(),
        MessageState::Written { attempt: 1, .. } => "Sent, waiting for Coda".into(),
        MessageState::Written { attempt, .. } => format!("Sent again (attempt {attempt}), waiting for Coda"),
        MessageState::Unconfirmed => "Sent, but Coda did not confirm it. It may or may not have arrived.".into(),
        MessageState::Delivered(_) => "Delivered".into(),
        MessageState::Suppressed { .. } => "Not sent: the same had just been sent".into(),
        MessageState::Expired => "Not sent: it waited too long".into(),
        MessageState::Failed(failure) => format!("Not sent: {failure}"),
        MessageState::Cancelled(_) => "Taken back".into(),
    }
}

/// The state in words, with “send again” and “take back” where they make sense.
#[component]
pub fn OutgoingState(#[prop(into)] outgoing: Signal<Outgoing>) -> impl IntoView {
    let app = use_app();
    let state = Memo::new(move |_| outgoing.with(|outgoing| outgoing.state.clone()));
    let can_send_again = move || {
        state.with(|state| {
            matches!(
                state,
                MessageState::Unconfirmed
                    | MessageState::Suppressed { .. }
                    | MessageState::Expired
                    | MessageState::Failed(_)
                    | MessageState::Cancelled(crate::link::Cancellation::ByUser)
            )
        })
    };
    let can_take_back = move || state.with(|state| matches!(state, MessageState::Queued));
    view! {
        <p class="outgoing" data-testid="outgoing" data-state=move || state.with(name)>
            <span>{move || state.with(words)}</span>
            <Show when=can_send_again>
                <button
                    class="link-button"
                    on:click=move |_| {
                        let message = outgoing.get_untracked();
                        app.send_again(message.id, (*message.command).clone(), "turn");
                    }
                >
                    "Send again"
                </button>
            </Show>
            <Show when=can_take_back>
                <button class="link-button" on:click=move |_| app.cancel(outgoing.with_untracked(|own| own.id))>
                    "Take back"
                </button>
            </Show>
        </p>
    }
}
