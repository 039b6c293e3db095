//! Text box. Keeps the draft until it is sent.

use leptos::ev::KeyboardEvent;
use leptos::html::Textarea;
use leptos::prelude::*;

use icondata_lu::LuSend;

use super::Icon;
use super::mini_commands::{MiniCommandList, MiniCommands};
use crate::model::is_taken_for_feedback;
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
    let can_send = Memo::new(move |_| context.can_send());
    let send = move |action| {
        let text = draft.get_untracked();
        if let Some(coda) = context.sender().filter(|_| !text.trim().is_empty()) {
            context.talk.set_draft(String::new());
            coda.send(Command::TextInput { text }, "composer", action);
        }
    };
    let commands = MiniCommands::new(context.talk, is_past);
    let on_key = move |event: KeyboardEvent| {
        if commands.on_key(&event) {
            return;
        }
        // Enter that ends an IME composition does not send.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send("press Enter");
        }
    };
    let placeholder = move || {
        if is_past.get() {
            "A recording is shown; back to live to write to Coda"
        } else if !can_send.get() {
            "Another tab holds the connection; reload or close it to write from here"
        } else if context.connection.is_ready() {
            "Write to Coda"
        } else {
            "Write to Coda; it is sent once there is a connection"
        }
    };
    view! {
        <FeedbackNote />
        <MiniCommandList commands />
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
                aria-autocomplete="list"
                aria-controls=move || commands.is_open.get().then_some("mini-commands")
                aria-activedescendant=move || commands.active_id()
                on:input=move |event| {
                    commands.reset();
                    context.talk.set_draft(event_target_value(&event));
                }
                on:keydown=on_key
            ></textarea>
            <button class="button primary send" type="submit" data-testid="send" disabled=move || is_empty() || !can_send.get()>
                <Icon icon=LuSend />
                <span>"Send"</span>
            </button>
        </form>
        <p class="composer-hint" id="composer-hint">
            <kbd>"Enter"</kbd>
            " sends, "
            <kbd>"Shift+Enter"</kbd>
            " breaks the line, "
            <kbd>"#"</kbd>
            " lists commands, "
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

/// Says that Coda has asked for feedback, and what it will do with the text that is being written.
#[component]
fn FeedbackNote() -> impl IntoView {
    let talk = use_websocket().talk;
    // `None` while nothing is written.
    let is_taken =
        Memo::new(move |_| talk.draft.with(|draft| (!draft.trim().is_empty()).then(|| is_taken_for_feedback(draft))));
    let words = move || match is_taken.get() {
        Some(true) => "This text will be taken for feedback and not answered.",
        Some(false) => "This text will be answered.",
        None => {
            "A text of up to five words, or one with words such as “yes”, “no” or “right” in it, is taken for feedback and not answered."
        }
    };
    let state = move || match is_taken.get() {
        Some(true) => "feedback",
        Some(false) => "answer",
        None => "empty",
    };
    view! {
        {move || {
            talk.feedback
                .get()
                .map(|question| {
                    view! {
                        <p class="feedback-note" role="status" data-testid="feedback" data-state=state>
                            <strong>"Coda asked by voice: “" {question} "”"</strong>
                            " "
                            {words}
                        </p>
                    }
                })
        }}
    }
}
