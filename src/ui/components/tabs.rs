//! A list of tabs. Arrow keys, Home and End choose, and only the chosen tab is a Tab stop.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Id of the tab with this name, in the list with this id.
pub fn tab_id(list: &str, name: &str) -> String {
    format!("{list}-tab-{}", name.to_lowercase())
}

/// Id of its panel.
pub fn panel_id(list: &str, name: &str) -> String {
    format!("{list}-panel-{}", name.to_lowercase())
}

#[component]
pub fn TabList<T: Copy + PartialEq + Send + Sync + 'static>(
    /// Unique in the page. The ids of tabs and panels begin with it.
    id: String,
    label: &'static str,
    /// At least one, each with its name of one word.
    tabs: Vec<(T, &'static str)>,
    #[prop(into)] current: Signal<T>,
    #[prop(into)] choose: Callback<T>,
) -> impl IntoView {
    let on_key = {
        let (id, tabs) = (id.clone(), tabs.clone());
        move |event: KeyboardEvent| {
            let current = current.get_untracked();
            let (at, last) = (tabs.iter().position(|(tab, _)| *tab == current).unwrap_or(0), tabs.len() - 1);
            let next = match event.key().as_str() {
                "ArrowRight" => (at + 1) % tabs.len(),
                "ArrowLeft" => (at + last) % tabs.len(),
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            choose.run(tabs[next].0);
            focus(&tab_id(&id, tabs[next].1));
        }
    };
    let buttons = tabs
        .into_iter()
        .map(|(tab, name)| {
            let own_id = tab_id(&id, name);
            view! {
                <button
                    type="button"
                    role="tab"
                    class="tab"
                    id=own_id.clone()
                    data-testid=format!("tab-{}", name.to_lowercase())
                    aria-controls=panel_id(&id, name)
                    aria-selected=move || (current.get() == tab).to_string()
                    tabindex=move || if current.get() == tab { "0" } else { "-1" }
                    on:click=move |_| choose.run(tab)
                >
                    {name}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="tabs" role="tablist" aria-label=label on:keydown=on_key>
            {buttons}
        </div>
    }
}

/// Focuses an element by id. Returns false if there is none.
pub fn focus(id: &str) -> bool {
    let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}
