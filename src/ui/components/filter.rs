//! A choice that filters a page and lives in its address, so that the view can be linked to.

use leptos::prelude::*;

use crate::ui::address::Address;

/// A select over `options` and "all", kept in the address as `key`.
#[component]
pub fn FilterSelect(
    /// What it is called.
    label: &'static str,
    /// Its name in the address.
    key: &'static str,
    /// What can be chosen.
    #[prop(into)]
    options: Signal<Vec<String>>,
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

/// What a page shows while it has nothing to show: what will appear, and how to make it appear.
#[component]
pub fn EmptyState(
    /// What is not there.
    title: &'static str,
    /// How it comes.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty small">
            <h2>{title}</h2>
            <p>{children()}</p>
        </div>
    }
}
