//! Filter field with its error, saved filters and help.

use leptos::prelude::*;

use crate::ui::debugger::filter::filter_field::FilterField;
use crate::ui::debugger::filter::filter_help::FilterHelp;
use crate::ui::debugger::filter::saved::SavedFilters;
use crate::ui::debugger::state::use_debugger;

#[component]
pub fn FilterBar() -> impl IntoView {
    let debugger = use_debugger();
    let is_help_open = RwSignal::new(false);
    let [input, error, help] = ["filter", "error", "help"].map(|name| debugger.element_id(name));
    let problem = move || {
        let error = debugger.filter.error.get()?;
        let in_force = debugger.filter.query.with(|query| match query.to_string() {
            none if none.is_empty() => "All rows are shown until you correct it.".to_owned(),
            query => format!("{query} applies until you correct it."),
        });
        Some(format!("Invalid {error}. {in_force}"))
    };
    view! {
        <div class="debugger-filter">
            <label for=input.clone()>"Filter"</label>
            <FilterField id=input described_by=error.clone() />
            <button
                class="button small"
                type="button"
                aria-label="Filter syntax"
                title="Filter syntax"
                data-testid="debugger-help"
                aria-expanded=move || is_help_open.get().to_string()
                aria-controls=help.clone()
                on:click=move |_| is_help_open.update(|open| *open = !*open)
            >
                "?"
            </button>
            <SavedFilters />
            <p class="field-error" id=error role="alert" data-testid="debugger-filter-error">
                {problem}
            </p>
        </div>
        <div id=help>
            <Show when=move || is_help_open.get()>
                <FilterHelp />
            </Show>
        </div>
    }
}
