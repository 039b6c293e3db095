//! What Coda remembers, and how its memory works.

use leptos::prelude::*;

use crate::ui::renders;

/// What Coda remembers, and how its memory works.
#[component]
pub fn MemoryPage() -> impl IntoView {
    renders::count("MemoryPage");
    view! {
        <section class="page-body">
            <header class="page-head">
                <h1>"Memory"</h1>
            </header>
        </section>
    }
}
