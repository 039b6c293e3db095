//! A row that is referred to, as a button that leads to it.

use leptos::prelude::*;

use crate::ui::debugger::state::use_debugger;

#[component]
pub fn RowButton(number: u64, #[prop(optional)] testid: Option<&'static str>) -> impl IntoView {
    let debugger = use_debugger();
    view! {
        <button class="link-button" type="button" data-testid=testid on:click=move |_| debugger.jump(number)>
            {debugger.row_label(number)}
        </button>
    }
}
