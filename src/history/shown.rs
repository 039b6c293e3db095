//! Rows in words: the names of states, and what may be shown of a row.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::redact::mask_frame;
use super::row::{FrameClass, Row, RowKind};
use crate::link::{Acknowledgement, CloseInfo, DisconnectReason, Foreign, GapReport, Hold, MessageState};

/// The states of a message: their names in queries, and what they mean.
pub const STATES: [(&str, &str); 11] = [
    ("queued", "waits for its turn"),
    ("written", "written, its echo awaited"),
    ("delivered", "read by Coda"),
    ("duplicate", "stopped or answered as a repetition"),
    ("suppressed", "not sent: the same had just been sent"),
    ("unconfirmed", "written, and whether Coda has read it is unknown"),
    ("expired", "not sent: it had waited too long"),
    ("failed", "not sent: there was no room for it"),
    ("cancelled", "taken back"),
    ("held", "waits for the end of Coda's turn, or for its own address"),
    (RAW, "a frame written as it is, past queue and deduplication"),
];

/// The state of frames that are no message.
pub const RAW: &str = "raw";

/// A state's name in queries.
#[must_use]
pub const fn state_name(state: &MessageState) -> &'static str {
    state.name()
}

/// The row's text as it may be shown: a frame with its tokens hidden, or a line of words.
#[must_use]
pub fn shown_text(row: &Row) -> Cow<'_, str> {
    match &row.kind {
        RowKind::FrameIn { class: FrameClass::Binary(bytes), .. } => format!("{bytes} bytes of binary data").into(),
        RowKind::FrameIn { text, kind, .. } | RowKind::FrameOut { text, kind, .. } => mask_frame(text, kind),
        RowKind::Message { kind, state, origin, command, .. } => {
            let mut words = format!("{kind}: {}", state_name(state));
            // Writing to a string cannot fail.
            let _ = match state {
                MessageState::Written { conn, attempt } => write!(words, " to {conn}, attempt {attempt}"),
                MessageState::Delivered(Acknowledgement::Echo) => write!(words, ", shown by its echo"),
                MessageState::Delivered(Acknowledgement::Duplicate) => write!(words, ", a copy was known already"),
                MessageState::Delivered(Acknowledgement::Turn) => write!(words, ", a turn began with it"),
                MessageState::Suppressed { original } => write!(words, ", the same as {original}"),
                MessageState::Failed(failure) => write!(words, ", {failure}"),
                MessageState::Held(Hold::Turn) => write!(words, " until the end of Coda's turn"),
                MessageState::Held(Hold::User) => write!(words, " until the user decides"),
                MessageState::Held(Hold::Address { url }) => write!(words, ", meant for {url}"),
                _ => Ok(()),
            };
            let _ = write!(words, " ({}: {})", origin.component, origin.action);
            if let Some(text) = command.text() {
                let _ = write!(words, " {text}");
            }
            words.into()
        }
        RowKind::Phase { phase, trouble: None, .. } => phase.name().into(),
        RowKind::Phase { phase, trouble: Some(trouble), .. } => format!("{}: {trouble}", phase.name()).into(),
        RowKind::Resumed(resumed) => {
            let class = match (resumed.restarted, resumed.reconnected) {
                (true, _) => "restarted",
                (false, true) => "resumed",
                (false, false) => "a gap",
            };
            let missed = missed_words(resumed).unwrap_or_else(|| "no event is known to be missed.".to_owned());
            let recovered = resumed.recovered;
            let late = if recovered > 0 { format!(" {recovered} came late or were replayed.") } else { String::new() };
            format!("{class}: {missed}{late}").into()
        }
        RowKind::Protections { on: true } => "queue gap, window and deduplication are on again".into(),
        RowKind::Protections { on: false } => "queue gap, window and deduplication are off: an experiment".into(),
        RowKind::Notice { text, .. } => (&**text).into(),
    }
}

const NOT_CODA: &str = "not Coda: ";
/// What was missed for good, in a sentence or two; `None` where nothing was.
#[must_use]
pub fn missed_words(resumed: &GapReport) -> Option<String> {
    let when = if resumed.reconnected { "while there was no connection" } else { "although the connection was open" };
    let more = if resumed.more_unknown { " There may have been more." } else { "" };
    match resumed.lost() {
        0 => None,
        1 => Some(format!("1 event was missed {when}.{more}")),
        lost => Some(format!("{lost} events were missed {when}.{more}")),
    }
}

/// Why there is no connection, in few words.
pub(crate) fn trouble_words(why: &DisconnectReason) -> String {
    match why {
        DisconnectReason::Unreachable(info) => format!("no connection, code {info}").trim_end().to_owned(),
        DisconnectReason::Closed(info) => format!("closed, code {info}").trim_end().to_owned(),
        DisconnectReason::OpenTimeout => "did not open in time".to_owned(),
        DisconnectReason::AuthTimeout => "not let in in time".to_owned(),
        DisconnectReason::Rejected(reason) => format!("turned away: {reason}"),
        DisconnectReason::Silent => "nothing comes any more".to_owned(),
        DisconnectReason::Deaf => "answers, but sends no events".to_owned(),
        DisconnectReason::NotCoda(foreign) => format!("{NOT_CODA}{foreign}"),
    }
}

/// What the words of [`trouble_words`] say; words that it does not use are taken for a server's.
pub(crate) fn read_trouble(words: &str) -> DisconnectReason {
    let info = |told: &str| {
        let (code, reason) = told.split_once(' ').unwrap_or((told, ""));
        CloseInfo { code: code.parse().unwrap_or_default(), reason: reason.to_owned() }
    };
    if let Some(told) = words.strip_prefix("no connection, code ") {
        return DisconnectReason::Unreachable(info(told));
    }
    if let Some(told) = words.strip_prefix("closed, code ") {
        return DisconnectReason::Closed(info(told));
    }
    if let Some(told) = words.strip_prefix(NOT_CODA) {
        let known = [Foreign::NotJson, Foreign::Untyped, Foreign::Echo, Foreign::CodaV2];
        let kind = || told.trim_start_matches("it sent “").trim_end_matches('”').to_owned();
        let found = known.into_iter().find(|foreign| foreign.to_string() == told);
        return DisconnectReason::NotCoda(found.unwrap_or_else(|| Foreign::Type(kind())));
    }
    let without_words = [
        DisconnectReason::OpenTimeout,
        DisconnectReason::AuthTimeout,
        DisconnectReason::Silent,
        DisconnectReason::Deaf,
    ];
    let known = without_words.into_iter().find(|why| trouble_words(why) == words);
    known.unwrap_or_else(|| DisconnectReason::Rejected(words.strip_prefix("turned away: ").unwrap_or(words).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_can_be_read_from_its_words() {
        let info = |reason: &str| CloseInfo { code: 1006, reason: reason.to_owned() };
        for why in [
            DisconnectReason::Unreachable(info("")),
            DisconnectReason::Closed(info("going away, soon")),
            DisconnectReason::OpenTimeout,
            DisconnectReason::AuthTimeout,
            DisconnectReason::Rejected("bad token".to_owned()),
            DisconnectReason::Silent,
            DisconnectReason::Deaf,
            DisconnectReason::NotCoda(Foreign::Echo),
            DisconnectReason::NotCoda(Foreign::Type("foo".to_owned())),
        ] {
            assert_eq!(read_trouble(&trouble_words(&why)), why);
        }
    }
}
