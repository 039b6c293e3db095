//! Deletion that asks once more.

use leptos::prelude::*;

/// A button that deletes something for good once the user has said so twice.
#[component]
pub(super) fn ConfirmDelete(
    /// What is deleted.
    name: String,
    test_id: String,
    on_delete: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let asks = RwSignal::new(false);
    let delete = move |_| {
        asks.set(false);
        on_delete();
    };
    view! {
        <button
            class="button small"
            type="button"
            data-testid=test_id
            aria-label=format!("Delete: {name}")
            aria-expanded=move || asks.get().to_string()
            on:click=move |_| asks.update(|asks| *asks = !*asks)
        >
            "Delete"
        </button>
        <Show when=move || asks.get()>
            <button class="button small" type="button" data-testid="confirm-delete" on:click=delete>
                "Delete for good"
            </button>
        </Show>
    }
}
