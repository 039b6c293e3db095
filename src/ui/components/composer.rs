//! Text box. Keeps the draft until it is sent.

use leptos::ev::KeyboardEvent;
use leptos::html::Textarea;
use leptos::prelude::*;

use icondata_lu::LuSend;

use super::Icon;
use crate::protocol::Command;
use crate::state::use_websocket;

#[component]
pub fn Composer() -> impl IntoView {
    let context = use_websocket();
    let draft = context.talk.draft;
    let field = NodeRef::<Textarea>::new();
    let is_empty = move || draft.with(|draft| draft.trim().is_empty());
    // A message sent now would not show up in a recording.
    let is_past = Memo::new(move |_| context.playback.is_on());
    let send = move |action| {
        let text = draft.get_untracked();
        if let Some(coda) = context.sender().filter(|_| !text.trim().is_empty()) {
            context.talk.set_draft(String::new());
            coda.send(Command::TextInput { text }, "composer", action);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        // Enter that ends an IME composition does not send.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send("press Enter");
        }
    };
    let placeholder = move || {
        if is_past.get() {
            "A recording is shown; back to live to write to Coda"
        } else if context.connection.is_ready() {
            "Write to Coda"
        } else {
            "Write to Coda; it is sent once there is a connection"
        }
    };
    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                send("click Send");
                if let Some(field) = field.get_untracked() {
                    let _ = field.focus();
                }
            }
        >
            <label class="visually-hidden" for="composer">
                "Message to Coda"
            </label>
            <textarea
                id="composer"
                data-testid="composer"
                node_ref=field
                rows="1"
                placeholder=placeholder
                prop:value=move || draft.get()
                aria-describedby="composer-hint"
                on:input=move |event| context.talk.set_draft(event_target_value(&event))
                on:keydown=on_key
            ></textarea>
            <button class="button primary send" type="submit" data-testid="send" disabled=move || is_empty() || is_past.get()>
                <Icon icon=LuSend />
                <span>"Send"</span>
            </button>
        </form>
        <p class="composer-hint" id="composer-hint">
            <kbd>"Enter"</kbd>
            " sends, "
            <kbd>"Shift+Enter"</kbd>
            " breaks the line, "
            <kbd>"?"</kbd>
            " shows all keys"
        </p>
        <Show when=move || context.talk.is_draft_unkept.get()>
            <p class="composer-warning" role="status" data-testid="draft-unkept">
                "This text is too long to outlive a reload of the page."
            </p>
        </Show>
    }
}
