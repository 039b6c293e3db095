//! One tool call inside a turn.

use std::borrow::Cow;

use icondata_lu::LuWrench;
use leptos::prelude::*;
use serde_json::Value;

use crate::model::{ToolCall, ToolOutcome, python_value};
use crate::ui::components::Icon;
use crate::ui::format;

fn time(call: &ToolCall) -> String {
    match (&call.outcome, call.seconds) {
        (ToolOutcome::Done { .. }, seconds @ Some(_)) => format::maybe_seconds(seconds),
        (outcome, _) => outcome.words().to_owned(),
    }
}

/// A result as Coda's tools return it, which is often in Python's notation.
fn read(result: &Value) -> Cow<'_, Value> {
    let value = result.as_str().and_then(python_value);
    value.map_or(Cow::Borrowed(result), Cow::Owned)
}

/// A value in one line: the members of an object with their names.
fn in_line(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| format!("{name}: {}", in_line(value))).collect::<Vec<_>>().join(", ")
        }
        Value::Array(items) => items.iter().map(in_line).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.lines().next().unwrap_or_default().to_owned(),
        other => other.to_string(),
    }
}

/// The result, or what went wrong.
pub fn tool_result(outcome: &ToolOutcome) -> Option<String> {
    match outcome {
        ToolOutcome::Running | ToolOutcome::NoResult => None,
        ToolOutcome::Done { result } => result.as_ref().map(|result| format::value(&read(result))),
        ToolOutcome::Failed { message, details } => {
            let details = details.as_ref().map(format::value).unwrap_or_default();
            Some(format!("{message}\n{details}").trim_end().to_owned())
        }
    }
}

/// Characters of a call's preview.
const PREVIEW_CHARS: usize = 120;

/// What went in and what came out, in one line.
pub fn tool_preview(call: &ToolCall) -> String {
    let given = match &call.parameters {
        // Their names say little that their values do not.
        Some(Value::Object(members)) => members.values().map(in_line).collect::<Vec<_>>().join(", "),
        Some(other) => in_line(other),
        None => String::new(),
    };
    let line = match &call.outcome {
        ToolOutcome::Done { result: Some(result) } => in_line(&read(result)),
        ToolOutcome::Failed { message, .. } => message.lines().next().unwrap_or_default().to_owned(),
        ToolOutcome::Running | ToolOutcome::NoResult | ToolOutcome::Done { result: None } => String::new(),
    };
    let words = match (given.is_empty(), line.is_empty()) {
        (_, true) => given,
        (true, false) => format!("→ {line}"),
        (false, false) => format!("{given} → {line}"),
    };
    format::cut(&words, PREVIEW_CHARS)
}

/// Collapsible view of a call, which stays open when the result arrives.
#[component]
pub fn ToolView(#[prop(into)] call: Signal<ToolCall>) -> impl IntoView {
    let parameters = call.with_untracked(|call| call.parameters.as_ref().map(format::value));
    view! {
        <details class="tool" data-state=move || call.with(|call| call.outcome.name())>
            <summary>
                <Icon icon=LuWrench />
                <span class="tool-name">{call.with_untracked(|call| call.name.clone())}</span>
                <span class="tool-preview">{move || call.with(tool_preview)}</span>
                <span class="tool-time">{move || call.with(time)}</span>
            </summary>
            {parameters.map(|parameters| view! { <pre aria-label="Parameters">{parameters}</pre> })}
            {move || call.with(|call| tool_result(&call.outcome)).map(|outcome| view! { <pre aria-label="Result">{outcome}</pre> })}
        </details>
    }
}
