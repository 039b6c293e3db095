//! Results of a search or a retrieval, best first.

use leptos::either::Either;
use leptos::prelude::*;

use super::labels::{UNKNOWN, share, told};
use crate::model::Found;
use crate::ui::components::ScrollTable;

#[component]
pub(super) fn Results(results: Memo<Vec<Found>>) -> impl IntoView {
    move || {
        let results = results.get();
        if results.is_empty() {
            return Either::Left(view! { <p class="memory-note">"Coda listed no results."</p> });
        }
        Either::Right(view! {
            <ScrollTable label="Results" class="tall memory-table">
                    <thead>
                        <tr>
                            <th scope="col" class="number">
                                "Similarity"
                            </th>
                            <th scope="col">"Content"</th>
                            <th scope="col">"Type"</th>
                            <th scope="col" class="number">
                                "Importance"
                            </th>
                            <th scope="col">"Id"</th>
                        </tr>
                    </thead>
                    <tbody>{results.into_iter().map(row).collect_view()}</tbody>
                </ScrollTable>
        })
    }
}

fn row(found: Found) -> impl IntoView {
    view! {
        <tr>
            <td class="number">{share(found.similarity)}</td>
            <td class="words" dir="auto">
                {told(&found.content)}
            </td>
            <td>{told(found.memory_type.as_deref().unwrap_or_default())}</td>
            <td class="number">{share(found.importance)}</td>
            <td>{found.id.map_or_else(|| UNKNOWN.to_owned(), |id| id.0)}</td>
        </tr>
    }
}
