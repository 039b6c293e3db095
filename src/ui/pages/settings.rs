//! What can be set.

use leptos::prelude::*;

use crate::driver::Level;
use crate::state::{GAP_RANGE, Settings, use_app};
use crate::ui::components::AddressForm;
use crate::ui::renders;

/// The settings; each change applies at once.
#[component]
pub fn SettingsPage() -> impl IntoView {
    renders::count("SettingsPage");
    let app = use_app();
    let settings = app.settings.current;
    let gap_error = RwSignal::new(None::<String>);
    let change_gap = move |event| match event_target_value(&event).trim().parse::<u64>() {
        Ok(gap_millis) if GAP_RANGE.contains(&gap_millis) => {
            gap_error.set(None);
            app.set_settings(Settings { gap_millis, ..settings.get_untracked() });
        }
        _ => gap_error.set(Some(format!("A whole number from {} to {}.", GAP_RANGE.start(), GAP_RANGE.end()))),
    };
    let change_level = move |event| {
        if let Some(log_level) = Level::parse(&event_target_value(&event)) {
            app.set_settings(Settings { log_level, ..settings.get_untracked() });
        }
    };
    view! {
        <section class="page-body">
            <header class="page-head">
                <h1>"Settings"</h1>
                <div class="actions">
                    <button
                        class="button"
                        on:click=move |_| {
                            gap_error.set(None);
                            app.set_settings(Settings::default());
                        }
                    >
                        "Back to the defaults"
                    </button>
                </div>
            </header>
            <AddressForm />
            <div class="field">
                <label for="gap">"Gap between messages (ms)"</label>
                <input
                    id="gap"
                    type="number"
                    min=GAP_RANGE.start().to_string()
                    max=GAP_RANGE.end().to_string()
                    prop:value=move || settings.get().gap_millis.to_string()
                    aria-describedby="gap-hint gap-error"
                    aria-invalid=move || gap_error.get().is_some().to_string()
                    on:change=change_gap
                />
                <p class="field-hint" id="gap-hint">
                    "The least time between two messages to Coda, so that it is done with one before the next. Default 20."
                </p>
                <p class="field-error" id="gap-error" role="alert">
                    {move || gap_error.get()}
                </p>
            </div>
            <div class="field">
                <label for="log-level">"Log level"</label>
                <select
                    id="log-level"
                    prop:value=move || settings.get().log_level.name()
                    on:change=change_level
                    aria-describedby="log-hint"
                >
                    {Level::ALL.map(|level| view! { <option value=level.name()>{level.name()}</option> }).collect_view()}
                </select>
                <p class="field-hint" id="log-hint">
                    "How much goes to the browser's console. Default warn: at hundreds of events a second the console costs more than the page."
                </p>
            </div>
        </section>
    }
}
