//! Field for the talk key.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::fields::Reset;
use crate::state::{TalkKey, use_websocket};

/// Press the button, then the key.
#[component]
pub fn TalkKeyField() -> impl IntoView {
    let context = use_websocket();
    let value = Memo::new(move |_| context.settings.current.with(|settings| settings.talk_key.clone()));
    let waits = RwSignal::new(false);
    let error = RwSignal::new(None::<String>);
    let set = move |key| {
        error.set(None);
        let mut settings = context.settings.current.get_untracked();
        settings.talk_key = key;
        context.set_settings(settings);
    };
    let pressed = move |event: KeyboardEvent| {
        // Tab moves on to the next field, which ends the wait.
        if !waits.get_untracked() || event.key() == "Tab" || event.repeat() {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        if event.key() == "Escape" {
            waits.set(false);
            return;
        }
        match TalkKey::parse(&event.code()) {
            Ok(key) => {
                waits.set(false);
                set(key);
            }
            Err(why) => error.set(Some(why.to_string())),
        }
    };
    // A button is clicked when Space is released, so choosing Space would click it again.
    let let_go = move |event: KeyboardEvent| {
        if event.code() == "Space" && value.with_untracked(|key| key.is("Space")) && !waits.get_untracked() {
            event.prevent_default();
        }
    };
    view! {
        <div class="field" data-testid="talk-key">
            <span id="talk_key-label" class="field-label">"Talk key"</span>
            <div class="field-row">
                <button
                    class="button key-field"
                    type="button"
                    id="talk_key"
                    aria-labelledby="talk_key-label talk_key"
                    aria-describedby="talk_key-hint talk_key-error"
                    on:click=move |_| {
                        error.set(None);
                        waits.set(true);
                    }
                    on:keydown=pressed
                    on:keyup=let_go
                    on:blur=move |_| waits.set(false)
                >
                    {move || if waits.get() { "Press a key…".to_owned() } else { value.with(ToString::to_string) }}
                </button>
                <Show when=move || value.with(|key| *key != TalkKey::NONE)>
                    <button class="button" type="button" on:click=move |_| set(TalkKey::NONE)>
                        "Clear"
                        <span class="visually-hidden">" the talk key"</span>
                    </button>
                </Show>
                <Reset
                    label="the talk key"
                    is_default=Signal::derive(move || value.with(|key| *key == TalkKey::default()))
                    reset=move || set(TalkKey::default())
                />
            </div>
            <p class="field-hint" id="talk_key-hint">
                "Works like the talk button while you are not typing. To change it, click it and press a key."
            </p>
            <p class="field-error" id="talk_key-error" role="alert">
                {error}
            </p>
        </div>
    }
}
