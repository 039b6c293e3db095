//! Commands sent from the debugger, newest first, kept in the browser.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::browser::storage::{Area, read_list, write_list};
use crate::state::Severity;
use crate::ui::components::Each;
use crate::ui::debugger::state::use_debugger;

const STORAGE_KEY: &str = "coda.debugger.sent";
/// Upper limit of commands kept.
const KEPT: usize = 20;

/// A command as typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sent {
    #[serde(rename = "type")]
    pub kind: String,
    /// The text of `data`, as typed.
    pub data: String,
}

pub fn read() -> Vec<Sent> {
    let mut list = read_list(Area::Local, STORAGE_KEY);
    list.truncate(KEPT);
    list
}

/// Moves or inserts a command at the front. Returns false if the browser could not store it.
pub fn add(list: &mut Vec<Sent>, new: Sent) -> bool {
    list.retain(|known| *known != new);
    list.insert(0, new);
    list.truncate(KEPT);
    write_list(Area::Local, STORAGE_KEY, list)
}

/// Pressing an entry puts it into the form.
#[component]
pub fn SentList(list: RwSignal<Vec<Sent>>, #[prop(into)] pick: Callback<Sent>) -> impl IntoView {
    let debugger = use_debugger();
    let clear = move |_| {
        list.set(Vec::new());
        if !write_list::<Sent>(Area::Local, STORAGE_KEY, &[]) {
            debugger.context.notices.show(
                Severity::Warn,
                "sent commands",
                "The browser could not delete the sent commands.".into(),
            );
        }
    };
    view! {
        <section class="debugger-part">
            <header>
                <h3>"Sent commands"</h3>
                <Show when=move || list.with(|list| !list.is_empty())>
                    <button class="link-button" type="button" on:click=clear>
                        "Delete all"
                    </button>
                </Show>
            </header>
            <Show when=move || list.with(Vec::is_empty)>
                <p class="field-hint">"No commands yet. This browser stores the last 20 sent with this form."</p>
            </Show>
            <ul class="debugger-sent">
                <Each each=move || list.get() key=Clone::clone let:entry>
                    {
                        let (kind, data) = (entry.kind.clone(), entry.data.clone());
                        view! {
                            <li>
                                <button
                                    class="link-button"
                                    type="button"
                                    title="Copy to the form"
                                    on:click=move |_| pick.run(entry.clone())
                                >
                                    <code>{kind}</code>
                                </button>
                                <code class="debugger-summary">{data}</code>
                            </li>
                        }
                    }
                </Each>
            </ul>
        </section>
    }
}
