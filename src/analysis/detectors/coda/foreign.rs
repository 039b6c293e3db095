//! Detects that something other than Coda answers at the address.

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::history::{Row, RowKind};
use crate::link::{DisconnectReason, PhaseKind};

pub(super) fn on_row(row: &Row, log: &mut FindingLog) {
    let RowKind::Phase { phase, reason, .. } = &row.kind else { return };
    if *phase == PhaseKind::Ready {
        log.resolve(FindingKind::NotCoda, row.at);
    } else if let Some(DisconnectReason::NotCoda(foreign)) = reason
        && !log.is_open(FindingKind::NotCoda, "")
    {
        let words = format!("What answers at this address is not Coda: {foreign}.");
        let (kind, confidence, rows) = (FindingKind::NotCoda, Confidence::Certain, [row.number]);
        log.raise(Occurrence { kind, subject: "", confidence, words, rows: &rows, at: row.at });
    }
}
