//! Settings page. Every change applies at once.

mod erase;
mod fields;
mod file;
mod talk_key;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::state::{CHOICES, NUMBERS, Section, Settings, TOGGLES, use_websocket};
use crate::ui::components::AddressForm;
use erase::EraseEverything;
use fields::{ChoiceField, NumberField, ToggleField};
use file::SettingsFile;
use talk_key::TalkKeyField;

const SECTIONS: [(Section, &str); 4] = [
    (Section::Look, "Appearance"),
    (Section::Talk, "Voice"),
    (Section::Link, "Connection"),
    (Section::Records, "Storage"),
];

/// Numbers that hardly anybody changes.
const ADVANCED: [(Section, &str); 3] = [
    (Section::Link, "Message queue and heartbeat"),
    (Section::Limits, "Stage limits"),
    (Section::Resources, "Resource limits"),
];

const ADVANCED_NAME: &str = "Advanced";

fn section_id(name: &str) -> String {
    format!("settings-{}", name.to_lowercase())
}

/// Goes to a section of the page, and opens it.
#[component]
fn SectionLink(name: &'static str) -> impl IntoView {
    let go = move |_| {
        let Some(section) = document().get_element_by_id(&section_id(name)) else { return };
        let heading = if section.tag_name() == "DETAILS" {
            // Setting an attribute of one's own element cannot fail.
            let _ = section.set_attribute("open", "");
            section.query_selector("summary").ok().flatten()
        } else {
            None
        };
        section.scroll_into_view();
        if let Ok(target) = heading.unwrap_or(section).dyn_into::<web_sys::HtmlElement>() {
            // Best effort: the section is in view all the same.
            let _ = target.focus();
        }
    };
    view! {
        <button class="button" type="button" on:click=go>
            {name}
        </button>
    }
}

#[component]
pub fn SettingsPage() -> impl IntoView {
    let context = use_websocket();
    // The settings before a reset, until the user leaves the page.
    let before = RwSignal::new(None::<Settings>);
    let reset = move |_| {
        let current = context.settings.current.get_untracked();
        // A second press must not lose what the first one put aside.
        if current != Settings::default() {
            before.set(Some(current));
        }
        context.set_settings(Settings::default());
    };
    let undo = move |_| {
        if let Some(settings) = before.try_update(Option::take).flatten() {
            context.set_settings(settings);
        }
    };
    view! {
        <section class="page-body prose">
            <header class="page-head">
                <h1>"Settings"</h1>
                <div class="actions">
                    <SettingsFile />
                    <button class="button danger" data-testid="reset-settings" on:click=reset>
                        "Reset all"
                    </button>
                </div>
            </header>
            <Show when=move || before.with(Option::is_some)>
                <p class="field-hint" role="status">
                    "All settings were reset, except the address. "
                    <button class="link-button" data-testid="undo-reset" on:click=undo>
                        "Undo"
                    </button>
                </p>
            </Show>
            <nav class="settings-nav" aria-label="Sections">
                {SECTIONS.map(|(_, name)| view! { <SectionLink name /> }).collect_view()}
                <SectionLink name=ADVANCED_NAME />
            </nav>
            {SECTIONS.map(|(section, name)| view! { <SettingsSection section name /> }).collect_view()}
            <details class="settings-section" data-testid="advanced" id=section_id(ADVANCED_NAME)>
                <summary>
                    <h2>{ADVANCED_NAME}</h2>
                </summary>
                <div class="settings-fields">
                    {ADVANCED.map(|(section, name)| {
                        view! {
                            <h3>{name}</h3>
                            {NUMBERS
                                .iter()
                                .filter(move |number| number.section == section)
                                .map(|number| view! { <NumberField number /> })
                                .collect_view()}
                        }
                    }).collect_view()}
                </div>
            </details>
        </section>
    }
}

#[component]
fn SettingsSection(section: Section, name: &'static str) -> impl IntoView {
    let choices = CHOICES.iter().filter(move |choice| choice.section == section);
    let numbers = NUMBERS.iter().filter(move |number| number.section == section && section != Section::Link);
    let toggles = TOGGLES.iter().filter(move |toggle| toggle.section == section);
    view! {
        <section class="settings-section" id=section_id(name) tabindex="-1" aria-label=name>
            <h2>{name}</h2>
            <div class="settings-fields">
                {(section == Section::Link).then(|| view! { <AddressForm place="settings" /> })}
                {choices.map(|choice| view! { <ChoiceField choice /> }).collect_view()}
                {(section == Section::Talk).then(|| view! { <TalkKeyField /> })}
                {numbers.map(|number| view! { <NumberField number /> }).collect_view()}
                {toggles.map(|toggle| view! { <ToggleField toggle /> }).collect_view()}
                {(section == Section::Records).then(|| view! { <EraseEverything /> })}
            </div>
        </section>
    }
}
