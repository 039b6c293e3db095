//! Names of server errors. Errors that differ only in numbers and ids get the same name.

use crate::history::shorten;
use crate::protocol::Event;

/// How much of the error's message is read, in characters.
const READ_CHARS: usize = 300;
/// Maximum length of a name after numbers are replaced, in characters.
const NAME_CHARS: usize = 80;

/// Identifies an error.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ErrorSignature {
    /// The wire type.
    pub kind: String,
    /// Start of the error's message, with `#` for each number, address and id.
    pub message: String,
}

impl ErrorSignature {
    /// The signature of an error event; `None` for other events.
    pub(super) fn of(event: &Event) -> Option<Self> {
        Some(Self::named(event.kind(), event.error_message()?))
    }

    /// The signature of an error of this kind with this message.
    pub(super) fn named(kind: &str, message: &str) -> Self {
        let message = shorten(&normalize(&first_line(message)), NAME_CHARS);
        Self { kind: kind.to_owned(), message }
    }
}

/// The first line of an error's message.
pub(super) fn first_line(message: &str) -> String {
    shorten(message.lines().next().unwrap_or_default(), READ_CHARS)
}

/// Replaces each number, address and id by `#`. `contrib/coda_monitor.py` groups errors in the same way.
fn normalize(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|letter| !is_of_word(letter)).unwrap_or(rest.len());
        if end == 0 {
            told.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, after) = rest.split_at(end);
        if is_id(word) {
            told.push('#');
        } else {
            push_without_digits(word, &mut told);
        }
        rest = after;
    }
    told
}

const fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-'
}

/// Whether the word is a number, or an id in the form of UUIDs and hashes.
fn is_id(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') && word.bytes().any(|byte| byte.is_ascii_digit())
}

fn push_without_digits(mut word: &str, told: &mut String) {
    while let Some(digit) = word.find(|letter: char| letter.is_ascii_digit()) {
        told.push_str(&word[..digit]);
        told.push('#');
        let number = &word[digit..];
        let address =
            number.strip_prefix("0x").filter(|hex| hex.starts_with(|letter: char| letter.is_ascii_hexdigit()));
        word = match address {
            Some(hex) => hex.trim_start_matches(|letter: char| letter.is_ascii_hexdigit()),
            None => number.trim_start_matches(|letter: char| letter.is_ascii_digit()),
        };
    }
    told.push_str(word);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_addresses_and_ids_are_no_part_of_the_name() {
        for (text, name) in [
            ("Event loop is closed", "Event loop is closed"),
            ("name='Task-12' took 0.113 seconds", "name='Task-#' took #.# seconds"),
            ("<Handle f() at 0x7f3ca0de>", "<Handle f() at #>"),
            ("client 614a15ef-9067-4617-abcd-7ccd176c6683 is gone", "client # is gone"),
            ("utf8 codec, byte 0xe9 at -3: Zürich2", "utf# codec, byte # at #: Zürich#"),
            ("a bad face - no id", "a bad face - no id"),
            ("0x", "#x"),
            ("", ""),
        ] {
            assert_eq!(normalize(text), name);
        }
    }
}
