//! Reads a recording from a file of whichever format.

use crate::history::recording::har;
use crate::history::recording::jsonl;
use crate::history::recording::{Imported, Recording};
use crate::history::scan;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line.
    JsonLines,
    /// HTTP Archive 1.2, as browsers write it.
    Har,
}

impl Format {
    /// Guesses the format from the text; `None` if neither matches.
    #[must_use]
    pub fn detect(text: &str) -> Option<Self> {
        if scan::Members::of(strip_bom(text)).any(|(key, _)| key == "log") {
            return Some(Self::Har);
        }
        // Damaged lines may come first. A damaged archive usually still starts with its outermost key.
        let is_entry = |line: &str| ["frame", "note", "report"].iter().any(|key| scan::member(line, key).is_some());
        if text.lines().any(is_entry) {
            return Some(Self::JsonLines);
        }
        let squeezed: String = text.chars().filter(|letter| !letter.is_whitespace()).take(16).collect();
        strip_bom(&squeezed).starts_with("{\"log\":").then_some(Self::Har)
    }
}

impl Recording {
    /// Imports a file of either format; `None` if it is in neither.
    #[must_use]
    pub fn import(text: &str) -> Option<Imported> {
        Some(match Format::detect(text)? {
            Format::JsonLines => jsonl::import(strip_bom(text)),
            Format::Har => har::import(strip_bom(text)),
        })
    }
}

/// Strips the byte order mark that some editors write.
fn strip_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
