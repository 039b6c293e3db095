//! Stores the settings as versioned JSON in the browser, and imports and exports them as a file.

use super::page_signal::PageSignal;
use serde_json::Value;

use super::preferences::{CHOICES, NUMBERS, Settings, TOGGLES};
use crate::browser::storage::{self, Area};
use crate::protocol::{from_value, to_object, with_quotes};

const STORAGE_KEY: &str = "coda.settings";
const VERSION: u64 = 2;
const VERSION_KEY: &str = "version";

/// Returns a setting's label on the settings page.
fn label(key: &str) -> &str {
    let numbers = NUMBERS.iter().map(|number| (number.key, number.label));
    let choices = CHOICES.iter().map(|choice| (choice.key, choice.label));
    let toggles = TOGGLES.iter().map(|toggle| (toggle.key, toggle.label));
    let mut all = numbers.chain(choices).chain(toggles).chain([("talk_key", "Talk key")]);
    all.find(|(known, _)| *known == key).map_or(key, |(_, label)| label)
}

impl Settings {
    /// Serializes the settings that differ from the default, so that an improved default reaches everybody.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (mut stored, defaults) = (to_object(self), to_object(&Self::default()));
        stored.retain(|key, value| defaults.get(key) != Some(value));
        stored.insert(VERSION_KEY.into(), VERSION.into());
        stored.into()
    }

    /// Reads a settings file. Unlike [`Settings::from_json`], it rejects a file with any error, without a version, of a
    /// newer version or with an unknown name.
    pub fn from_file(text: &str) -> Result<Self, Vec<SettingError>> {
        let (settings, mut wrong) = Self::from_json(text);
        if let Ok(Value::Object(stored)) = serde_json::from_str(text) {
            if !stored.contains_key(VERSION_KEY) {
                wrong.push(SettingError::NoVersion);
            }
            let known = to_object(&Self::default());
            let unknown = stored.keys().filter(|key| *key != VERSION_KEY && !known.contains_key(*key));
            wrong.extend(unknown.cloned().map(SettingError::Unknown));
        }
        if wrong.is_empty() { Ok(settings) } else { Err(wrong) }
    }

    /// Reads settings. Missing and invalid ones take their defaults; the invalid ones are reported.
    #[must_use]
    pub fn from_json(text: &str) -> (Self, Vec<SettingError>) {
        let mut stored = match serde_json::from_str(text) {
            Ok(Value::Object(stored)) => stored,
            Ok(_) => return (Self::default(), vec![SettingError::NotAnObject]),
            Err(error) => return (Self::default(), vec![SettingError::Syntax(with_quotes(&error))]),
        };
        let mut wrong = Vec::new();
        match stored.remove(VERSION_KEY) {
            None => {}
            Some(version) if version.as_u64().is_some_and(|version| version <= VERSION) => {}
            Some(version) => wrong.push(SettingError::Version(version)),
        }
        let value_error = |key: &str, value| SettingError::Value { label: label(key).to_owned(), value };
        // Each error names one field. The next attempt reads without that field.
        let mut settings = loop {
            match from_value(Value::Object(stored.clone())) {
                Ok(settings) => break settings,
                Err(error) => match stored.remove(&error.field) {
                    Some(value) => wrong.push(value_error(&error.field, value)),
                    None => return (Self::default(), vec![SettingError::Syntax(error.to_string())]),
                },
            }
        };
        for number in NUMBERS {
            let value = (number.field)(&mut settings);
            if !number.range.contains(value) {
                wrong.push(value_error(number.key, (*value).into()));
                *value = number.default();
            }
        }
        (settings, wrong)
    }
}

/// An error in stored settings or in a settings file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SettingError {
    /// Not JSON.
    #[error("{0}")]
    Syntax(String),
    /// JSON, but not an object.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// Written by a newer dashboard.
    #[error("version {0}: this dashboard supports versions up to {VERSION}")]
    Version(Value),
    /// An object without a version, which may be anything.
    #[error("it has no version, so it is not a settings file")]
    NoVersion,
    /// An unknown setting.
    #[error("{0}: there is no such setting")]
    Unknown(String),
    /// A value that the setting cannot have.
    #[error("{label}: {value}")]
    Value {
        /// The setting's label.
        label: String,
        value: Value,
    },
}

/// Joins the errors, one per line.
pub(crate) fn lines(errors: &[SettingError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[derive(Clone, Copy, Debug)]
pub struct SettingsStore {
    pub current: PageSignal<Settings>,
    /// Counts how often settings were applied.
    pub changes: PageSignal<u64>,
}

impl SettingsStore {
    /// Loads the stored settings and describes any damage.
    pub(super) fn load() -> (Self, Option<String>) {
        let (settings, wrong) = Self::read();
        (
            Self { current: PageSignal::new(settings), changes: PageSignal::new(0) },
            (!wrong.is_empty()).then(|| lines(&wrong)),
        )
    }

    /// Reads the stored settings, with what is wrong in them.
    pub(super) fn read() -> (Settings, Vec<SettingError>) {
        let stored = storage::read(Area::Local, STORAGE_KEY);
        stored.as_deref().map(Settings::from_json).unwrap_or_default()
    }

    /// Stores the settings for the next visit. Returns false if the browser does not.
    pub(super) fn keep(settings: &Settings) -> bool {
        storage::write(Area::Local, STORAGE_KEY, &settings.to_json().to_string())
    }
}
