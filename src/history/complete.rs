//! What a user may be about to write in the filter.

use super::shown::STATES;
use crate::protocol::Event;

/// A way to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The whole word, to be put in the place of the begun one.
    pub text: String,
    /// What it means, in a few words.
    pub explanation: &'static str,
}

const TERMS: [(&str, &str); 13] = [
    ("type:", "wire type; * stands for anything, as in stt*"),
    ("dir:", "frames that came in, or went out"),
    ("state:", "messages in a state, and their frames"),
    ("is:", "what went wrong"),
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

const COMMANDS: [&str; 7] = ["text_input", "demo_flow", "stt_start", "stt_stop", "tts_stop", "ping", "auth_response"];
const CONTROLS: [&str; 4] = ["auth_challenge", "auth_result", "duplicate_message", "replay"];

/// The ways to go on from the word at the cursor; for an empty one, all terms.
#[must_use]
pub fn completions(word: &str) -> Vec<Completion> {
    let (negation, begun) = word.strip_prefix('!').map_or(("", word), |begun| ("!", begun));
    let begun = begun.to_ascii_lowercase();
    let term = |(name, explanation)| (String::from(name), explanation);
    let candidates: Vec<(String, &'static str)> = match begun.split_once(':') {
        None => TERMS.map(term).to_vec(),
        Some(("type", _)) => types().map(|(kind, explanation)| (format!("type:{kind}"), explanation)).collect(),
        Some(("state", _)) => STATES.map(|(name, explanation)| (format!("state:{name}"), explanation)).to_vec(),
        Some(("dir", _)) => [("dir:in", "from Coda"), ("dir:out", "to Coda")].map(term).to_vec(),
        Some(("is", _)) => [("is:error", "unreadable frames, events of errors, failed messages")].map(term).to_vec(),
        Some(_) => Vec::new(),
    };
    let goes_on = |candidate: &(String, _)| candidate.0.starts_with(&begun) && candidate.0 != begun;
    let complete = |(text, explanation)| Completion { text: format!("{negation}{text}"), explanation };
    candidates.into_iter().filter(goes_on).map(complete).collect()
}

fn types() -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_both = |kind: &&str| COMMANDS.contains(kind);
    let events =
        Event::KINDS.iter().copied().filter(move |kind| !is_both(kind)).map(|kind| (kind, "an event from Coda"));
    let commands = COMMANDS.into_iter().map(|kind| {
        (
            kind,
            if Event::KINDS.contains(&kind) { "a command to Coda, and an event from it" } else { "a command to Coda" },
        )
    });
    let controls = CONTROLS.into_iter().map(|kind| (kind, "about the connection"));
    commands.chain(events).chain(controls)
}
