//! One-line summaries of rows.

use super::event_summary;
use super::row::{FrameClass, Row, RowKind};
use super::scan;
use super::shorten::shorten;
use super::shown::{shown_text, state_detail};
use crate::link::FramePurpose;

/// Maximum length of a summary, in characters.
const SUMMARY_CHARS: usize = 240;

/// The row in one line: in words where the protocol is known, otherwise a frame's data.
#[must_use]
pub fn summary(row: &Row) -> String {
    let said = match &row.kind {
        RowKind::FrameIn { class: FrameClass::Unreadable(error), .. } => {
            let error = error.to_string();
            let left = SUMMARY_CHARS.saturating_sub(error.chars().count());
            return format!("{error}: {}", shorten(&shown_text(row), left));
        }
        RowKind::FrameIn { text, class: FrameClass::Event | FrameClass::Control(_) | FrameClass::Replay, .. }
        | RowKind::Synthetic { text, .. } => event_summary::frame_in(text).unwrap_or_else(|| data_of(row)),
        RowKind::FrameOut { purpose: FramePurpose::ChallengeAnswer, .. } => "the token".to_owned(),
        RowKind::FrameOut { .. } => {
            let data = data_of(row);
            event_summary::data_out(&data).unwrap_or(data)
        }
        RowKind::FrameIn { .. } => data_of(row),
        RowKind::Message { command, origin, state, .. } => {
            let content = event_summary::command(command);
            let origin = format!("{}: {}", origin.component, origin.action);
            event_summary::parts([Some(content), state_detail(state), Some(origin)])
        }
        _ => shown_text(row).into_owned(),
    };
    shorten(&said, SUMMARY_CHARS)
}

/// The frame's `data`, redacted, as JSON.
fn data_of(row: &Row) -> String {
    let text = shown_text(row);
    scan::member(&text, "data").unwrap_or(&text).to_owned()
}
