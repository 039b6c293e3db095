use leptos::prelude::*;

use crate::ui::debugger::DebuggerPanel;

#[component]
pub fn DebuggerPage() -> impl IntoView {
    view! {
        <section class="debugger-page">
            <h1 class="visually-hidden">"Debugger"</h1>
            <DebuggerPanel />
        </section>
    }
}
