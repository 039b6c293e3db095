//! Cell texts of a row.

use chrono::{DateTime, Utc};

use crate::history::{Direction, FrameClass, RAW, Recorder, Row, RowKind};
use crate::link::{FramePurpose, MessageState};

const DAY_MILLIS: i64 = 86_400_000;

/// Time of day to the millisecond, at the given offset from UTC.
pub fn time_of_day(time: DateTime<Utc>, utc_offset_minutes: i32) -> String {
    let millis = (time.timestamp_millis() + i64::from(utc_offset_minutes) * 60_000).rem_euclid(DAY_MILLIS);
    let (seconds, millis) = (millis / 1_000, millis % 1_000);
    format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// Formats a size in bytes.
#[expect(clippy::cast_precision_loss, reason = "shown to a tenth of its unit")]
pub fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1_000.0),
        _ => format!("{:.1} MB", bytes as f64 / 1_000_000.0),
    }
}

/// Symbol and word for a row's direction.
pub const fn direction(row: &Row) -> (&'static str, &'static str) {
    match (row.direction(), &row.kind) {
        (Some(Direction::In), _) => ("↓", "in"),
        (Some(Direction::Out), _) => ("↑", "out"),
        (None, RowKind::Message { .. }) => ("·", "message"),
        (None, RowKind::Synthetic { .. }) => ("↯", "synthetic"),
        (None, _) => ("·", "page"),
    }
}

/// Wire type, or a word for rows that are no frames.
pub fn kind(row: &Row) -> &str {
    match &row.kind {
        RowKind::FrameIn { class: FrameClass::Binary(_), .. } => "binary",
        RowKind::FrameIn { kind, .. }
        | RowKind::FrameOut { kind, .. }
        | RowKind::Message { kind, .. }
        | RowKind::Synthetic { kind, .. } => {
            if kind.is_empty() {
                "no type"
            } else {
                kind
            }
        }
        RowKind::Phase { .. } => "connection",
        RowKind::Resumed(_) => "resumed",
        RowKind::Protections { .. } => "protections",
        RowKind::Notice { .. } => "notice",
    }
}

/// State of a row: a message's as of that row, a written frame's as of now.
pub fn state(recorder: &Recorder, row: &Row) -> &'static str {
    match &row.kind {
        RowKind::Message { state, .. } => state.name(),
        RowKind::FrameOut { purpose: FramePurpose::Message(id), .. } => {
            recorder.state_of(*id).map_or("", MessageState::name)
        }
        RowKind::FrameOut { purpose: FramePurpose::Raw(_), .. } => RAW,
        RowKind::Synthetic { .. } => "synthetic",
        RowKind::FrameIn { class: FrameClass::Unreadable(_), .. } => "unreadable",
        RowKind::FrameIn { class: FrameClass::Stale, .. } => "stale",
        RowKind::FrameIn { class: FrameClass::Replay, .. } => "replay",
        RowKind::FrameIn { kind, answers: Some(_), .. } if &**kind == "client_message" => "echo",
        RowKind::FrameIn { answers: Some(_), .. } => "answer",
        _ => "",
    }
}

/// Visual tone that makes faults stand out.
pub fn tone(row: &Row, state: &str) -> &'static str {
    if row.is_error() {
        return "bad";
    }
    match state {
        "failed" | "unreadable" => "bad",
        "suppressed" | "unconfirmed" | "expired" | "duplicate" | "stale" | "synthetic" | RAW => "warn",
        _ => "",
    }
}
