//! Filters for what people look for most.

use leptos::prelude::*;

use crate::ui::debugger::state::use_debugger;

const FILTERS: [(&str, &str); 5] = [
    ("All", ""),
    ("Conversation", "type:text_input,stt_*,llm_*,conversation_*,tool_*,tts_start,tts_result,tts_stop,tts_error"),
    ("Commands", "(dir:out or state:suppressed,expired,failed,cancelled) -type:ping,auth_response"),
    ("Errors", "is:error"),
    ("Metrics", "type:system_metrics,component_*,latency_trace"),
];

/// Sets the filter; the one that is in force is marked.
#[component]
pub fn QuickFilters() -> impl IntoView {
    let debugger = use_debugger();
    view! {
        <div class="debugger-quick" role="group" aria-label="Quick filters">
            {FILTERS
                .map(|(name, filter)| {
                    view! {
                        <button
                            class="button small"
                            type="button"
                            data-testid=format!("quick-{}", name.to_lowercase())
                            aria-pressed=move || (debugger.filter.text.with(|text| text.trim() == filter)).to_string()
                            on:click=move |_| debugger.filter.set(filter)
                        >
                            {name}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}
