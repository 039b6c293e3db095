//! A choice that filters a page and lives in its address, so that the view can be linked to.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

use crate::ui::renders;

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
    renders::count("FilterSelect");
    let query = use_query_map();
    let location = use_location();
    let navigate = use_navigate();
    let value = Memo::new(move |_| query.with(|query| query.get(key)).unwrap_or_default());
    let choose = move |event| {
        let chosen = event_target_value(&event);
        let mut query = query.get_untracked();
        query.remove(key);
        if !chosen.is_empty() {
            query.insert(key, chosen);
        }
        let to = format!("{}{}", location.pathname.get_untracked(), query.to_query_string());
        navigate(&to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    };
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
    renders::count("EmptyState");
    view! {
        <div class="empty small">
            <h2>{title}</h2>
            <p>{children()}</p>
        </div>
    }
}
