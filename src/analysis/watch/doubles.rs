//! Messages that were made twice by one action, and messages that the server dropped as duplicates.

use std::time::Duration;

use crate::analysis::board::{Board, Report};
use crate::analysis::finding::{Confidence, FindingKind};
use crate::history::skim;
use crate::history::{Recorder, Row, RowKind};
use crate::link::{MessageId, MessageState, Origin};
use crate::protocol::Now;

/// Nobody acts twice so quickly: one event was heard twice.
const ONE_EVENT: Duration = Duration::from_millis(50);
/// A double click is not slower than this.
const DOUBLE_CLICK: Duration = Duration::from_millis(500);

pub(super) fn see(row: &Row, recorder: &Recorder, board: &mut Board) {
    match &row.kind {
        RowKind::Message { kind, origin, created, state: MessageState::Suppressed { original }, .. } => {
            made_twice(row, kind, (*origin, *created), *original, recorder, board);
        }
        RowKind::FrameIn { kind, text, answers, .. } if &**kind == "duplicate_message" => {
            dropped(row, text, *answers, recorder, board);
        }
        _ => {}
    }
}

fn made_twice(
    row: &Row,
    kind: &str,
    (origin, created): (Origin, Now),
    original: MessageId,
    recorder: &Recorder,
    board: &mut Board,
) {
    let first = recorder.rows_of(original).find_map(|row| match &row.kind {
        RowKind::Message { origin, created, .. } => Some((row.number, *origin, *created)),
        _ => None,
    });
    let name = |origin: Origin| format!("{} ({})", origin.component, origin.action);
    let (confidence, words, rows) = match first {
        None => (Confidence::Possible, format!("{} made `{kind}` again.", name(origin)), vec![row.number]),
        Some((number, first, at)) => {
            let apart = created.mono.since(at.mono);
            let confidence = match apart {
                apart if apart < ONE_EVENT => Confidence::Certain,
                apart if apart < DOUBLE_CLICK => Confidence::Likely,
                _ => Confidence::Possible,
            };
            let who = if first.component == origin.component && first.action == origin.action {
                format!("{} made `{kind}` twice, {} ms apart", name(origin), apart.as_millis())
            } else {
                let (first, second) = (name(first), name(origin));
                format!("{first} and {second} made the same `{kind}`, {} ms apart", apart.as_millis())
            };
            let why = match confidence {
                Confidence::Certain => "Nobody acts so quickly: something listens twice.",
                Confidence::Likely => "A double click, or something that listens twice.",
                Confidence::Possible => "Somebody may have been impatient.",
            };
            (confidence, format!("{who}. {why} The second was not sent."), vec![number, row.number])
        }
    };
    let kind_of = FindingKind::DoubleListener;
    board.raise(Report { kind: kind_of, subject: kind, confidence, words, rows: &rows, at: row.at });
}

fn dropped(row: &Row, text: &str, answers: Option<MessageId>, recorder: &Recorder, board: &mut Board) {
    let kind = skim::data_member(text, "original_type").and_then(skim::string).unwrap_or_default();
    let mut rows: Vec<u64> = answers
        .into_iter()
        .flat_map(|id| recorder.rows_of(id).filter(|row| matches!(row.kind, RowKind::FrameOut { .. })))
        .map(|row| row.number)
        .collect();
    rows.push(row.number);
    let (confidence, words) = if answers.is_some() {
        let words =
            format!("A copy of a `{kind}` that was written again was known to Coda already: its echo had been lost.");
        (Confidence::Certain, words)
    } else {
        (Confidence::Likely, format!("Coda was sent the same `{kind}` twice within 5 s and dropped the second."))
    };
    let kind_of = FindingKind::DroppedDuplicate;
    board.raise(Report { kind: kind_of, subject: &kind, confidence, words, rows: &rows, at: row.at });
}
