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

/// Collapsible view of a call, which stays open when the result arrives.
#[component]
pub fn ToolView(#[prop(into)] call: Signal<ToolCall>) -> impl IntoView {
    let parameters = call.with_untracked(|call| call.parameters.as_ref().map(format::value));
    view! {
        <details class="tool" data-state=move || call.with(|call| call.outcome.name())>
            <summary>
                <Icon icon=LuWrench />
                <span>{call.with_untracked(|call| call.name.clone())}</span>
                <span class="tool-time">{move || call.with(time)}</span>
            </summary>
            {parameters.map(|parameters| view! { <pre aria-label="Parameters">{parameters}</pre> })}
            {move || call.with(|call| tool_result(&call.outcome)).map(|outcome| view! { <pre aria-label="Result">{outcome}</pre> })}
        </details>
    }
}
