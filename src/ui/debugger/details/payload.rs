//! What a row carries: as a tree, and as text. Tokens are redacted.

use leptos::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::history::{Row, RowKind, redact, shown_text};
use crate::protocol::with_quotes;
use crate::ui::components::CopyButton;
use crate::ui::debugger::details::tree::JsonTree;
use crate::ui::format::cut;

/// Characters of the raw frame shown at first.
const RAW_CHARS: usize = 4_000;

#[derive(Serialize)]
struct MessageJson<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    data: Map<String, Value>,
}

/// What a row carries.
#[derive(Clone, Debug)]
pub enum Payload {
    /// A frame or a message.
    Json(Value),
    /// A frame that is no JSON, with the reason.
    Unreadable { text: String, error: String },
    /// A row of the page.
    Words(String),
}

impl Payload {
    /// `frame` is the row's redacted frame, if it has one.
    pub fn of(row: &Row, frame: Option<String>) -> Self {
        match (frame, message_json(row)) {
            (Some(text), _) => match serde_json::from_str(&text) {
                Ok(value) => Self::Json(value),
                Err(error) => Self::Unreadable { error: with_quotes(&error), text },
            },
            (None, Some(value)) => Self::Json(value),
            (None, None) => Self::Words(shown_text(row).into_owned()),
        }
    }
}

/// A message as the JSON that goes over the wire, without its id.
pub fn message_json(row: &Row) -> Option<Value> {
    let RowKind::Message { command, .. } = &row.kind else { return None };
    let said = MessageJson { kind: command.kind(), data: command.data() };
    serde_json::from_str(&redact(&serde_json::to_string(&said).ok()?)).ok()
}

#[component]
pub fn PayloadView(payload: Payload) -> impl IntoView {
    match payload {
        Payload::Json(value) => view! {
            <div data-testid="debugger-frame">
                <JsonTree value />
            </div>
        }
        .into_any(),
        Payload::Unreadable { text, error } => view! {
            <p class="field-error">{format!("Not valid JSON: {error}.")}</p>
            <RawFrame text />
        }
        .into_any(),
        Payload::Words(words) => view! { <p class="debugger-words">{words}</p> }.into_any(),
    }
}

#[component]
pub fn RawFrame(
    /// Redacted text.
    text: String,
) -> impl IntoView {
    let text = StoredValue::new(text);
    let length = text.with_value(|text| text.chars().count());
    let is_whole = RwSignal::new(length <= RAW_CHARS);
    let raw = move || text.with_value(|text| if is_whole.get() { text.clone() } else { cut(text, RAW_CHARS) });
    view! {
        <div class="debugger-raw-frame">
            <CopyButton label="Copy the frame" text=Callback::new(move |()| text.get_value()) />
            <pre class="debugger-raw" tabindex="0" aria-label="Raw frame">{raw}</pre>
            <Show when=move || !is_whole.get()>
                <button class="link-button" type="button" on:click=move |_| is_whole.set(true)>
                    {format!("Show all {length} characters")}
                </button>
            </Show>
        </div>
    }
}
