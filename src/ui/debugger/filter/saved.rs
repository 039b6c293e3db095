//! Named filters, kept in the browser.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::browser::storage::{Area, read_list, write_list};
use crate::state::Severity;
use crate::ui::components::{Each, Popover, PopoverRef};
use crate::ui::debugger::state::use_debugger;

const STORAGE_KEY: &str = "coda.debugger.filters";

#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Saved {
    name: String,
    filter: String,
}

#[component]
pub fn SavedFilters() -> impl IntoView {
    let debugger = use_debugger();
    let saved = RwSignal::new(read_list::<Saved>(Area::Local, STORAGE_KEY));
    let name = RwSignal::new(String::new());
    let name_id = debugger.element_id("filter-name");
    let popover = PopoverRef::default();
    let keep = move || {
        if !saved.with_untracked(|saved| write_list(Area::Local, STORAGE_KEY, saved)) {
            let words = "The filter was not saved: the browser's storage is full or turned off.";
            debugger.context.notices.show(Severity::Warn, "saved filters", words.into());
        }
    };
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let filter = debugger.filter.text.get_untracked().trim().to_owned();
        let given = name.get_untracked().trim().to_owned();
        let new = Saved { name: if given.is_empty() { filter.clone() } else { given }, filter };
        if new.filter.is_empty() {
            return;
        }
        saved.update(|saved| {
            saved.retain(|known| known.name != new.name);
            saved.push(new);
        });
        name.set(String::new());
        keep();
    };
    let cannot_save =
        move || debugger.filter.text.with(|text| text.trim().is_empty()) || debugger.filter.error.with(Option::is_some);
    view! {
        <Popover handle=popover label="Saved" testid="debugger-saved">
                <Show when=move || saved.with(Vec::is_empty)>
                    <p class="field-hint">"No saved filters. Enter a filter, then name it here."</p>
                </Show>
                <ul class="saved-filters">
                    <Each each=move || saved.get() key=Clone::clone let:entry>
                        {
                            let (name, filter, text) = (entry.name.clone(), entry.filter.clone(), entry.filter.clone());
                            let delete = format!("Delete {name}");
                            view! {
                                <li>
                                    <button class="link-button" type="button" title=text on:click=move |_| {
                                        debugger.filter.set(&filter);
                                        popover.close();
                                    }>
                                        {name}
                                    </button>
                                    <button
                                        class="button small"
                                        type="button"
                                        aria-label=delete
                                        on:click=move |_| {
                                            saved.update(|saved| saved.retain(|known| *known != entry));
                                            keep();
                                        }
                                    >
                                        "Delete"
                                    </button>
                                </li>
                            }
                        }
                    </Each>
                </ul>
                <form on:submit=save>
                    <label for=name_id.clone()>"Name for the current filter"</label>
                    <div class="field-row">
                        <input
                            id=name_id
                            type="text"
                            prop:value=name
                            on:input=move |event| name.set(event_target_value(&event))
                        />
                        <button class="button" type="submit" disabled=cannot_save>
                            "Save"
                        </button>
                    </div>
                </form>
        </Popover>
    }
}
