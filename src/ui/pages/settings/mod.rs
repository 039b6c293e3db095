//! Settings page. Every change applies at once.

mod fields;
mod file;
mod talk_key;

use leptos::prelude::*;

use crate::state::{CHOICES, NUMBERS, Section, Settings, TOGGLES, use_app};
use crate::ui::components::AddressForm;
use fields::{ChoiceField, NumberField, ToggleField};
use file::SettingsFile;
use talk_key::TalkKeyField;

const SECTIONS: [(Section, &str); 4] = [
    (Section::Look, "Look"),
    (Section::Talk, "Talking"),
    (Section::Link, "Connection"),
    (Section::Records, "What is kept"),
];

#[component]
pub fn SettingsPage() -> impl IntoView {
    let app = use_app();
    view! {
        <section class="page-body">
            <header class="page-head">
                <h1>"Settings"</h1>
                <div class="actions">
                    <SettingsFile />
                    <button class="button" on:click=move |_| app.set_settings(Settings::default())>
                        "Back to the defaults"
                    </button>
                </div>
            </header>
            <p class="field-hint">"Changes apply at once and are kept in this browser."</p>
            {SECTIONS.map(|(section, name)| view! { <SettingsSection section name /> }).collect_view()}
        </section>
    }
}

#[component]
fn SettingsSection(section: Section, name: &'static str) -> impl IntoView {
    let choices = CHOICES.iter().filter(move |choice| choice.section == section);
    let numbers = NUMBERS.iter().filter(move |number| number.section == section);
    let toggles = TOGGLES.iter().filter(move |toggle| toggle.section == section);
    view! {
        <section class="settings-section" aria-label=name>
            <h2>{name}</h2>
            <div class="settings-fields">
                {(section == Section::Link).then(|| view! { <AddressForm place="settings" /> })}
                {choices.map(|choice| view! { <ChoiceField choice /> }).collect_view()}
                {(section == Section::Talk).then(|| view! { <TalkKeyField /> })}
                {numbers.map(|number| view! { <NumberField number /> }).collect_view()}
                {toggles.map(|toggle| view! { <ToggleField toggle /> }).collect_view()}
            </div>
        </section>
    }
}
