//! Differences between the marked row and the chosen one.

use leptos::prelude::*;

use crate::ui::components::ScrollTable;
use crate::ui::format;
use serde_json::Value;

use crate::history::{Recorder, diff, shorten, shown_text};
use crate::ui::debugger::details::payload::message_json;
use crate::ui::debugger::row_button::RowButton;
use crate::ui::debugger::state::use_debugger;

/// Upper limit of characters shown per value.
const VALUE_CHARS: usize = 200;

/// The frame or the message as JSON, with tokens redacted.
fn value_of(recorder: &Recorder, number: u64) -> Option<Value> {
    let row = recorder.get(number)?;
    message_json(row).or_else(|| serde_json::from_str(&shown_text(row)).ok())
}

/// Nothing without a marked row.
#[component]
pub fn Compare(
    /// Number of the chosen row.
    number: u64,
) -> impl IntoView {
    let debugger = use_debugger();
    move || {
        let marked = debugger.marked.get().filter(|marked| *marked != number)?;
        let values =
            debugger.with_recorder_untracked(|recorder| (value_of(recorder, marked), value_of(recorder, number)));
        let found = match &values {
            (Some(left), Some(right)) => Some(diff(left, right)),
            _ => None,
        };
        let side = |value: Option<Value>| {
            value.map_or_else(|| format::UNKNOWN.to_owned(), |value| shorten(&value.to_string(), VALUE_CHARS))
        };
        let view = match found {
            None => view! { <p class="field-hint">"Cannot compare: one of the rows has no JSON."</p> }.into_any(),
            Some(found) if found.is_empty() => view! { <p class="field-hint">"The two rows are equal."</p> }.into_any(),
            Some(found) => view! {
                <ScrollTable label="Differences">
                        <thead>
                            <tr>
                                <th scope="col">"Field"</th>
                                <th scope="col">{format!("A, {}", debugger.row_label(marked))}</th>
                                <th scope="col">{format!("B, {}", debugger.row_label(number))}</th>
                            </tr>
                        </thead>
                        <tbody>
                            {found
                                .into_iter()
                                .map(|difference| {
                                    let path = if difference.path.is_empty() { "(all)".into() } else { difference.path };
                                    view! {
                                        <tr>
                                            <td><code>{path}</code></td>
                                            <td><code>{side(difference.left)}</code></td>
                                            <td><code>{side(difference.right)}</code></td>
                                        </tr>
                                    }
                                })
                                .collect_view()}
                        </tbody>
                </ScrollTable>
            }
            .into_any(),
        };
        Some(view! {
            <section class="debugger-part" data-testid="debugger-compare">
                <header>
                    <h3>"Compared with"</h3>
                    <RowButton number=marked />
                </header>
                {view}
            </section>
        })
    }
}
