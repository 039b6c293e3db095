//! Settings page. Every change applies at once.

mod erase;
mod fields;
mod file;
mod talk_key;

use leptos::prelude::*;

use crate::state::{CHOICES, NUMBERS, Section, Settings, TOGGLES, use_websocket};
use crate::ui::components::{AddressForm, SectionNav, section_id};
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
                        "Reset settings"
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
            <SectionNav names=SECTIONS.iter().map(|(_, name)| (*name).to_owned()).chain([ADVANCED_NAME.to_owned()]).collect() />
            {SECTIONS.map(|(section, name)| view! { <SettingsSection section name /> }).collect_view()}
            <details class="settings-section" data-testid="advanced" id=section_id(ADVANCED_NAME)>
                <summary>
                    <h2>{ADVANCED_NAME}</h2>
                </summary>
                <div class="settings-fields">
                    {ADVANCED.map(|(section, name)| {
                        let about = match section {
                            Section::Link => "Rarely needs changing.",
                            Section::Limits => "A stage that takes longer becomes a finding, and is marked on Performance.",
                            _ => "",
                        };
                        view! {
                            <h3>{name}</h3>
                            {(!about.is_empty()).then(|| view! { <p class="field-hint">{about}</p> })}
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
