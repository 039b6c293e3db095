//! The user's settings: kept in the browser, versioned, and applied at once.

use std::time::Duration;

use leptos::prelude::*;
use serde_json::{Value, json};

use crate::driver::Level;
use crate::link::LinkConfig;

const STORAGE_KEY: &str = "coda.settings";
const VERSION: u64 = 1;

/// The least and the largest gap between two messages, in milliseconds.
pub const GAP_RANGE: std::ops::RangeInclusive<u64> = 0..=2_000;

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The least time between two messages, in milliseconds.
    pub gap_millis: u64,
    /// How much goes to the console.
    pub log_level: Level,
}

impl Default for Settings {
    fn default() -> Self {
        let gap = LinkConfig::default().gap;
        Self { gap_millis: u64::try_from(gap.as_millis()).unwrap_or_default(), log_level: Level::Warn }
    }
}

impl Settings {
    /// The link's settings that follow from these.
    #[must_use]
    pub fn link_config(&self) -> LinkConfig {
        LinkConfig { gap: Duration::from_millis(self.gap_millis), ..LinkConfig::default() }
    }

    fn to_json(self) -> String {
        json!({ "version": VERSION, "gap_millis": self.gap_millis, "log_level": self.log_level.name() }).to_string()
    }

    /// Reads what was stored. What is missing or out of range takes its default; `Err` names what was wrong.
    fn from_json(text: &str) -> Result<Self, (Self, String)> {
        let default = Self::default();
        let stored: Value = serde_json::from_str(text).map_err(|error| (default, error.to_string()))?;
        let mut wrong = Vec::new();
        let gap = stored.get("gap_millis").map(Value::as_u64);
        let gap_millis = match gap {
            Some(Some(gap)) if GAP_RANGE.contains(&gap) => gap,
            None => default.gap_millis,
            Some(_) => {
                wrong.push("the gap between messages");
                default.gap_millis
            }
        };
        let log_level = match stored.get("log_level").map(|level| level.as_str().and_then(Level::parse)) {
            Some(Some(level)) => level,
            None => default.log_level,
            Some(None) => {
                wrong.push("the log level");
                default.log_level
            }
        };
        let settings = Self { gap_millis, log_level };
        if wrong.is_empty() { Ok(settings) } else { Err((settings, format!("wrong: {}", wrong.join(", ")))) }
    }
}

/// The settings in force.
#[derive(Clone, Copy, Debug)]
pub struct SettingsStore {
    /// The settings in force.
    pub current: RwSignal<Settings>,
}

impl SettingsStore {
    /// Loads what was kept; a damaged store falls back to defaults and says so.
    pub(super) fn load() -> (Self, Option<String>) {
        let stored = storage().and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten());
        let (settings, problem) = match stored.as_deref().map(Settings::from_json) {
            None => (Settings::default(), None),
            Some(Ok(settings)) => (settings, None),
            Some(Err((settings, problem))) => (settings, Some(problem)),
        };
        (Self { current: RwSignal::new(settings) }, problem)
    }

    /// Keeps the settings for the next visit.
    pub(super) fn keep(settings: Settings) {
        if let Some(storage) = storage() {
            let _ = storage.set_item(STORAGE_KEY, &settings.to_json());
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_back_what_they_wrote() {
        let settings = Settings { gap_millis: 250, log_level: Level::Trace };
        assert_eq!(Settings::from_json(&settings.to_json()), Ok(settings));
    }

    #[test]
    fn damaged_settings_fall_back_to_defaults_and_say_what_was_wrong() {
        let read = |text: &str| Settings::from_json(text);
        assert!(matches!(read("{"), Err((settings, _)) if settings == Settings::default()));
        let (settings, problem) = read(r#"{"gap_millis": 99999, "log_level": "debug"}"#).unwrap_err();
        assert_eq!((settings.gap_millis, settings.log_level), (20, Level::Debug));
        assert!(problem.contains("gap"), "{problem}");
        assert_eq!(read("{}"), Ok(Settings::default()));
    }
}
