//! The finding log: opens each finding once, counts repetitions, closes and remembers it, and applies mute rules.

use std::collections::{BTreeSet, VecDeque};

use super::finding::{Confidence, Finding, FindingKind, FindingState};
use crate::bounded::push_bounded;
use crate::protocol::Moment;

/// Maximum number of closed findings; beyond it, the oldest is dropped.
const MAX_CLOSED: usize = 200;
/// Maximum number of open findings. More would be one cause with many subjects.
const MAX_OPEN: usize = 100;
/// How many of the first rows are never dropped from the evidence.
const FIRST_EVIDENCE: usize = 8;
/// Maximum number of evidence rows, the first and the last ones together.
const MAX_EVIDENCE: usize = 24;

/// Hides findings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MuteRule {
    pub kind: FindingKind,
    /// The subject to hide; `None` for any.
    pub subject: Option<String>,
}

/// An occurrence, as reported by a detector.
pub(super) struct Occurrence<'a> {
    pub(super) kind: FindingKind,
    pub(super) subject: &'a str,
    pub(super) confidence: Confidence,
    pub(super) words: String,
    pub(super) rows: &'a [u64],
    pub(super) at: Moment,
}

/// Open and closed findings, and the mute rules.
#[derive(Debug, Default)]
pub struct FindingLog {
    open: Vec<Finding>,
    closed: VecDeque<Finding>,
    muted: BTreeSet<MuteRule>,
    last_number: u64,
    revision: u64,
}

impl FindingLog {
    /// Opens a finding, or counts a repetition of an open one.
    pub(super) fn raise(&mut self, report: Occurrence<'_>) {
        self.revision += 1;
        let is_it = |finding: &&mut Finding| finding.kind == report.kind && finding.subject == report.subject;
        if let Some(finding) = self.open.iter_mut().find(is_it) {
            finding.count += 1;
            finding.last = report.at;
            finding.confidence = finding.confidence.max(report.confidence);
            finding.words = report.words;
            add_evidence(&mut finding.evidence, report.rows);
            return;
        }
        if self.open.len() == MAX_OPEN {
            let oldest = self.open.remove(0);
            self.close(oldest, report.at);
        }
        self.last_number += 1;
        let mut evidence = VecDeque::new();
        add_evidence(&mut evidence, report.rows);
        self.open.push(Finding {
            number: self.last_number,
            kind: report.kind,
            subject: report.subject.to_owned(),
            opened: report.at,
            last: report.at,
            count: 1,
            state: FindingState::Open,
            confidence: report.confidence,
            words: report.words,
            evidence,
        });
    }

    /// Changes the description of an open finding without counting a repetition.
    pub(super) fn set_description(&mut self, kind: FindingKind, subject: &str, words: String) {
        let is_it =
            |finding: &&mut Finding| finding.kind == kind && finding.subject == subject && finding.words != words;
        if let Some(finding) = self.open.iter_mut().find(is_it) {
            self.revision += 1;
            finding.words = words;
        }
    }

    /// Closes the findings of this kind, because their cause is gone.
    pub(super) fn resolve(&mut self, kind: FindingKind, at: Moment) {
        self.close_where(at, |finding| finding.kind == kind);
    }

    /// Closes the finding of this kind about one subject.
    pub(super) fn resolve_subject(&mut self, kind: FindingKind, subject: &str, at: Moment) {
        self.close_where(at, |finding| finding.kind == kind && finding.subject == subject);
    }

    /// Whether a finding of this kind about this subject is open.
    pub(super) fn is_open(&self, kind: FindingKind, subject: &str) -> bool {
        self.open.iter().any(|finding| finding.kind == kind && finding.subject == subject)
    }

    /// Closes the findings that have not recurred for long enough.
    pub(super) fn close_quiet(&mut self, now: Moment) {
        self.close_where(now, |finding| {
            finding.kind.close_after().is_some_and(|quiet| now.mono.duration_since(finding.last.mono) >= quiet)
        });
    }

    fn close_where(&mut self, at: Moment, is_gone: impl Fn(&Finding) -> bool) {
        let gone: Vec<Finding> = self.open.extract_if(.., |finding| is_gone(finding)).collect();
        for finding in gone {
            self.close(finding, at);
        }
    }

    fn close(&mut self, mut finding: Finding, at: Moment) {
        self.revision += 1;
        finding.state = FindingState::Closed { at };
        push_bounded(&mut self.closed, finding, MAX_CLOSED);
    }

    /// Open findings that are not muted, oldest first.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.open.iter().filter(|finding| !self.is_muted(finding))
    }

    /// Open findings that are muted, oldest first.
    pub fn open_muted(&self) -> impl Iterator<Item = &Finding> {
        self.open.iter().filter(|finding| self.is_muted(finding))
    }

    /// Closed findings, oldest first.
    pub const fn closed(&self) -> &VecDeque<Finding> {
        &self.closed
    }

    /// Changes whenever the log does.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Adds or removes a mute rule.
    pub fn set_muted(&mut self, rule: MuteRule, muted: bool) {
        let is_changed = if muted { self.muted.insert(rule) } else { self.muted.remove(&rule) };
        self.revision += u64::from(is_changed);
    }

    /// The mute rules.
    pub fn muted(&self) -> impl Iterator<Item = &MuteRule> {
        self.muted.iter()
    }

    fn is_muted(&self, finding: &Finding) -> bool {
        let concerns = |muted: &MuteRule| {
            muted.kind == finding.kind && muted.subject.as_ref().is_none_or(|subject| *subject == finding.subject)
        };
        self.muted.iter().any(concerns)
    }
}

fn add_evidence(evidence: &mut VecDeque<u64>, rows: &[u64]) {
    for row in rows {
        if evidence.contains(row) {
            continue;
        }
        if evidence.len() == MAX_EVIDENCE {
            evidence.remove(FIRST_EVIDENCE);
        }
        evidence.push_back(*row);
    }
}
