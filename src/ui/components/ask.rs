//! Buttons that say something to Coda in the user's place: mini-commands.

use leptos::prelude::*;

use crate::protocol::Command;
use crate::state::use_websocket;

/// Sends `text` as if it had been typed. Its answer is spoken, and shown on the Talk page.
#[component]
pub fn AskButton(text: &'static str, label: &'static str, component: &'static str) -> impl IntoView {
    let context = use_websocket();
    let can_send = Memo::new(move |_| context.can_send());
    view! {
        <button
            class="button"
            type="button"
            title=format!("Send {text}. Coda answers on the Talk page and by voice")
            data-testid="ask"
            data-text=text
            disabled=move || !can_send.get()
            on:click=move |_| {
                if let Some(coda) = context.sender() {
                    coda.send(Command::TextInput { text: text.to_owned() }, component, "click");
                }
            }
        >
            {label}
        </button>
    }
}

const PERSONALITY: [(&str, &str); 6] = [
    ("#reset_tone casual", "Casual"),
    ("#reset_tone formal", "Formal"),
    ("#reset_tone technical", "Technical"),
    ("#reset_tone concise", "Concise"),
    ("#mood_reset", "Reset the mood"),
    ("#personality_insight", "About itself"),
];

/// Coda's tone and mood.
#[component]
pub fn PersonalityMenu() -> impl IntoView {
    view! {
        <details class="personality" data-testid="personality">
            <summary>"Personality"</summary>
            <div class="personality-buttons" role="group" aria-label="Tone and mood">
                {PERSONALITY.map(|(text, label)| view! { <AskButton text label component="personality menu" /> }).collect_view()}
            </div>
        </details>
    }
}
