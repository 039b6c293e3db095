//! Memory snapshots saved and restored, newest first.

use leptos::prelude::*;

use super::keyed::keyed;
use super::labels::{self, UNKNOWN, told};
use crate::state::use_websocket;
use crate::ui::components::{Each, ScrollTable};
use crate::ui::format;

/// Characters shown of a snapshot's free-form metadata.
const METADATA: usize = 500;

/// Shows all of them, because the model keeps few.
#[component]
pub(super) fn Snapshots() -> impl IntoView {
    let memories = use_websocket().data.memories;
    let rows = Memo::new(move |_| {
        memories.with(|memories| {
            keyed(memories.log().snapshots().iter().rev().map(|(time, snapshot)| {
                let metadata = snapshot.metadata.as_ref().map_or_else(|| UNKNOWN.to_owned(), labels::value);
                let success = if snapshot.success { "worked" } else { "failed" };
                (
                    *time,
                    snapshot.action.clone(),
                    snapshot.snapshot_id.0.clone(),
                    success,
                    format::cut(&metadata, METADATA),
                )
            }))
        })
    });
    view! {
        <section class="memory-section" aria-labelledby="memory-snapshots">
            <h2 id="memory-snapshots">"Snapshots"</h2>
            <Show
                when=move || !rows.with(Vec::is_empty)
                fallback=|| {
                    view! {
                        <p class="memory-note">
                            "No snapshots yet. They appear here when Coda saves or restores its memory. The dashboard cannot request them."
                        </p>
                    }
                }
            >
                <ScrollTable label="Snapshots" class="tall memory-table" testid="memory-snapshots">
                        <thead>
                            <tr>
                                <th scope="col">"Time"</th>
                                <th scope="col">"Action"</th>
                                <th scope="col">"Id"</th>
                                <th scope="col">"Outcome"</th>
                                <th scope="col">"Metadata"</th>
                            </tr>
                        </thead>
                        <tbody>
                            <Each each=move || rows.get() key=Clone::clone let:row>
                                {
                                    let ((time, action, id, success, metadata), _) = row;
                                    view! {
                                        <tr>
                                            <td class="time">{move || format::full_time(time)}</td>
                                            <td>
                                                <code>{action}</code>
                                            </td>
                                            <td>{told(&id)}</td>
                                            <td data-outcome=success>{success}</td>
                                            <td class="words">{metadata}</td>
                                        </tr>
                                    }
                                }
                            </Each>
                        </tbody>
                    </ScrollTable>
            </Show>
        </section>
    }
}
