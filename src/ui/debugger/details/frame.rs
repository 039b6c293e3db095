//! A frame as a tree and as raw text, with tokens redacted.

use leptos::prelude::*;
use serde_json::Value;

use crate::protocol::with_quotes;
use crate::ui::components::CopyButton;
use crate::ui::debugger::details::tree::JsonTree;
use crate::ui::format::cut;

/// Characters of the raw frame shown at first.
const RAW_CHARS: usize = 4_000;

#[component]
pub fn FrameView(
    /// Redacted text.
    text: String,
) -> impl IntoView {
    let value = serde_json::from_str::<Value>(&text);
    let text = StoredValue::new(text);
    let length = text.with_value(|text| text.chars().count());
    let is_whole = RwSignal::new(length <= RAW_CHARS);
    let raw = move || text.with_value(|text| if is_whole.get() { text.clone() } else { cut(text, RAW_CHARS) });
    let is_tree = value.is_ok();
    view! {
        <section class="debugger-part" data-testid="debugger-frame">
            <header>
                <h3>"Frame"</h3>
                <CopyButton label="Copy the frame" text=Callback::new(move |()| text.get_value()) />
            </header>
            {match value {
                Ok(value) => view! { <JsonTree value /> }.into_any(),
                Err(error) => {
                    let words = format!("It is not readable as JSON: {}.", with_quotes(&error));
                    view! { <p class="field-error">{words}</p> }.into_any()
                }
            }}
            <details open=!is_tree>
                <summary>"Raw"</summary>
                <pre class="debugger-raw" tabindex="0" aria-label="Raw frame">{raw}</pre>
                <Show when=move || !is_whole.get()>
                    <button class="link-button" type="button" on:click=move |_| is_whole.set(true)>
                        {format!("Show all {length} characters")}
                    </button>
                </Show>
            </details>
        </section>
    }
}
