//! Completion of the word at the cursor.

use crate::history::query::complete::Completion;
use crate::history::query::complete::completions;

/// The word being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartialWord {
    /// Start, in bytes.
    start: usize,
    /// The cursor, in bytes.
    end: usize,
    pub candidates: Vec<Completion>,
}

impl PartialWord {
    /// Finds the word before the cursor, which browsers count in UTF-16 code units.
    pub fn at(text: &str, cursor: usize) -> Self {
        let mut units = 0;
        let end = text.char_indices().find(|(_, letter)| {
            let is_there = units >= cursor;
            units += letter.len_utf16();
            is_there
        });
        let end = end.map_or(text.len(), |(at, _)| at);
        let before = &text[..end];
        let start = before
            .rfind(char::is_whitespace)
            .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
        Self { start, end, candidates: completions(&before[start..]) }
    }

    /// Whether no letter of the word has been typed yet.
    pub const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Replaces the word with `candidate`. Returns the new text, and whether the term still lacks a value.
    pub fn take(&self, text: &str, candidate: &str) -> (String, bool) {
        let goes_on = candidate.ends_with([':', '>', '<']);
        let before = text.get(..self.start).unwrap_or_default();
        let after = text.get(self.end..).unwrap_or_default();
        let is_apart = after.starts_with(|next: char| next.is_whitespace() || matches!(next, ')' | ','));
        let gap = if goes_on || is_apart { "" } else { " " };
        (format!("{before}{candidate}{gap}{after}"), goes_on)
    }
}
