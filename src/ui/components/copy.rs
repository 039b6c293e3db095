//! Copies a text and says that it did.

use super::Glyph;
use crate::ui::renders;
use icondata_lu::{LuCheck, LuCopy};
use leptos::prelude::*;
use leptos_use_clipboard::{UseClipboardReturn, use_clipboard};

/// A button that copies what `text` gives when it is pressed.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Callback<(), String>,
    /// What the button is called.
    label: &'static str,
) -> impl IntoView {
    renders::count("CopyButton");
    let UseClipboardReturn { copied, copy, .. } = use_clipboard();
    let name = move || if copied.get() { "Copied" } else { label };
    view! {
        <button
            class="icon-button copy"
            type="button"
            aria-label=name
            title=name
            on:click=move |_| copy(&text.run(()))
        >
            {move || if copied.get() { view! { <Glyph icon=LuCheck /> } } else { view! { <Glyph icon=LuCopy /> } }}
        </button>
    }
}
