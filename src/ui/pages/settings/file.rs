//! Settings export and import.

use leptos::html::Input;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::state::{Settings, Severity, WebSocketContext, setting_errors, use_websocket};
use crate::ui::files::{chosen, download, read_text};

#[component]
pub fn SettingsFile() -> impl IntoView {
    let context = use_websocket();
    let picker = NodeRef::<Input>::new();
    let export = move |_| {
        let text =
            serde_json::to_string_pretty(&context.settings.current.get_untracked().to_json()).unwrap_or_default();
        download("coda-settings.json", "application/json", &text);
    };
    let choose = move |event: leptos::ev::Event| {
        if let Some(file) = chosen(&event) {
            spawn_local(import(context, file));
        }
    };
    view! {
        <button class="button" on:click=export>
            "Export"
        </button>
        <button
            class="button"
            on:click=move |_| {
                if let Some(picker) = picker.get_untracked() {
                    picker.click();
                }
            }
        >
            "Import"
        </button>
        <input
            class="visually-hidden"
            type="file"
            accept="application/json,.json"
            aria-label="A settings file"
            tabindex="-1"
            node_ref=picker
            on:change=choose
        />
    }
}

async fn import(context: WebSocketContext, file: web_sys::File) {
    let name = file.name();
    let text = read_text(&file).await.unwrap_or_default();
    match Settings::from_file(&text) {
        Ok(settings) => {
            context.set_settings(settings);
            context.notices.show(Severity::Info, "settings file", format!("Settings imported from {name}."));
        }
        // All or nothing: a file with errors changes nothing.
        Err(wrong) => {
            let words = format!("{name} was not imported: parts of it cannot be read.");
            context.notices.show_with_details(Severity::Error, "settings file", words, Some(&setting_errors(&wrong)));
        }
    }
}
