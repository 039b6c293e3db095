//! The tools that Coda used.

use leptos::prelude::*;

use crate::ui::renders;

/// The tools that Coda used.
#[component]
pub fn ToolsPage() -> impl IntoView {
    renders::count("ToolsPage");
    view! {
        <section class="page-body">
            <header class="page-head">
                <h1>"Tools"</h1>
            </header>
        </section>
    }
}
