//! The debugger as a page of its own.

use leptos::prelude::*;

use crate::ui::debugger::DebuggerPanel;

/// The debugger as a page of its own.
#[component]
pub fn DebuggerPage() -> impl IntoView {
    view! {
        <section class="debugger-page">
            <h1 class="visually-hidden">"Debugger"</h1>
            <DebuggerPanel />
        </section>
    }
}
