//! Keeps the settings: as versioned JSON in the browser, and as a file that can be taken along.

use leptos::prelude::*;

use super::lasting;
use serde_json::{Map, Value};

use super::preferences::{CHOICES, NUMBERS, Settings, TOGGLES};
use super::talk_key::TalkKey;

const STORAGE_KEY: &str = "coda.settings";
const VERSION: u64 = 2;
const VERSION_KEY: &str = "version";
const TALK_KEY: &str = "talk_key";

fn is_known(key: &str) -> bool {
    let mut keys = NUMBERS.iter().map(|number| number.key);
    let mut others = CHOICES.iter().map(|choice| choice.key).chain(TOGGLES.iter().map(|toggle| toggle.key));
    key == VERSION_KEY || key == TALK_KEY || keys.any(|known| known == key) || others.any(|known| known == key)
}

impl Settings {
    /// The settings as JSON: only what differs from the default, so that a better default reaches everybody.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (mut own, mut default) = (self.clone(), Self::default());
        let mut stored = Map::new();
        stored.insert(VERSION_KEY.into(), VERSION.into());
        for number in NUMBERS {
            let value = *(number.field)(&mut own);
            if value != *(number.field)(&mut default) {
                stored.insert(number.key.into(), value.into());
            }
        }
        for choice in CHOICES {
            let value = *(choice.field)(&mut own);
            if value != *(choice.field)(&mut default) {
                stored.insert(choice.key.into(), value.into());
            }
        }
        if own.talk_key != default.talk_key {
            stored.insert(TALK_KEY.into(), own.talk_key.code().into());
        }
        for toggle in TOGGLES {
            let value = *(toggle.field)(&mut own);
            if value != *(toggle.field)(&mut default) {
                stored.insert(toggle.key.into(), value.into());
            }
        }
        stored.into()
    }

    /// Reads a file of settings. It has to be one: an object of another kind, or a file of a newer version that means what is
    /// not known here, is refused, as is a name that is none of ours.
    pub fn from_file(text: &str) -> Result<Self, Vec<String>> {
        let (settings, mut wrong) = Self::from_json(text);
        if let Ok(Value::Object(stored)) = serde_json::from_str(text) {
            if !stored.contains_key(VERSION_KEY) {
                wrong.push("it has no version, so it is no file of settings".into());
            }
            let unknown = stored.keys().filter(|key| !is_known(key));
            wrong.extend(unknown.map(|key| format!("{key}: there is no such setting")));
        }
        if wrong.is_empty() { Ok(settings) } else { Err(wrong) }
    }

    /// Reads settings. What is missing takes its default; what is wrong takes it too, and is named.
    #[must_use]
    pub fn from_json(text: &str) -> (Self, Vec<String>) {
        let mut settings = Self::default();
        let stored = match serde_json::from_str(text) {
            Ok(Value::Object(stored)) => stored,
            Ok(_) => return (settings, vec!["it is no JSON object".into()]),
            Err(error) => return (settings, vec![error.to_string()]),
        };
        let mut wrong = Vec::new();
        match stored.get(VERSION_KEY) {
            None => {}
            Some(version) if version.as_u64().is_some_and(|version| version <= VERSION) => {}
            Some(version) => wrong.push(format!("version {version}: this dashboard knows those up to {VERSION}")),
        }
        for number in NUMBERS {
            let Some(value) = stored.get(number.key) else { continue };
            match value.as_u64().filter(|value| number.range.contains(value)) {
                Some(value) => *(number.field)(&mut settings) = value,
                None => wrong.push(format!("{}: {value}", number.label)),
            }
        }
        for choice in CHOICES {
            let Some(value) = stored.get(choice.key) else { continue };
            match choice.options.iter().find(|(known, _)| value == *known) {
                Some((known, _)) => *(choice.field)(&mut settings) = known,
                None => wrong.push(format!("{}: {value}", choice.label)),
            }
        }
        if let Some(value) = stored.get(TALK_KEY) {
            match value.as_str().map(TalkKey::parse) {
                Some(Ok(key)) => settings.talk_key = key,
                _ => wrong.push(format!("Talk key: {value}")),
            }
        }
        for toggle in TOGGLES {
            let Some(value) = stored.get(toggle.key) else { continue };
            match value.as_bool() {
                Some(value) => *(toggle.field)(&mut settings) = value,
                None => wrong.push(format!("{}: {value}", toggle.label)),
            }
        }
        (settings, wrong)
    }
}

/// The settings in force.
#[derive(Clone, Copy, Debug)]
pub struct SettingsStore {
    /// The settings in force.
    pub current: RwSignal<Settings>,
    /// How often settings were put in force.
    pub changes: RwSignal<u64>,
}

impl SettingsStore {
    /// Loads what was kept, and says what of it was damaged.
    pub(super) fn load() -> (Self, Option<String>) {
        let stored = storage().and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten());
        let (settings, wrong) = stored.as_deref().map(Settings::from_json).unwrap_or_default();
        (
            Self { current: lasting::signal(settings), changes: lasting::signal(0) },
            (!wrong.is_empty()).then(|| wrong.join("\n")),
        )
    }

    /// Keeps the settings for the next visit; false where the browser does not.
    pub(super) fn keep(settings: &Settings) -> bool {
        storage().is_some_and(|storage| storage.set_item(STORAGE_KEY, &settings.to_json().to_string()).is_ok())
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
