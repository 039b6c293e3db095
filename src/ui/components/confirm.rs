//! Asks before sending anything to a host other than this machine or the page's own.

use leptos::prelude::*;

use super::dialog::{Dialog, DialogRef};
use crate::state::use_websocket;

#[component]
pub fn Confirm() -> impl IntoView {
    let pending = use_websocket().to_confirm;
    move || pending.get().map(|(url, host)| view! { <Question url host /> })
}

#[component]
fn Question(url: String, host: String) -> impl IntoView {
    let context = use_websocket();
    let dialog = DialogRef::new();
    let agreed = url.clone();
    view! {
        <Dialog dialog class="confirm" labelled_by="confirm-title" on_close=move || context.stay()>
            <h2 id="confirm-title">"Connect to " {host} "?"</h2>
            <p>
                "This address is on another machine. Everything you type and say is sent there. Connect only if you know this machine."
            </p>
            <p>
                <code>{url}</code>
            </p>
            <div class="actions">
                <button class="button" autofocus on:click=move |_| dialog.close()>
                    "Cancel"
                </button>
                <button
                    class="button primary"
                    on:click=move |_| {
                        dialog.close();
                        context.choose(agreed.clone());
                    }
                >
                    "Connect"
                </button>
            </div>
        </Dialog>
    }
}
