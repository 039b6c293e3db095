//! Page for unknown addresses.

use crate::ui::address::page_href;
use leptos::prelude::*;
use leptos_router::components::A;

#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <section class="page-body">
            <div class="empty">
                <h1>"There is no such page"</h1>
                <p>"The address may be mistyped, or from another version."</p>
                <div class="actions">
                    <A href=page_href("/") attr:class="button primary">
                        "To the conversation"
                    </A>
                </div>
            </div>
        </section>
    }
}
