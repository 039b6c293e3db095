//! Collapsible JSON tree. Branches are rendered when first opened.

use leptos::prelude::*;
use serde_json::Value;

use crate::ui::components::Each;

/// Characters of a string shown at first.
const TEXT_CHARS: usize = 400;
/// Members of a branch shown at first.
const MEMBERS: usize = 100;
/// Depth to which branches are open at first.
const OPEN_DEPTH: usize = 2;

#[component]
pub fn JsonTree(
    /// Name within the parent.
    #[prop(optional_no_strip)]
    name: Option<String>,
    value: Value,
    #[prop(optional)] depth: usize,
) -> AnyView {
    let name = name.map(|name| view! { <span class="json-name">{name}": "</span> });
    let (kind, count, ends) = match &value {
        Value::Object(map) => ("member", map.len(), "{}"),
        Value::Array(list) => ("item", list.len(), "[]"),
        _ => return view! { <div class="json-leaf">{name}<Leaf value /></div> }.into_any(),
    };
    if count == 0 {
        return view! { <div class="json-leaf">{name}<span>{ends}</span></div> }.into_any();
    }
    let words = format!("{} {count} {kind}{} {}", &ends[..1], if count == 1 { "" } else { "s" }, &ends[1..]);
    let is_open = RwSignal::new(depth < OPEN_DEPTH);
    let value = StoredValue::new(value);
    let toggled = move |event: leptos::ev::Event| {
        is_open.set(event_target::<web_sys::Element>(&event).has_attribute("open"));
    };
    view! {
        <details class="json-branch" open=depth < OPEN_DEPTH on:toggle=toggled>
            <summary>{name}<span class="json-count">{words}</span></summary>
            <Show when=move || is_open.get()>
                <Members value depth />
            </Show>
        </details>
    }
    .into_any()
}

#[component]
fn Members(value: StoredValue<Value>, depth: usize) -> impl IntoView {
    let shown = RwSignal::new(MEMBERS);
    let count = value.with_value(|value| match value {
        Value::Object(map) => map.len(),
        Value::Array(list) => list.len(),
        _ => 0,
    });
    let members = move || {
        let shown = shown.get();
        value.with_value(|value| match value {
            Value::Object(map) => {
                map.iter().take(shown).map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>()
            }
            Value::Array(list) => {
                list.iter().take(shown).enumerate().map(|(at, value)| (at.to_string(), value.clone())).collect()
            }
            _ => Vec::new(),
        })
    };
    view! {
        <div class="json-members">
            <Each each=members key=|(name, _)| name.clone() let:member>
                <JsonTree name=Some(member.0) value=member.1 depth=depth + 1 />
            </Each>
            <Show when=move || shown.get() < count>
                <button class="link-button" type="button" on:click=move |_| shown.set(usize::MAX)>
                    {format!("Show all {count}")}
                </button>
            </Show>
        </div>
    }
}

#[component]
fn Leaf(value: Value) -> impl IntoView {
    let kind = match &value {
        Value::String(_) => "text",
        Value::Number(_) => "number",
        _ => "word",
    };
    let text = value.to_string();
    let length = text.chars().count();
    let is_whole = RwSignal::new(length <= TEXT_CHARS);
    let shown = move || if is_whole.get() { text.clone() } else { crate::ui::format::cut(&text, TEXT_CHARS) };
    view! {
        <span class="json-value" data-kind=kind>{shown}</span>
        <Show when=move || !is_whole.get()>
            <button class="link-button" type="button" on:click=move |_| is_whole.set(true)>
                {format!("Show all {length} characters")}
            </button>
        </Show>
    }
}
