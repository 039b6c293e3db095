//! Findings as plain data, for bug reports.

use super::finding::Finding;
use super::finding_log::FindingLog;
use crate::history::{ReportedFinding, ReportedRows};

/// The open findings, muted ones included.
#[must_use]
pub fn reported_findings(log: &FindingLog, rows: &ReportedRows<'_>) -> Vec<ReportedFinding> {
    let open = log.open().map(|finding| (finding, false));
    let muted = log.open_muted().map(|finding| (finding, true));
    open.chain(muted).map(|(finding, is_muted)| reported(finding, is_muted, rows)).collect()
}

fn reported(finding: &Finding, is_muted: bool, rows: &ReportedRows<'_>) -> ReportedFinding {
    ReportedFinding {
        title: finding.kind.title().to_owned(),
        subject: finding.subject.clone(),
        words: finding.words.clone(),
        confidence: finding.confidence.name().to_owned(),
        count: finding.count,
        first: finding.opened.wall,
        last: finding.last.wall,
        is_muted,
        evidence: finding.evidence.iter().filter_map(|row| rows.evidence(*row)).collect(),
    }
}
