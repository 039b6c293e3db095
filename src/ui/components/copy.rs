//! Copies a text and says that it did.

use std::time::Duration;

use icondata_lu::{LuCheck, LuCopy};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::Icon;
use crate::ui::clipboard;

/// How long the button says what came of it.
const SAYS_FOR: Duration = Duration::from_millis(1_500);

/// A button that copies what `text` gives when it is pressed.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Callback<(), String>,
    /// What the button is called.
    label: &'static str,
) -> impl IntoView {
    // Whether the last press copied; nothing a moment later.
    let outcome = RwSignal::new(None::<bool>);
    let copy = move |_| {
        spawn_local(async move {
            let copied = clipboard::copy(&text.run(())).await;
            // The button may be gone by now.
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
            Some(false) => "The browser does not let this page copy",
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
