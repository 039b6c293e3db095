//! Text box. Keeps the draft until it is sent.

use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::html::Textarea;
use leptos::prelude::*;

use icondata_lu::{LuSend, LuSquare};

use super::mini_commands::{MiniCommandList, MiniCommands};
use super::{Icon, VoiceControls};
use crate::model::{Speaking, is_taken_for_feedback};
use crate::protocol::Command;
use crate::state::{WebSocketContext, use_websocket};
use crate::ui::every::every;

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
    let is_speaking = is_speaking(context);
    // A text that is being written can be sent all the same.
    let stops = Memo::new(move |_| is_speaking.get() && is_empty() && can_send.get());
    let stop = move |action| {
        if let Some(coda) = context.sender().filter(|_| is_speaking.get_untracked()) {
            coda.send(Command::TtsStop, "composer", action);
        }
    };
    let commands = MiniCommands::new(context.talk, is_past);
    let on_key = move |event: KeyboardEvent| {
        if commands.on_key(&event) {
            return;
        }
        if event.key() == "Escape" && is_speaking.get_untracked() {
            event.prevent_default();
            stop("press Escape");
        }
        // Enter that ends an IME composition does not send.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send("press Enter");
        }
    };
    let placeholder = move || {
        if is_past.get() {
            "Go back to live to message Coda"
        } else if !can_send.get() {
            "Another tab holds the connection"
        } else if context.connection.is_ready() {
            "Message Coda"
        } else {
            "Sends when connected"
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
            <VoiceControls />
            <SendOrStop stops is_blocked=Signal::derive(move || is_empty() || !can_send.get()) stop=move || stop("click Stop") />
        </form>
        <ComposerHint />
        <Show when=move || context.talk.is_draft_unkept.get()>
            <p class="composer-warning" role="status" data-testid="draft-unkept">
                "This message is too long to store. A reload discards it."
            </p>
        </Show>
    }
}

/// One button: it stops Coda's speech as long as there is no text to send.
#[component]
fn SendOrStop(
    stops: Memo<bool>,
    is_blocked: Signal<bool>,
    stop: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <Show
            when=move || stops.get()
            fallback=move || {
                view! {
                    <button
                        class="button primary send"
                        type="submit"
                        data-testid="send"
                        disabled=move || is_blocked.get()
                    >
                        <Icon icon=LuSend />
                        <span>"Send"</span>
                    </button>
                }
            }
        >
            <button
                class="button send stop"
                type="button"
                data-testid="stop-speaking"
                title="Stop Coda's speech (Escape)"
                on:click=move |_| stop()
            >
                <Icon icon=LuSquare />
                <span>"Stop"</span>
            </button>
        </Show>
    }
}

#[component]
fn ComposerHint() -> impl IntoView {
    view! {
        <p class="composer-hint" id="composer-hint">
            <kbd>"Enter"</kbd>
            " sends · "
            <kbd>"Shift+Enter"</kbd>
            " new line · "
            <kbd>"#"</kbd>
            " commands · "
            <kbd>"?"</kbd>
            " shortcuts"
        </p>
    }
}

/// How often it is looked whether speech whose length is known is over.
const SPEECH_STEP: Duration = Duration::from_millis(250);

/// Whether Coda's voice can be heard.
pub(super) fn is_speaking(context: WebSocketContext) -> Memo<bool> {
    let now = RwSignal::new(context.playback.now().mono);
    every(SPEECH_STEP, move || {
        if context.talk.speaking.with_untracked(|speaking| matches!(speaking, Speaking::Until(_))) {
            now.set(context.playback.now().mono);
        }
    });
    Memo::new(move |_| match context.talk.speaking.get() {
        Speaking::No => false,
        Speaking::Since(_) => true,
        Speaking::Until(end) => now.get() < end,
    })
}

/// Says that Coda has asked for feedback, and what it will do with the text that is being written.
#[component]
fn FeedbackNote() -> impl IntoView {
    let talk = use_websocket().talk;
    // `None` while nothing is written.
    let is_taken =
        Memo::new(move |_| talk.draft.with(|draft| (!draft.trim().is_empty()).then(|| is_taken_for_feedback(draft))));
    let words = move || match is_taken.get() {
        Some(true) => "Coda will treat this message as feedback and not answer it.",
        Some(false) => "Coda will answer this message.",
        None => {
            "Coda treats a message as feedback and does not answer it if it has up to five words or contains words such as “yes”, “no” or “right”."
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
