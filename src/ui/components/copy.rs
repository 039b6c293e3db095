//! Copy button with feedback.

use std::time::Duration;

use icondata_lu::{LuCheck, LuCopy};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::Icon;
use crate::ui::clipboard;

/// How long the button shows the outcome.
const SAYS_FOR: Duration = Duration::from_millis(1_500);

/// A button that copies the result of `text` when pressed.
#[component]
pub fn CopyButton(
    /// Called on every press.
    #[prop(into)]
    text: Callback<(), String>,
    /// Accessible name and tooltip.
    label: &'static str,
) -> impl IntoView {
    // Whether the last press copied; reset after `SAYS_FOR`.
    let outcome = RwSignal::new(None::<bool>);
    let copy = move |_| {
        spawn_local(async move {
            let copied = clipboard::copy(&text.run(())).await;
            // The button may be disposed by now.
            let _ = outcome.try_set(Some(copied));
            set_timeout(
                move || {
                    let _ = outcome.try_set(None);
                },
                SAYS_FOR,
            );
        });
    };
    move || {
        let outcome = outcome.get();
        let name = match outcome {
            Some(true) => "Copied",
            Some(false) => "The browser blocked copying",
            None => label,
        };
        let icon = if outcome == Some(true) { LuCheck } else { LuCopy };
        view! {
            <button class="icon-button copy" type="button" aria-label=name title=name on:click=copy>
                <Icon icon />
            </button>
        }
    }
}
