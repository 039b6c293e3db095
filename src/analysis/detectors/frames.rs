//! Detects unreadable and oversized frames.

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::history::{FrameClass, Row, RowKind};
use crate::link::{CloseInfo, DisconnectReason, Failure, MessageState};

/// A tenth of Coda's limit; Coda's own frames do not come near it.
const LARGE: usize = 1024 * 1024;

pub(super) fn on_row(row: &Row, log: &mut FindingLog) {
    let raise = |log: &mut FindingLog, kind, subject: &str, confidence, words| {
        log.raise(Occurrence { kind, subject, confidence, words, rows: &[row.number], at: row.at });
    };
    match &row.kind {
        RowKind::FrameIn { class: FrameClass::Unreadable(error), .. } => {
            let words = format!("A frame could not be read: {error}.");
            raise(log, FindingKind::Unreadable, &error.place(), Confidence::Certain, words);
        }
        RowKind::FrameIn { class: FrameClass::Binary(bytes), .. } => {
            let words = format!("A binary frame of {bytes} bytes came; Coda sends none.");
            raise(log, FindingKind::Unreadable, "binary", Confidence::Certain, words);
        }
        RowKind::Message { kind, state: MessageState::Failed(failure @ Failure::TooLarge { .. }), .. } => {
            let words = format!("“{kind}” was not sent: {failure}.");
            raise(log, FindingKind::TooLarge, kind, Confidence::Certain, words);
        }
        RowKind::Phase { reason: Some(DisconnectReason::Closed(info)), .. } if info.code == CloseInfo::TOO_LARGE => {
            let words = format!("Coda closed the connection because a frame was too large (code {info}).");
            raise(log, FindingKind::TooLarge, "connection", Confidence::Certain, words);
        }
        RowKind::FrameIn { .. } | RowKind::FrameOut { .. } => {
            if let (Some(bytes), Some(kind)) = (row.size().filter(|bytes| *bytes >= LARGE), row.wire_type()) {
                let words = format!("A “{kind}” of {bytes} bytes: it keeps the connection busy for everything else.");
                raise(log, FindingKind::TooLarge, kind, Confidence::Possible, words);
            }
        }
        _ => {}
    }
}
