//! Detects parts of Coda that keep failing, and tells them as one finding each.

use std::collections::{BTreeMap, VecDeque};

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::bounded::push_bounded;
use crate::history::Row;
use crate::protocol::Event;

/// How many outcomes of a part are compared.
const LATEST: usize = 10;
/// How many failures it takes.
const FAILURES: usize = 3;
/// How many parts are followed.
const PARTS: usize = 100;
/// Coda reports silence as an error of the recognition, in these words.
const SILENCE: &str = "no speech";

#[derive(Debug, Default)]
pub(super) struct Failures {
    /// The latest outcomes of each part: whether it failed, and the row.
    parts: BTreeMap<String, VecDeque<(bool, u64)>>,
}

impl Failures {
    pub(super) fn on_event(&mut self, row: &Row, event: &Event, log: &mut FindingLog) {
        match event {
            Event::ToolResult(result) => self.outcome(&format!("tool {}", result.tool_name), false, row, log),
            Event::ToolError(error) => self.outcome(&format!("tool {}", error.tool_name), true, row, log),
            Event::TtsResult(_) => self.outcome("speech", false, row, log),
            Event::TtsError(_) => self.outcome("speech", true, row, log),
            Event::SttResult(_) => self.outcome("recognition", false, row, log),
            Event::SttError(error) if !error.message.to_lowercase().contains(SILENCE) => {
                self.outcome("recognition", true, row, log);
            }
            Event::LlmResult(_) => self.outcome("language model", false, row, log),
            Event::LlmError(_) => self.outcome("language model", true, row, log),
            _ => {}
        }
    }

    fn outcome(&mut self, part: &str, has_failed: bool, row: &Row, log: &mut FindingLog) {
        if self.parts.len() >= PARTS && !self.parts.contains_key(part) {
            return;
        }
        let outcomes = self.parts.entry(part.to_owned()).or_default();
        push_bounded(outcomes, (has_failed, row.number), LATEST);
        let rows: Vec<u64> = outcomes.iter().filter(|(failed, _)| *failed).map(|(_, row)| *row).collect();
        let keeps_failing = rows.len() >= FAILURES && rows.len() * 2 > outcomes.len();
        if has_failed && keeps_failing {
            let words = format!("{} of the last {} runs of the {part} failed.", rows.len(), outcomes.len());
            let (kind, confidence) = (FindingKind::KeepsFailing, Confidence::Certain);
            log.raise(Occurrence { kind, subject: part, confidence, words, rows: &rows, at: row.at });
        } else if !has_failed && !keeps_failing {
            log.resolve_subject(FindingKind::KeepsFailing, part, row.at);
        }
    }
}
