//! Filters that live in the address, and empty states.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::state::use_websocket;
use crate::ui::address::{Address, page_href};

/// A select of "All" and `options`, stored in the query parameter `key`.
#[component]
pub fn FilterSelect(
    label: &'static str,
    key: &'static str,
    #[prop(into)] options: Signal<Vec<String>>,
) -> impl IntoView {
    let address = Address::of_page();
    let value = Memo::new(move |_| address.first(key));
    let choose = move |event| address.set(key, &event_target_value(&event));
    view! {
        <label class="filter">
            {label}
            <select prop:value=value on:change=choose>
                <option value="">"All"</option>
                {move || {
                    options
                        .get()
                        .into_iter()
                        .map(|option| {
                            let is_chosen = value.get_untracked() == option;
                            view! {
                                <option value=option.clone() selected=is_chosen>
                                    {option.clone()}
                                </option>
                            }
                        })
                        .collect_view()
                }}
            </select>
        </label>
    }
}

/// Placeholder for an empty page: what will appear, and how to make it appear.
#[component]
pub fn EmptyState(
    title: &'static str,
    /// Whether using Coda makes content appear.
    #[prop(optional)]
    has_ways: bool,
    /// What makes content appear.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{title}</h2>
            <p>{children()}</p>
            {has_ways.then(|| view! { <WaysToBegin /> })}
        </div>
    }
}

/// Actions that make content appear.
#[component]
pub fn WaysToBegin() -> impl IntoView {
    let context = use_websocket();
    view! {
        <div class="actions">
            <A href=page_href("/") attr:class="button primary">
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
