//! Detects answers that were cut off, and turns that were never finished.

use std::time::Duration;

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::analysis::words;
use crate::history::{Row, RowKind};
use crate::model::{StagePart, StageTracker};
use crate::protocol::{Event, Moment, Place};

/// How long Coda may do nothing between two stages of a turn.
const IDLE: Duration = Duration::from_secs(20);

/// A turn without an answer.
#[derive(Clone, Copy, Debug)]
struct Turn {
    row: u64,
    /// Time and row of its latest event.
    last: Moment,
    last_row: u64,
    /// Whether any token arrived.
    has_tokens: bool,
    is_reported: bool,
}

#[derive(Debug, Default)]
pub(super) struct Answers {
    stages: StageTracker<()>,
    turn: Option<Turn>,
    /// Row of the model's start, while it works.
    model: Option<u64>,
}

impl Answers {
    pub(super) fn on_token(&mut self, row: &Row) {
        if let Some(turn) = &mut self.turn {
            (turn.last, turn.last_row, turn.has_tokens) = (row.at, row.number, true);
        }
    }

    pub(super) fn on_event(&mut self, row: &Row, event: &Event, log: &mut FindingLog) {
        let model_works = self.model.is_some();
        match event {
            Event::LlmStart(_) => {
                if let (Some(start), Some(turn)) = (self.model, self.turn.filter(|turn| turn.has_tokens)) {
                    let words = "The language model restarted before it finished an answer, and the rest never came.";
                    cut_off(words.to_owned(), Confidence::Certain, &[start, turn.last_row, row.number], row.at, log);
                }
                self.model = Some(row.number);
                self.begin(row);
            }
            // Coda drops what it reads while the model works.
            Event::ConversationTurn(turn) if turn.role == "user" && !model_works => {
                if let Some(turn) = self.turn.filter(|turn| !turn.is_reported && turn.has_tokens) {
                    let words = "The next turn began, and the answer before it was never completed.";
                    cut_off(words.to_owned(), Confidence::Likely, &[turn.row, turn.last_row, row.number], row.at, log);
                }
                self.turn = None;
                self.begin(row);
            }
            // Without a turn in progress, Coda takes up every text that it reads.
            Event::ClientMessage(_) if self.turn.is_none() && !model_works && is_own_text(row, event) => {
                self.begin(row);
            }
            Event::LlmResult(_) => self.model = None,
            Event::LlmError(_) => (self.model, self.turn) = (None, None),
            Event::ConversationTurn(turn) if turn.role == "assistant" => self.finish(row.at, log),
            // What is spoken is an answer, such as that to a mini-command.
            Event::TtsStart(_) if !model_works => self.finish(row.at, log),
            _ => {}
        }
        if let Some(turn) = &mut self.turn
            && Event::place(event.kind()) != Place::Outside
        {
            (turn.last, turn.last_row) = (row.at, row.number);
        }
        self.stages.apply(event, row.at, &());
    }

    fn begin(&mut self, row: &Row) {
        let new = Turn { row: row.number, last: row.at, last_row: row.number, has_tokens: false, is_reported: false };
        let turn = self.turn.get_or_insert(new);
        turn.has_tokens = false;
    }

    fn finish(&mut self, at: Moment, log: &mut FindingLog) {
        self.model = None;
        if self.turn.take().is_some_and(|turn| turn.is_reported) {
            log.resolve(FindingKind::AnswerCutOff, at);
        }
    }

    pub(super) fn tick(&mut self, now: Moment, log: &mut FindingLog) {
        // A stage in progress that does not end is another finding.
        let is_working =
            self.stages.running().iter().any(|running| {
                matches!(running.stage.part(), StagePart::Preparing | StagePart::Model | StagePart::Tool)
            });
        let Some(turn) = self.turn.as_mut().filter(|turn| !(is_working || turn.is_reported)) else { return };
        let idle = now.mono.duration_since(turn.last.mono);
        if idle < IDLE {
            return;
        }
        turn.is_reported = true;
        let words = format!(
            "The turn has made no progress for {}, and its answer is incomplete: no assistant message, no speech and no error.",
            words::span(idle)
        );
        let confidence = if turn.has_tokens { Confidence::Likely } else { Confidence::Possible };
        cut_off(words, confidence, &[turn.row, turn.last_row], now, log);
    }

    pub(super) fn interrupt(&mut self, at: Moment, log: &mut FindingLog) {
        if self.turn.take().is_some_and(|turn| turn.is_reported) {
            log.resolve(FindingKind::AnswerCutOff, at);
        }
        self.model = None;
        self.stages.reset();
    }
}

/// Whether the row is the echo of a text of this page.
fn is_own_text(row: &Row, event: &Event) -> bool {
    let Event::ClientMessage(echo) = event else { return false };
    let text = echo.message_data.get("text").and_then(serde_json::Value::as_str).unwrap_or_default();
    matches!(row.kind, RowKind::FrameIn { answers: Some(_), .. })
        && echo.message_type == "text_input"
        && !text.trim().is_empty()
}

fn cut_off(words: String, confidence: Confidence, rows: &[u64], at: Moment, log: &mut FindingLog) {
    log.raise(Occurrence { kind: FindingKind::AnswerCutOff, subject: "", confidence, words, rows, at });
}
