//! A search field.

use icondata_lu::LuSearch;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::Icon;

#[component]
pub fn SearchField(
    /// What is searched: the accessible name, shown while the field is empty.
    label: &'static str,
    testid: &'static str,
    #[prop(into)] text: Signal<String>,
    on_input: impl Fn(String) + 'static,
    #[prop(optional)] on_keydown: Option<Callback<KeyboardEvent>>,
    /// The keys of the field, as a tooltip.
    #[prop(optional)]
    keys: Option<&'static str>,
) -> impl IntoView {
    view! {
        <label class="search">
            <Icon icon=LuSearch />
            <span class="visually-hidden">{label}</span>
            <input
                type="search"
                data-testid=testid
                placeholder=label
                title=keys
                prop:value=text
                on:input=move |event| on_input(event_target_value(&event))
                on:keydown=move |event| {
                    if let Some(on_keydown) = on_keydown {
                        on_keydown.run(event);
                    }
                }
            />
        </label>
    }
}
