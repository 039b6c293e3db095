//! How fast Coda is and what it uses.

use leptos::prelude::*;

use crate::ui::renders;

/// How fast Coda is and what it uses.
#[component]
pub fn PerformancePage() -> impl IntoView {
    renders::count("PerformancePage");
    view! {
        <section class="page-body">
            <header class="page-head">
                <h1>"Performance"</h1>
            </header>
        </section>
    }
}
