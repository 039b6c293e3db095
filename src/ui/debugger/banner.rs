//! Says that an imported recording is looked at, and what of it could not be read.

use leptos::prelude::*;

use super::desk::use_desk;
use crate::history::Damage;
use crate::ui::format;

/// So many damages are listed.
const DAMAGES: usize = 200;

/// The banner; nothing while the live record is looked at.
#[component]
pub fn SourceBanner() -> impl IntoView {
    let desk = use_desk();
    let loaded = move || {
        desk.with_loaded(|loaded| {
            let damages: Vec<String> = loaded.damages.iter().take(DAMAGES).map(Damage::to_string).collect();
            (loaded.name.clone(), loaded.frames, loaded.damages.len(), damages)
        })
    };
    move || {
        loaded().map(|(name, frames, count, damages)| {
            view! {
                <div class="debugger-banner" role="status" data-testid="debugger-banner">
                    <span>
                        <strong>{format!("imported: {name}")}</strong>
                        {format!(", {}, read only", format::counted(frames, "frame"))}
                    </span>
                    <button
                        class="button small"
                        type="button"
                        data-testid="debugger-live"
                        on:click=move |_| desk.back_to_live()
                    >
                        "Back to live"
                    </button>
                    {(count > 0)
                        .then(|| {
                            view! {
                                <details class="debugger-damages">
                                    <summary>{format!("{count} could not be read")}</summary>
                                    <ul tabindex="0" aria-label="What could not be read, by line or message">
                                        {damages.into_iter().map(|damage| view! { <li>{damage}</li> }).collect_view()}
                                        {(count > DAMAGES)
                                            .then(|| view! { <li>{format!("and {} more", count - DAMAGES)}</li> })}
                                    </ul>
                                </details>
                            }
                        })}
                </div>
            }
        })
    }
}
