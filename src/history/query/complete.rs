//! Completions while the user types a filter.

use crate::history::shown::STATES;
use crate::protocol::{Command, Event};

/// One completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The whole word, which replaces the typed part.
    pub text: String,
    /// Short explanation for the list.
    pub explanation: &'static str,
}

const TERMS: [(&str, &str); 13] = [
    ("type:", "wire type; * stands for anything, as in stt*; commas join several"),
    ("dir:", "frames that came in, or went out"),
    ("state:", "messages in a state, and their frames"),
    ("is:", "what went wrong, or what you marked"),
    ("text:", "a text in the frame; quotes for more than one word"),
    ("id:", "what is about one message; the beginning of its id"),
    ("conn:", "what belongs to one connection; its number"),
    ("rtt>", "answered later than so many milliseconds"),
    ("rtt<", "answered within so many milliseconds"),
    ("size>", "frames of more bytes, as in 10k"),
    ("size<", "frames of fewer bytes, as in 10k"),
    ("after:", "from this time of day on, as in 10:32"),
    ("before:", "before this time of day, as in 10:32:05"),
];

const CONTROLS: [&str; 5] = ["auth_response", "auth_challenge", "auth_result", "duplicate_message", "replay"];

/// Completions of the word at the cursor; all terms if it is empty.
#[must_use]
pub fn completions(word: &str) -> Vec<Completion> {
    let begun = word.trim_start_matches(['(', '!', '-']);
    let signs = word.strip_suffix(begun).unwrap_or_default();
    let begun = begun.to_ascii_lowercase();
    let Some((name, values)) = begun.split_once(':') else {
        let terms = TERMS.into_iter().filter(|(term, _)| is_completion(term, &begun));
        return terms.map(|(term, explanation)| Completion { text: format!("{signs}{term}"), explanation }).collect();
    };
    // In a list, only the last value is being typed.
    let (others, value) = values.split_at(values.rfind(',').map_or(0, |comma| comma + 1));
    let is_new = |way: &str| others.split(',').all(|other| other != way);
    let ways = values_of(name).into_iter().filter(|(way, _)| is_completion(way, value) && is_new(way));
    ways.map(|(way, explanation)| Completion { text: format!("{signs}{name}:{others}{way}"), explanation }).collect()
}

fn is_completion(candidate: &str, begun: &str) -> bool {
    candidate.starts_with(begun) && candidate != begun
}

/// The values that may follow the colon.
fn values_of(name: &str) -> Vec<(&'static str, &'static str)> {
    match name {
        "type" => types().collect(),
        "state" => STATES.to_vec(),
        "dir" => vec![("in", "from Coda"), ("out", "to Coda")],
        "is" => vec![
            ("error", "unreadable frames, events of errors, failed messages"),
            ("bookmarked", "rows with a bookmark of yours"),
            ("noted", "rows with a note of yours"),
            ("synthetic", "events that you gave to the page, and Coda never sent"),
        ],
        _ => Vec::new(),
    }
}

fn types() -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_both = |kind: &&str| Command::KINDS.contains(kind);
    let events =
        Event::KINDS.iter().copied().filter(move |kind| !is_both(kind)).map(|kind| (kind, "an event from Coda"));
    let commands = Command::KINDS.iter().copied().map(|kind| {
        (
            kind,
            if Event::KINDS.contains(&kind) { "a command to Coda, and an event from it" } else { "a command to Coda" },
        )
    });
    let controls = CONTROLS.into_iter().map(|kind| (kind, "about the connection"));
    commands.chain(events).chain(controls)
}
