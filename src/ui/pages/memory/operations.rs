//! Log of memory operations, newest first.

use leptos::prelude::*;

use super::chips::TypeChips;
use super::keyed::keyed;
use super::labels::told;
use crate::state::use_websocket;
use crate::ui::address::Address;
use crate::ui::components::{Each, ScrollTable, ShowMore};
use crate::ui::format;

/// Rows shown at first, and added per step.
const ROWS: usize = 200;

/// Operations of the pressed types.
#[component]
pub(super) fn Operations(address: Address) -> impl IntoView {
    let memories = use_websocket().data.memories;
    let limit = RwSignal::new(ROWS);
    let kinds = Memo::new(move |_| address.all("operation"));
    let counts = Memo::new(move |_| memories.with(|memories| memories.log().counts().clone()));
    let kept = Memo::new(move |_| memories.with(|memories| memories.log().operations().len()));
    let matching = Memo::new(move |_| {
        kinds.with(|kinds| {
            let is_asked_for = |kind: &String| kinds.is_empty() || kinds.contains(kind);
            memories.with(|memories| {
                memories.log().operations().iter().filter(|operation| is_asked_for(&operation.kind)).count()
            })
        })
    });
    let rows = Memo::new(move |_| {
        kinds.with(|kinds| {
            memories.with(|memories| {
                let newest = memories.log().operations().iter().rev();
                let asked_for = newest.filter(|operation| kinds.is_empty() || kinds.contains(&operation.kind));
                let shown = asked_for.take(limit.get());
                keyed(shown.map(|operation| (operation.time, operation.kind.clone(), operation.summary.clone())))
            })
        })
    });
    let shown =
        move || format!("Showing {} of the {} operations on this page, newest first.", rows.with(Vec::len), kept.get());
    view! {
        <section class="memory-section" aria-labelledby="memory-operations">
            <h2 id="memory-operations">"Operations"</h2>
            <Show
                when=move || { kept.get() > 0 }
                fallback=|| {
                    view! {
                        <p class="memory-note">
                            "No operations yet. Each memory operation appears here, for example when Coda adds a memory while you talk."
                        </p>
                    }
                }
            >
                <TypeChips address name="operation" label="Types of operations" counts />
                <p class="memory-note">{shown}</p>
                <ScrollTable label="Operations" class="tall memory-table" testid="memory-operations">
                        <thead>
                            <tr>
                                <th scope="col">"Time"</th>
                                <th scope="col">"Type"</th>
                                <th scope="col">"Summary"</th>
                            </tr>
                        </thead>
                        <tbody>
                            <Each each=move || rows.get() key=Clone::clone let:row>
                                {
                                    let ((time, kind, summary), _) = row;
                                    view! {
                                        <tr>
                                            <td class="time">{move || format::full_time(time)}</td>
                                            <td>
                                                <code>{kind}</code>
                                            </td>
                                            <td class="words">{told(&summary)}</td>
                                        </tr>
                                    }
                                }
                            </Each>
                        </tbody>
                    </ScrollTable>
                <ShowMore limit step=ROWS total=Signal::derive(move || matching.get()) />
            </Show>
        </section>
    }
}
