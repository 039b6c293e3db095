//! Detects models that become slower: in their first token, and in tokens per second.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::trend::{Threshold, Trend, Verdict};
use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::analysis::words;
use crate::history::Row;
use crate::protocol::{Event, Instant};

/// An answer of fewer tokens says little about speed.
const LEAST_TOKENS: u64 = 5;
/// How many models are followed.
const MODELS: usize = 20;
/// A prompt this much longer than before explains a later first token.
const PROMPT_TOKENS: u64 = 200;

/// The answer in progress.
#[derive(Debug)]
struct Answer {
    model: String,
    row: u64,
    started: Instant,
    prompt_tokens: Option<u64>,
    first: Option<(Instant, u64)>,
    last: Instant,
    tokens: u64,
    /// The frame of the latest token.
    latest: Option<Arc<str>>,
    /// Whether a tool ran, whose time is not the model's.
    has_used_tools: bool,
}

#[derive(Debug, Default)]
pub(super) struct Speed {
    answer: Option<Answer>,
    first_token: BTreeMap<String, Trend>,
    per_token: BTreeMap<String, Trend>,
}

impl Speed {
    pub(super) fn on_token(&mut self, row: &Row) {
        if let (Some(answer), Some(frame)) = (&mut self.answer, row.frame()) {
            // Coda Lite's main program reports each step of its model twice.
            if answer.latest.as_ref().is_some_and(|latest| data(latest) == data(frame)) {
                return;
            }
            answer.latest = Some(frame.clone());
            answer.first.get_or_insert((row.at.mono, row.number));
            answer.last = row.at.mono;
            answer.tokens += 1;
        }
    }

    pub(super) fn on_event(&mut self, row: &Row, event: &Event, log: &mut FindingLog) {
        match event {
            // The second of two, before any token.
            Event::LlmStart(_) if self.answer.as_ref().is_some_and(|answer| answer.first.is_none()) => {}
            Event::LlmStart(start) => {
                self.answer = Some(Answer {
                    model: start.model.clone().unwrap_or_default(),
                    row: row.number,
                    started: row.at.mono,
                    prompt_tokens: start.prompt_tokens,
                    first: None,
                    last: row.at.mono,
                    tokens: 0,
                    latest: None,
                    has_used_tools: false,
                });
            }
            Event::ToolCall(_) => {
                if let Some(answer) = &mut self.answer {
                    answer.has_used_tools = true;
                }
            }
            Event::LlmResult(_) => {
                if let Some(answer) = self.answer.take().filter(|answer| !answer.has_used_tools) {
                    self.compare(&answer, row, log);
                }
            }
            Event::LlmError(_) => self.answer = None,
            Event::ConversationTurn(turn) if turn.role == "assistant" => self.answer = None,
            _ => {}
        }
    }

    pub(super) fn interrupt(&mut self) {
        self.answer = None;
    }

    fn compare(&mut self, answer: &Answer, row: &Row, log: &mut FindingLog) {
        if self.first_token.len() >= MODELS && !self.first_token.contains_key(&answer.model) {
            return;
        }
        let Some((first, first_row)) = answer.first else { return };
        let wait = first.duration_since(answer.started).as_secs_f64();
        // A model reads its prompt before its first token, so waits are compared by what there was to read.
        #[expect(clippy::cast_precision_loss, reason = "prompts have thousands of tokens")]
        let units = answer
            .prompt_tokens
            .map_or(1.0, |tokens| (tokens.max(PROMPT_TOKENS) as f64 / PROMPT_TOKENS as f64).max(1.0));
        let threshold = Threshold { factor: 2.5, difference: 0.4 };
        let trend = self.first_token.entry(answer.model.clone()).or_default();
        let subject = format!("{}: first token", name(&answer.model));
        match trend.add(wait / units, first_row, threshold) {
            Verdict::Usual => {}
            Verdict::Recovered => log.resolve_subject(FindingKind::Slower, &subject, row.at),
            Verdict::Worse { usual, now, rows, past } => {
                let words = format!(
                    "The first token of {} comes after {} now, the last {} times in a row. It used to come after {} (median of {past}).",
                    name(&answer.model),
                    words::seconds(now * units),
                    rows.len(),
                    words::seconds(usual * units),
                );
                raise(&subject, words, &rows, row, log);
            }
        }
        let span = answer.last.duration_since(first).as_secs_f64();
        if answer.tokens < LEAST_TOKENS || span <= 0.0 {
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "an answer has thousands of tokens")]
        let per_token = span / (answer.tokens - 1) as f64;
        let threshold = Threshold { factor: 1.8, difference: 0.005 };
        let trend = self.per_token.entry(answer.model.clone()).or_default();
        let subject = format!("{}: tokens", name(&answer.model));
        match trend.add(per_token, answer.row, threshold) {
            Verdict::Usual => {}
            Verdict::Recovered => log.resolve_subject(FindingKind::Slower, &subject, row.at),
            Verdict::Worse { usual, now, rows, past } => {
                let words = format!(
                    "{} writes {:.1} tokens per second now, the last {} times in a row. It used to write {:.1} (median of {past}).",
                    name(&answer.model),
                    1.0 / now,
                    rows.len(),
                    1.0 / usual,
                );
                raise(&subject, words, &rows, row, log);
            }
        }
    }
}

fn raise(subject: &str, words: String, rows: &[u64], row: &Row, log: &mut FindingLog) {
    let (kind, confidence) = (FindingKind::Slower, Confidence::Likely);
    log.raise(Occurrence { kind, subject, confidence, words, rows, at: row.at });
}

fn name(model: &str) -> String {
    if model.is_empty() { "The language model".to_owned() } else { format!("The model “{model}”") }
}

/// What a frame says, without its number and time.
fn data(frame: &str) -> &str {
    frame.split_once("\"data\"").map_or(frame, |(_, data)| data)
}
