//! One tool call inside a turn.

use icondata_lu::LuWrench;
use leptos::prelude::*;
use leptos_icons::Icon;
use serde_json::Value;

use crate::model::{ToolCall, ToolState};

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

/// The call in one line; opens to parameters and result.
#[component]
pub fn ToolView(call: ToolCall) -> impl IntoView {
    let (state, outcome) = match &call.state {
        ToolState::Running => ("running", None),
        ToolState::Done(result) => ("done", result.as_ref().map(shown)),
        ToolState::Failed(words) => ("failed", Some(words.clone())),
    };
    let time = match (&call.state, call.seconds) {
        (ToolState::Running, _) => "running…".to_owned(),
        (ToolState::Failed(_), _) => "failed".to_owned(),
        (ToolState::Done(_), Some(seconds)) => crate::ui::format::span(seconds_to_duration(seconds)),
        (ToolState::Done(_), None) => "done".to_owned(),
    };
    view! {
        <details class="tool" data-state=state>
            <summary>
                <Icon icon=LuWrench />
                <span>{call.name}</span>
                <span class="tool-time">{time}</span>
            </summary>
            {call.parameters.map(|parameters| view! { <pre aria-label="Parameters">{shown(&parameters)}</pre> })}
            {outcome.map(|outcome| view! { <pre aria-label="Result">{outcome}</pre> })}
        </details>
    }
}

/// The server's seconds may be anything, a negative number included.
fn seconds_to_duration(seconds: f64) -> std::time::Duration {
    std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
