//! The debugger as a page of its own.

use leptos::prelude::*;

use crate::ui::renders;

/// The debugger as a page of its own.
#[component]
pub fn DebuggerPage() -> impl IntoView {
    renders::count("DebuggerPage");
    view! {
        <section class="page-body">
            <header class="page-head">
                <h1>"Debugger"</h1>
            </header>
        </section>
    }
}
