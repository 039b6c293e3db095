//! The button below a list that shows only its first entries.

use leptos::prelude::*;

/// Adds `step` entries to `limit`. Shown while there are more than that.
#[component]
pub fn ShowMore(limit: RwSignal<usize>, step: usize, #[prop(into)] total: Signal<usize>) -> impl IntoView {
    let more = Memo::new(move |_| total.get().saturating_sub(limit.get()));
    view! {
        <Show when=move || { more.get() > 0 }>
            <button class="button show-more" type="button" on:click=move |_| limit.update(|limit| *limit += step)>
                {move || format!("Show more ({})", more.get())}
            </button>
        </Show>
    }
}
