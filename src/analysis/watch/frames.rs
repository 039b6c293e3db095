//! Frames that could not be read, and frames that were too large.

use crate::analysis::board::{Board, Report};
use crate::analysis::finding::{Confidence, FindingKind};
use crate::history::{Row, RowKind, What};
use crate::link::{Failure, MessageState};

/// A tenth of what Coda takes: nothing that it says by itself comes near.
const LARGE: usize = 1024 * 1024;
/// How Coda closes on a frame that is too large.
const TOO_LARGE: &str = "code 1009";

pub(super) fn see(row: &Row, board: &mut Board) {
    let raise = |board: &mut Board, kind, subject: &str, confidence, words| {
        board.raise(Report { kind, subject, confidence, words, rows: &[row.number], at: row.at });
    };
    match &row.kind {
        RowKind::FrameIn { what: What::Unreadable(why), .. } => {
            // The field stands before the complaint.
            let field = why.rsplit_once(':').map_or(&**why, |(field, _)| field);
            let words = format!("A frame could not be read: {why}.");
            raise(board, FindingKind::Unreadable, field, Confidence::Certain, words);
        }
        RowKind::FrameIn { what: What::Binary(bytes), .. } => {
            let words = format!("A binary frame of {bytes} bytes came; Coda sends none.");
            raise(board, FindingKind::Unreadable, "binary", Confidence::Certain, words);
        }
        RowKind::Message { kind, state: MessageState::Failed(failure @ Failure::TooLarge { .. }), .. } => {
            let words = format!("“{kind}” was not sent: {failure}.");
            raise(board, FindingKind::TooLarge, kind, Confidence::Certain, words);
        }
        RowKind::Phase { trouble: Some(trouble), .. } if trouble.contains(TOO_LARGE) => {
            let words = format!("Coda ended the connection because of a frame's size ({trouble}).");
            raise(board, FindingKind::TooLarge, "connection", Confidence::Certain, words);
        }
        RowKind::FrameIn { .. } | RowKind::FrameOut { .. } => {
            if let (Some(bytes), Some(kind)) = (row.size().filter(|bytes| *bytes >= LARGE), row.wire_type()) {
                let words = format!("A “{kind}” of {bytes} bytes: it keeps the connection busy for everything else.");
                raise(board, FindingKind::TooLarge, kind, Confidence::Possible, words);
            }
        }
        _ => {}
    }
}
