//! Page for unknown addresses.

use crate::ui::address::page_href;
use leptos::prelude::*;
use leptos_router::components::A;

#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <section class="page-body">
            <div class="empty">
                <h1>"Page not found"</h1>
                <p>"Check the address, or go back to the conversation."</p>
                <div class="actions">
                    <A href=page_href("/") attr:class="button primary">
                        "Go to Talk"
                    </A>
                </div>
            </div>
        </section>
    }
}
