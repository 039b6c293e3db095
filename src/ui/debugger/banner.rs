//! Banner for an imported recording, with its import errors.

use leptos::prelude::*;

use crate::history::ImportError;
use crate::ui::debugger::side::Side;
use crate::ui::debugger::state::use_debugger;
use crate::ui::format;

/// Upper limit of errors listed.
const SHOWN_ERRORS: usize = 200;

/// Nothing while the live record is shown.
#[component]
pub fn SourceBanner() -> impl IntoView {
    let debugger = use_debugger();
    let loaded = move || {
        debugger.with_loaded(|loaded| {
            let errors: Vec<String> = loaded.errors.iter().take(SHOWN_ERRORS).map(ImportError::to_string).collect();
            let label = loaded.label.clone().unwrap_or_default();
            ((loaded.name.clone(), label), loaded.frames, loaded.report.is_some(), loaded.errors.len(), errors)
        })
    };
    move || {
        loaded().map(|((name, label), frames, is_report, count, errors)| {
            let says_more = !label.name.is_empty() && label.name != name;
            view! {
                <div class="debugger-banner" role="status" data-testid="debugger-banner">
                    <span>
                        <strong>{format!("Recording: {name}")}</strong>
                        {says_more.then(|| format!(" (“{}”)", label.name))}
                        {format!(", {}, read only", format::counted(frames, "frame"))}
                    </span>
                    {(!label.note.is_empty())
                        .then(|| view! { <p class="bug-said" data-testid="recording-note">{label.note}</p> })}
                    {is_report
                        .then(|| {
                            view! {
                                <button
                                    class="button small"
                                    type="button"
                                    data-testid="bug-open"
                                    on:click=move |_| debugger.side.set(Some(Side::BugReport))
                                >
                                    "Bug report"
                                </button>
                            }
                        })}
                    <button
                        class="button small"
                        type="button"
                        data-testid="debugger-live"
                        on:click=move |_| debugger.back_to_live()
                    >
                        "Back to live"
                    </button>
                    {(count > 0)
                        .then(|| {
                            view! {
                                <details class="debugger-damages">
                                    <summary>{format!("{count} unreadable")}</summary>
                                    <ul tabindex="0" aria-label="Unreadable lines">
                                        {errors.into_iter().map(|error| view! { <li>{error}</li> }).collect_view()}
                                        {(count > SHOWN_ERRORS)
                                            .then(|| view! { <li>{format!("and {} more", count - SHOWN_ERRORS)}</li> })}
                                    </ul>
                                </details>
                            }
                        })}
                </div>
            }
        })
    }
}
