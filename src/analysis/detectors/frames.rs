//! Frames that could not be read, and frames that were too large.

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Report};
use crate::history::{FrameClass, Row, RowKind};
use crate::link::{Failure, MessageState};

/// A tenth of what Coda takes: nothing that it says by itself comes near.
const LARGE: usize = 1024 * 1024;
/// How Coda closes on a frame that is too large.
const TOO_LARGE: &str = "code 1009";

pub(super) fn on_row(row: &Row, log: &mut FindingLog) {
    let raise = |log: &mut FindingLog, kind, subject: &str, confidence, words| {
        log.raise(Report { kind, subject, confidence, words, rows: &[row.number], at: row.at });
    };
    match &row.kind {
        RowKind::FrameIn { class: FrameClass::Unreadable(why), .. } => {
            // The field stands before the complaint.
            let field = why.rsplit_once(':').map_or(&**why, |(field, _)| field);
            let words = format!("A frame could not be read: {why}.");
            raise(log, FindingKind::Unreadable, field, Confidence::Certain, words);
        }
        RowKind::FrameIn { class: FrameClass::Binary(bytes), .. } => {
            let words = format!("A binary frame of {bytes} bytes came; Coda sends none.");
            raise(log, FindingKind::Unreadable, "binary", Confidence::Certain, words);
        }
        RowKind::Message { kind, state: MessageState::Failed(failure @ Failure::TooLarge { .. }), .. } => {
            let words = format!("“{kind}” was not sent: {failure}.");
            raise(log, FindingKind::TooLarge, kind, Confidence::Certain, words);
        }
        RowKind::Phase { trouble: Some(trouble), .. } if trouble.contains(TOO_LARGE) => {
            let words = format!("Coda ended the connection because of a frame's size ({trouble}).");
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
