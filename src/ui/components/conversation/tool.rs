//! One tool call inside a turn.

use icondata_lu::LuWrench;
use leptos::prelude::*;

use crate::model::{ToolCall, ToolOutcome};
use crate::ui::components::Icon;
use crate::ui::format;

fn time(call: &ToolCall) -> String {
    match (&call.outcome, call.seconds) {
        (ToolOutcome::Done { .. }, seconds @ Some(_)) => format::maybe_seconds(seconds),
        (outcome, _) => outcome.words().to_owned(),
    }
}

/// The result, or what went wrong.
pub fn tool_result(outcome: &ToolOutcome) -> Option<String> {
    match outcome {
        ToolOutcome::Running | ToolOutcome::NoResult => None,
        ToolOutcome::Done { result } => result.as_ref().map(format::value),
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
    let values = |value: &serde_json::Value| match value {
        serde_json::Value::Object(members) => members.values().map(format::value).collect::<Vec<_>>().join(", "),
        other => format::value(other),
    };
    let given = call.parameters.as_ref().map(values).unwrap_or_default();
    let result = tool_result(&call.outcome).unwrap_or_default();
    let line = result.lines().next().unwrap_or_default();
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
