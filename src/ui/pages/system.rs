//! The state of Coda's parts, its errors and its runs.

use leptos::prelude::*;

use crate::ui::renders;

/// The state of Coda's parts, its errors and its runs.
#[component]
pub fn SystemPage() -> impl IntoView {
    renders::count("SystemPage");
    view! {
        <section class="page-body">
            <header class="page-head">
                <h1>"System"</h1>
            </header>
        </section>
    }
}
