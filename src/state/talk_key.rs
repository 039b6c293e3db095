//! The push-to-talk key: which keys are allowed, and their labels.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The push-to-talk key by its position, as in `KeyboardEvent.code`, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TalkKey(Option<Box<str>>);

/// Stored in place of a key if there is none.
const OFF: &str = "off";
/// Upper bound on the length of a key's name.
const LONGEST: usize = 24;
/// Keys that operate the page or edit text.
const PAGE_KEYS: [&str; 14] = [
    "Escape",
    "Tab",
    "Enter",
    "NumpadEnter",
    "Backspace",
    "Delete",
    "ArrowUp",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "PageUp",
    "PageDown",
    "Home",
    "End",
];
/// Keys that the browser or the system intercepts.
const BROWSER_KEYS: [&str; 10] = ["F1", "F3", "F5", "F6", "F7", "F10", "F11", "F12", "ContextMenu", "CapsLock"];
/// Keys that are pressed in combination with others. The right Control key rarely is, so it is allowed.
const MODIFIERS: [&str; 7] = ["ControlLeft", "ShiftLeft", "ShiftRight", "AltLeft", "AltRight", "MetaLeft", "MetaRight"];

/// Why a key is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TalkKeyError {
    /// The browser does not identify it.
    #[error("The browser does not identify that key.")]
    Unidentified,
    /// The page uses it.
    #[error("This page already uses that key. Choose another one.")]
    Page,
    /// The browser or the system uses it.
    #[error("The browser reserves that key. Choose another one.")]
    Browser,
    #[error("That key is used in key combinations. Choose another one.")]
    Modifier,
}

impl Default for TalkKey {
    fn default() -> Self {
        Self(Some("Space".into()))
    }
}

impl TalkKey {
    pub const NONE: Self = Self(None);

    /// Validates a key's name.
    pub fn parse(code: &str) -> Result<Self, TalkKeyError> {
        if code == OFF {
            return Ok(Self::NONE);
        }
        let is_name =
            !code.is_empty() && code.len() <= LONGEST && code.chars().all(|letter| letter.is_ascii_alphanumeric());
        if !is_name || code == "Unidentified" {
            Err(TalkKeyError::Unidentified)
        } else if PAGE_KEYS.contains(&code) {
            Err(TalkKeyError::Page)
        } else if BROWSER_KEYS.contains(&code) {
            Err(TalkKeyError::Browser)
        } else if MODIFIERS.contains(&code) {
            Err(TalkKeyError::Modifier)
        } else {
            Ok(Self(Some(code.into())))
        }
    }

    /// Returns the name under which the key is stored.
    #[must_use]
    pub fn code(&self) -> &str {
        self.0.as_deref().unwrap_or(OFF)
    }

    /// Whether this is the key of a keyboard event.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.0.as_deref() == Some(code)
    }
}

impl From<TalkKey> for String {
    fn from(key: TalkKey) -> Self {
        key.code().to_owned()
    }
}

impl TryFrom<String> for TalkKey {
    type Error = TalkKeyError;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::parse(&code)
    }
}

impl fmt::Display for TalkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(code) = self.0.as_deref() else { return f.write_str("none") };
        if let Some(letter) = code.strip_prefix("Key").or_else(|| code.strip_prefix("Digit")) {
            return f.write_str(letter);
        }
        // For names such as IntlBackslash and NumpadAdd: insert a space before each capital letter.
        for (at, letter) in code.char_indices() {
            if at > 0 && letter.is_ascii_uppercase() {
                f.write_str(" ")?;
            }
            write!(f, "{letter}")?;
        }
        Ok(())
    }
}
