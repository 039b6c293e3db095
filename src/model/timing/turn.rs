//! The timing of one turn, from the end of the user's words to the first sound.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::gap::{Gap, GapPart};
use super::stages::{StagePart, StageTracker};
use crate::model::performance::measured_time;
use crate::protocol::{Event, Instant, Moment, Place};

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TurnEnd {
    /// Coda reported the speech as ready.
    Spoken,
    /// The answer came without speech, or its speech was stopped or failed.
    Written,
    /// The language model failed.
    Failed,
    /// Another turn began before the answer was complete.
    CutOff,
}

/// The timing of a turn. Times not yet known are `None`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnTiming {
    /// Counts the turns of this page from 1.
    pub number: u64,
    pub is_spoken: bool,
    /// The end of the user's words.
    pub started: Moment,
    pub model: Option<Arc<str>>,
    pub prompt_tokens: Option<u64>,
    /// Number of tokens received.
    pub tokens: u64,
    /// From the start of the language model to its first token.
    pub first_token: Option<Duration>,
    /// From the end of the user's words to the first token, for those who read.
    pub until_readable: Option<Duration>,
    pub end: Option<TurnEnd>,
    gap: Gap,
    model_started: Option<Instant>,
    first_token_at: Option<Instant>,
    last_token_at: Option<Instant>,
    /// When the synthesis of the answer's speech began.
    speech_started: Option<Instant>,
    last_index: Option<u64>,
    /// The answer without whitespace, once it is complete and only its speech is missing.
    answer: Option<String>,
}

impl TurnTiming {
    pub(super) const fn new(number: u64, is_spoken: bool, started: Moment) -> Self {
        Self {
            number,
            is_spoken,
            started,
            model: None,
            prompt_tokens: None,
            tokens: 0,
            first_token: None,
            until_readable: None,
            end: None,
            gap: Gap::new(started.mono),
            model_started: None,
            first_token_at: None,
            last_token_at: None,
            speech_started: None,
            last_index: None,
            answer: None,
        }
    }

    /// Attributes time before the turn's first event.
    pub(super) fn attribute(&mut self, until: Instant, part: GapPart) {
        self.gap.attribute(until, part);
    }

    /// Applies an event of the turn. `stages` are those in progress before it.
    pub(super) fn apply<M: Clone>(&mut self, event: &Event, at: Moment, stages: &StageTracker<M>) {
        // What comes by the clock explains nothing.
        if Event::place(event.kind()) == Place::Outside {
            return;
        }
        let part = self.current_part(stages);
        match (event, self.speech_started) {
            // Coda reports speech when it is over, and how long it took to make it: from then on it could be heard.
            (Event::TtsResult(result), Some(started)) => {
                let made = measured_time(result.duration_seconds);
                let heard = made.map_or(at.mono, |made| (started + made).min(at.mono));
                self.gap.attribute(heard, GapPart::Synthesis);
            }
            // What comes meanwhile does not tell when the first sound is heard.
            (_, Some(_)) => {}
            (_, None) => self.gap.attribute(at.mono, part),
        }
        match event {
            Event::LlmStart(start) => {
                self.model = start.model.as_deref().map(Arc::from).or_else(|| self.model.take());
                self.prompt_tokens = start.prompt_tokens.or(self.prompt_tokens);
                self.model_started.get_or_insert(at.mono);
                self.answer = None;
            }
            // Coda Lite's main program reports each step of its model twice.
            Event::LlmToken(token) if token.token_index.is_some() && token.token_index == self.last_index => {}
            Event::LlmToken(token) => {
                self.last_index = token.token_index;
                self.tokens += 1;
                self.last_token_at = Some(at.mono);
                if self.first_token_at.is_none() {
                    self.first_token_at = Some(at.mono);
                    self.until_readable = Some(at.mono.duration_since(self.started.mono));
                    // Without the time of tools, which is not the model's.
                    self.first_token = self.model_started.map(|_| self.gap.part(GapPart::FirstToken));
                }
            }
            Event::LlmResult(result) if result.has_tool_calls != Some(true) => self.answer = Some(bare(&result.text)),
            Event::ConversationTurn(turn) if turn.role == "assistant" => {
                self.answer = Some(bare(&turn.content));
                // An answer that was not streamed is readable now.
                self.until_readable.get_or_insert(at.mono.duration_since(self.started.mono));
            }
            Event::LlmError(_) => self.end = Some(TurnEnd::Failed),
            Event::TtsStart(_) if self.is_answered() => {
                self.speech_started.get_or_insert(at.mono);
            }
            Event::TtsResult(_) if self.is_answered() => self.end = Some(TurnEnd::Spoken),
            Event::TtsError(_) | Event::TtsStop(_) if self.is_answered() => self.end = Some(TurnEnd::Written),
            _ => {}
        }
    }

    /// Whether the answer is complete, and only its speech is missing.
    pub(super) const fn is_answered(&self) -> bool {
        self.answer.is_some()
    }

    /// Whether this speech is that of the answer, or a part of it.
    pub(super) fn is_spoken_by(&self, speech: &str) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.contains(&bare(speech)))
    }

    /// Ends the turn because something else begins.
    pub(super) fn supersede(&mut self) {
        self.end.get_or_insert(if self.is_answered() { TurnEnd::Written } else { TurnEnd::CutOff });
    }

    /// What the turn waits for.
    pub(super) fn current_part<M: Clone>(&self, stages: &StageTracker<M>) -> GapPart {
        let is_running = |part: StagePart| stages.running().iter().any(|running| running.stage.part() == part);
        if self.speech_started.is_some() {
            GapPart::Synthesis
        } else if self.is_answered() {
            GapPart::HandOff
        } else if is_running(StagePart::Tool) {
            GapPart::Tools
        } else if is_running(StagePart::Model) {
            if self.first_token_at.is_some() { GapPart::Writing } else { GapPart::FirstToken }
        } else if is_running(StagePart::Preparing) {
            GapPart::Preparing
        } else {
            GapPart::Unexplained
        }
    }

    /// The gap. Of a running turn, up to its last event.
    #[must_use]
    pub const fn gap(&self) -> &Gap {
        &self.gap
    }

    /// Tokens per second between the first and the last token; `None` with fewer than two, or if they came at once.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an answer has thousands of tokens at most")]
    pub fn tokens_per_second(&self) -> Option<f64> {
        let span = self.last_token_at?.duration_since(self.first_token_at?).as_secs_f64();
        (self.tokens >= 2 && span > 0.0).then(|| (self.tokens - 1) as f64 / span)
    }
}

/// Removes whitespace, which an answer and its speech may have different.
fn bare(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}
