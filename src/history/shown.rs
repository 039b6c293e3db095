//! Rows as displayed text: state names, and row text with its tokens redacted.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::redact::redact_frame;
use super::row::{FrameClass, Row, RowKind};
use crate::link::{Acknowledgement, GapReport, Hold, MessageState};

/// Message states: names in queries, and explanations.
pub const STATES: [(&str, &str); 11] = [
    ("queued", "waits for its turn"),
    ("written", "sent, waiting for its echo"),
    ("delivered", "confirmed by Coda"),
    ("duplicate", "not sent, or dropped by Coda, as a duplicate"),
    ("suppressed", "not sent: duplicate of the previous message"),
    ("unconfirmed", "sent, but not confirmed by Coda"),
    ("expired", "not sent: it had waited too long"),
    ("failed", "not sent: queue full or message too large"),
    ("cancelled", "cancelled or dismissed"),
    ("held", "waiting for Coda's turn to end, for its address, or for you"),
    (RAW, "a frame sent as is, bypassing queue and deduplication"),
];

/// The state of frames that are not messages.
pub const RAW: &str = "raw";

/// Display text of a row: the redacted frame, or a line of words.
#[must_use]
pub fn shown_text(row: &Row) -> Cow<'_, str> {
    match &row.kind {
        RowKind::FrameIn { class: FrameClass::Binary(bytes), .. } => format!("{bytes} bytes of binary data").into(),
        RowKind::FrameIn { text, kind, .. }
        | RowKind::FrameOut { text, kind, .. }
        | RowKind::Synthetic { text, kind } => redact_frame(text, kind),
        RowKind::Message { kind, state, origin, command, .. } => {
            let mut words = format!("{kind}: {}", state.name());
            // Writing to a string cannot fail.
            if let Some(detail) = state_detail(state) {
                let _ = write!(words, ", {detail}");
            }
            let _ = write!(words, " ({}: {})", origin.component, origin.action);
            if let Some(text) = command.text() {
                let _ = write!(words, " {text}");
            }
            words.into()
        }
        RowKind::Phase { phase, reason: None, .. } => phase.name().into(),
        RowKind::Phase { phase, reason: Some(reason), .. } => format!("{}: {reason}", phase.name()).into(),
        RowKind::Resumed(resumed) => {
            let headline = match (resumed.restarted, resumed.reconnected) {
                (true, _) => "restarted",
                (false, true) => "resumed",
                (false, false) => "a gap",
            };
            let missed = describe_missed(resumed).unwrap_or_else(|| "no event is known to be missed.".to_owned());
            let recovered = resumed.recovered;
            let late = if recovered > 0 { format!(" {recovered} came late or were replayed.") } else { String::new() };
            format!("{headline}: {missed}{late}").into()
        }
        RowKind::Protections { on: true } => "queue gap, window and deduplication are on again".into(),
        RowKind::Protections { on: false } => "queue gap, window and deduplication are off: an experiment".into(),
        RowKind::Notice { text, .. } => (&**text).into(),
    }
}

/// What there is to say about a message's state beyond its name.
pub(super) fn state_detail(state: &MessageState) -> Option<String> {
    Some(match state {
        MessageState::Written { conn, attempt } => format!("on connection {conn}, attempt {attempt}"),
        MessageState::Delivered(Acknowledgement::Echo) => "confirmed by its echo".to_owned(),
        MessageState::Delivered(Acknowledgement::Duplicate) => "Coda already had it".to_owned(),
        MessageState::Delivered(Acknowledgement::Turn) => "its turn began".to_owned(),
        MessageState::Suppressed { original } => format!("duplicate of {original}"),
        MessageState::Failed(failure) => failure.to_string(),
        MessageState::Held(Hold::Turn) => "until Coda's turn ends".to_owned(),
        MessageState::Held(Hold::User) => "until you decide".to_owned(),
        MessageState::Held(Hold::Address { url }) => format!("for {url}"),
        MessageState::Queued | MessageState::Unconfirmed | MessageState::Expired | MessageState::Cancelled(_) => {
            return None;
        }
    })
}

/// Describes the permanently missed events in a sentence or two; `None` if there are none.
#[must_use]
pub fn describe_missed(resumed: &GapReport) -> Option<String> {
    let when = if resumed.reconnected { "while disconnected" } else { "on an open connection" };
    let more = if resumed.more_unknown { " There may have been more." } else { "" };
    match resumed.lost() {
        0 => None,
        1 => Some(format!("1 event was missed {when}.{more}")),
        lost => Some(format!("{lost} events were missed {when}.{more}")),
    }
}
