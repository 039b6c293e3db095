//! One tool call inside a turn.

use icondata_lu::LuWrench;
use leptos::prelude::*;

use super::Icon;
use crate::model::{NO_RESULT, ToolCall, ToolState};
use crate::ui::format;

const fn name(state: &ToolState) -> &'static str {
    match state {
        ToolState::Running => "running",
        ToolState::Done(_) => "done",
        ToolState::Failed(_) => "failed",
        ToolState::NoResult => "no-result",
    }
}

fn time(call: &ToolCall) -> String {
    match (&call.state, call.seconds) {
        (ToolState::Running, _) => "running…".to_owned(),
        (ToolState::Failed(_), _) => "failed".to_owned(),
        (ToolState::NoResult, _) => NO_RESULT.to_owned(),
        (ToolState::Done(_), seconds @ Some(_)) => format::seconds(seconds),
        (ToolState::Done(_), None) => "done".to_owned(),
    }
}

fn outcome(call: &ToolCall) -> Option<String> {
    match &call.state {
        ToolState::Running | ToolState::NoResult => None,
        ToolState::Done(result) => result.as_ref().map(format::value),
        ToolState::Failed(words) => Some(words.clone()),
    }
}

/// Collapsible view of a call, which stays open when the result arrives.
#[component]
pub fn ToolView(#[prop(into)] call: Signal<ToolCall>) -> impl IntoView {
    let parameters = call.with_untracked(|call| call.parameters.as_ref().map(format::value));
    view! {
        <details class="tool" data-state=move || call.with(|call| name(&call.state))>
            <summary>
                <Icon icon=LuWrench />
                <span>{call.with_untracked(|call| call.name.clone())}</span>
                <span class="tool-time">{move || call.with(time)}</span>
            </summary>
            {parameters.map(|parameters| view! { <pre aria-label="Parameters">{parameters}</pre> })}
            {move || call.with(outcome).map(|outcome| view! { <pre aria-label="Result">{outcome}</pre> })}
        </details>
    }
}
