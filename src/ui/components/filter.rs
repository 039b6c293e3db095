//! Filters that live in the address, and empty states.

use leptos::prelude::*;

use crate::ui::address::Address;

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
    /// What the user can do to make content appear.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty small">
            <h2>{title}</h2>
            <p>{children()}</p>
        </div>
    }
}
