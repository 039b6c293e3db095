//! Actions for an empty page.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::state::use_websocket;
use crate::ui::address::page_href;

#[component]
pub(super) fn WaysToBegin() -> impl IntoView {
    let context = use_websocket();
    view! {
        <div class="actions">
            <A href=page_href("/") attr:class="button">
                "Talk to Coda"
            </A>
            <Show when=move || !context.connection.is_demo()>
                <button class="button" type="button" on:click=move |_| context.use_demo()>
                    "Try the demo"
                </button>
            </Show>
        </div>
    }
}
