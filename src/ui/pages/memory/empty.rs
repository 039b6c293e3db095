//! Actions for an empty page.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::state::use_app;
use crate::ui::address::page_href;

#[component]
pub(super) fn WaysToBegin() -> impl IntoView {
    let app = use_app();
    view! {
        <div class="actions">
            <A href=page_href("/") attr:class="button">
                "Talk to Coda"
            </A>
            <Show when=move || !app.connection.is_demo()>
                <button class="button" type="button" on:click=move |_| app.use_demo()>
                    "Try the demo"
                </button>
            </Show>
        </div>
    }
}
