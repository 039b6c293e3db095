//! How long Coda takes: the response gap of each turn, the speed of each model, and how the present compares with the
//! past.
//!
//! All times are those of arrival, by this page's clock. Replayed events are left out, because they arrive together.

mod gap;
mod history;
mod stages;
mod turn;

pub use gap::{Gap, GapPart};
pub use history::{Comparison, DurationHistory};
pub use stages::{EndedStage, RunningStage, Stage, StageOutcome, StagePart, StageTracker};
pub use turn::{TurnEnd, TurnTiming};

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::performance::{measured_time, median, percentile, sorted};
use crate::bounded::push_bounded;
use crate::link::{MessageId, MessageState, MessageStatus, ServerEvent};
use crate::protocol::{Event, Instant, Moment};

/// How many finished turns are kept.
const TURNS: usize = 1_000;
/// How many different models and tools have a history.
const STAGES: usize = 200;
/// How many answered turns wait for their speech.
const UNSPOKEN: usize = 8;
/// How many texts of this page wait for their turn.
const TEXTS: usize = 32;

/// The end of the user's words, before their turn begins.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Words {
    /// A text, with the time at which it was first written and that of its echo.
    Typed { text: String, written: Moment, echoed: Moment },
    /// Speech, with the times of its end and of its recognition.
    Spoken { ended: Moment, recognized: Moment },
}

/// The speed of one language model over the stored turns.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSpeed {
    /// Empty if events do not name it.
    pub model: Arc<str>,
    pub turns: usize,
    /// From its start to its first token, with the number of turns that tell.
    pub first_token: Option<Spread>,
    pub tokens_per_second: Option<Spread>,
    pub prompt_tokens: Option<Spread>,
}

/// The middle and the ends of some values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub count: usize,
    pub p5: f64,
    pub p50: f64,
    pub p95: f64,
}

impl Spread {
    /// Returns `None` for no values.
    #[must_use]
    pub fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let sorted = sorted(values);
        let at = |p| percentile(&sorted, p);
        Some(Self { count: sorted.len(), p5: at(5.0)?, p50: median(&sorted)?, p95: at(95.0)? })
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Timings {
    stages: StageTracker<()>,
    #[serde(with = "crate::model::entries")]
    history: BTreeMap<Stage, DurationHistory>,
    current: Option<TurnTiming>,
    /// Answered turns before it, whose speech is to come or being made.
    unspoken: VecDeque<TurnTiming>,
    /// The number of the turn whose answer is being spoken; 0 if it is none's.
    spoken: u64,
    /// When the speech in progress was first known to be heard.
    heard_at: Option<Instant>,
    finished: VecDeque<TurnTiming>,
    last_number: u64,
    /// The latest words without a turn.
    words: VecDeque<Words>,
    /// When texts of this page were first written.
    written: VecDeque<(MessageId, Moment)>,
    /// When the microphone was opened, and closed by the user.
    opened: Option<Moment>,
    closed: Option<Moment>,
    epoch: u32,
    revision: u64,
}

impl super::Model for Timings {
    fn apply(&mut self, event: &ServerEvent) {
        if event.replayed {
            return;
        }
        if event.epoch != self.epoch {
            self.epoch = event.epoch;
            self.reset();
        }
        self.apply_event(event);
    }

    fn apply_message(&mut self, status: &MessageStatus) {
        let is_first_write = matches!(status.state, MessageState::Written { attempt: 1, .. });
        if is_first_write && status.command.text().is_some() {
            push_bounded(&mut self.written, (status.id, status.at), TEXTS);
        }
    }

    fn disconnected(&mut self) {
        self.reset();
    }

    fn revision(&self) -> u64 {
        self.revision
    }
}

impl Timings {
    /// Forgets what is in progress, since events of it are or will be missed.
    fn reset(&mut self) {
        self.stages.reset();
        self.words.clear();
        self.unspoken.clear();
        self.spoken = 0;
        self.heard_at = None;
        self.opened = None;
        self.closed = None;
        if self.current.take().is_some() {
            self.revision += 1;
        }
    }

    fn apply_event(&mut self, event: &ServerEvent) {
        let at = event.at;
        self.listen(&event.event, at);
        match &event.event {
            Event::ClientMessage(echo) if echo.message_type == "text_input" => {
                let text = echo.message_data.get("text").and_then(serde_json::Value::as_str).unwrap_or_default();
                let first = self.written.iter().find(|(id, _)| Some(*id) == event.answers).map(|(_, at)| *at);
                let words = Words::Typed { text: text.trim().to_owned(), written: first.unwrap_or(at), echoed: at };
                push_bounded(&mut self.words, words, TEXTS);
            }
            Event::ConversationTurn(turn) if turn.role == "user" => {
                self.last_number += 1;
                // Coda drops what it reads while the model works.
                if !self.is_model_running() {
                    self.begin_turn(turn.content.trim(), at);
                }
            }
            speech @ (Event::TtsStart(_)
            | Event::TtsProgress(_)
            | Event::TtsResult(_)
            | Event::TtsError(_)
            | Event::TtsStop(_)) => self.speak(speech, at),
            other => {
                if let Some(current) = &mut self.current {
                    current.apply(other, at, &self.stages);
                    // Tokens are too many to show each: who follows the turn asks for the present.
                    self.revision += u64::from(!matches!(other, Event::LlmToken(_)));
                }
            }
        }
        for ended in self.stages.apply(&event.event, at, &()) {
            self.revision += 1;
            if ended.outcome == StageOutcome::Done {
                let took = took(&ended.running, ended.at, &event.event);
                let stage = ended.running.stage;
                if self.history.len() < STAGES || self.history.contains_key(&stage) {
                    self.history.entry(stage).or_default().add(took);
                }
            }
        }
        if self.current.as_ref().is_some_and(|current| current.end.is_some()) {
            self.finish();
        }
    }

    /// Applies an event of speech to the turn that it belongs to. Coda may speak an answer while the next turn runs.
    fn speak(&mut self, event: &Event, at: Moment) {
        self.revision += 1;
        if let Event::TtsStart(start) = event {
            let text = start.text.as_deref().unwrap_or_default();
            let mut turns = self.unspoken.iter().chain(&self.current);
            self.spoken = turns.find(|turn| turn.is_spoken_by(text)).map_or(0, |turn| turn.number);
            // Coda speaks in order, so what comes before is not spoken any more.
            let spoken = self.spoken;
            self.unspoken.iter_mut().filter(|turn| turn.number < spoken).for_each(TurnTiming::supersede);
        }
        self.heard_at = match event {
            Event::TtsProgress(progress) if progress.percent_complete > 0.0 => self.heard_at.or(Some(at.mono)),
            _ => None,
        };
        let turn = self.unspoken.iter_mut().chain(&mut self.current).find(|turn| turn.number == self.spoken);
        if let Some(turn) = turn {
            turn.apply(event, at, &self.stages);
        }
        while self.unspoken.front().is_some_and(|turn| turn.end.is_some()) {
            if let Some(turn) = self.unspoken.pop_front() {
                push_bounded(&mut self.finished, turn, TURNS);
            }
        }
    }

    fn is_model_running(&self) -> bool {
        self.stages.running().iter().any(|running| running.stage.part() == StagePart::Model)
    }

    /// Follows the microphone up to the end of the user's words.
    fn listen(&mut self, event: &Event, at: Moment) {
        match event {
            Event::SttStart(_) => (self.opened, self.closed) = (Some(at), None),
            Event::ClientMessage(echo) if echo.message_type == "stt_stop" && self.opened.is_some() => {
                self.closed.get_or_insert(at);
            }
            Event::SttResult(result) => {
                let opened = self.opened.take();
                let ended = self.closed.take().or_else(|| {
                    // Without a stop of the user, the words ended when the recognition began.
                    let ended = before(at, measured_time(result.duration_seconds)?);
                    Some(opened.map_or(ended, |opened| if ended.mono < opened.mono { opened } else { ended }))
                });
                if !result.text.trim().is_empty() {
                    push_bounded(&mut self.words, Words::Spoken { ended: ended.unwrap_or(at), recognized: at }, TEXTS);
                }
            }
            Event::SttError(_) => (self.opened, self.closed) = (None, None),
            _ => {}
        }
    }

    fn begin_turn(&mut self, content: &str, at: Moment) {
        if let Some(mut turn) = self.current.take() {
            // Its speech is being made, or comes after that of another answer.
            let is_speaking = self.stages.running().iter().any(|running| running.stage == Stage::Speech);
            if turn.is_answered() && is_speaking && self.unspoken.len() < UNSPOKEN {
                self.unspoken.push_back(turn);
            } else {
                turn.supersede();
                push_bounded(&mut self.finished, turn, TURNS);
            }
        }
        let is_it = |words: &Words| match words {
            Words::Typed { text, .. } => text == content,
            Words::Spoken { .. } => true,
        };
        let words = self.words.iter().position(is_it).and_then(|place| self.words.drain(..=place).next_back());
        let mut turn = match words {
            Some(Words::Typed { written, echoed, .. }) => {
                let mut turn = TurnTiming::new(self.last_number, false, written);
                turn.attribute(echoed.mono, GapPart::Sending);
                turn
            }
            Some(Words::Spoken { ended, recognized }) => {
                let mut turn = TurnTiming::new(self.last_number, true, ended);
                turn.attribute(recognized.mono, GapPart::Recognition);
                turn
            }
            None => TurnTiming::new(self.last_number, false, at),
        };
        turn.attribute(at.mono, GapPart::Preparing);
        self.current = Some(turn);
        self.revision += 1;
    }

    fn finish(&mut self) {
        if let Some(turn) = self.current.take() {
            push_bounded(&mut self.finished, turn, TURNS);
            self.revision += 1;
        }
    }

    /// The turns without an end, newest first, with their gaps up to `now`, or to when they were first heard.
    pub fn unfinished(&self, now: Instant) -> impl Iterator<Item = TurnTiming> {
        self.unspoken.iter().chain(&self.current).rev().cloned().map(move |mut turn| {
            let part = turn.current_part(&self.stages);
            let heard_at = self.heard_at.filter(|_| turn.number == self.spoken);
            turn.attribute(heard_at.map_or(now, |heard| heard.min(now)), part);
            turn
        })
    }

    /// Whether any turn has no end yet.
    #[must_use]
    pub fn has_unfinished(&self) -> bool {
        self.current.is_some() || !self.unspoken.is_empty()
    }

    /// The newest turn without an end, with its gap up to `now`.
    #[must_use]
    pub fn current(&self, now: Instant) -> Option<TurnTiming> {
        self.unfinished(now).next()
    }

    /// Whether speech that is being synthesized can be heard already.
    #[must_use]
    pub const fn is_heard(&self) -> bool {
        self.heard_at.is_some()
    }

    /// The finished turns, oldest first.
    #[must_use]
    pub const fn turns(&self) -> &VecDeque<TurnTiming> {
        &self.finished
    }

    /// The stages in progress.
    #[must_use]
    pub fn running(&self) -> &[RunningStage<()>] {
        self.stages.running()
    }

    /// The past durations of a stage.
    #[must_use]
    pub fn history(&self, stage: &Stage) -> Option<&DurationHistory> {
        self.history.get(stage)
    }

    /// The gaps of all turns that ended with speech: the whole if `part` is `None`, in seconds. A part counts only in the
    /// turns that had it: a typed one has no recognition.
    #[must_use]
    pub fn gap_spread(&self, part: Option<GapPart>) -> Option<Spread> {
        let spoken = self.finished.iter().filter(|turn| turn.end == Some(TurnEnd::Spoken));
        let times = spoken.map(|turn| part.map_or_else(|| turn.gap().total(), |part| turn.gap().part(part)));
        Spread::of(times.filter(|time| !time.is_zero()).map(|time| time.as_secs_f64()))
    }

    /// The times from the end of the user's words to the first token, in seconds.
    #[must_use]
    pub fn readable_spread(&self) -> Option<Spread> {
        Spread::of(self.finished.iter().filter_map(|turn| turn.until_readable).map(|time| time.as_secs_f64()))
    }

    /// The speed of each model, by name.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "prompts have thousands of tokens")]
    pub fn models(&self) -> Vec<ModelSpeed> {
        let mut by_model: BTreeMap<Arc<str>, Vec<&TurnTiming>> = BTreeMap::new();
        for turn in self.finished.iter().filter(|turn| turn.model.is_some() || turn.tokens > 0) {
            by_model.entry(turn.model.clone().unwrap_or_default()).or_default().push(turn);
        }
        let speed = |(model, turns): (Arc<str>, Vec<&TurnTiming>)| {
            let spread = |read: fn(&TurnTiming) -> Option<f64>| Spread::of(turns.iter().filter_map(|turn| read(turn)));
            ModelSpeed {
                model,
                turns: turns.len(),
                first_token: spread(|turn| turn.first_token.map(|time| time.as_secs_f64())),
                tokens_per_second: spread(TurnTiming::tokens_per_second),
                prompt_tokens: spread(|turn| turn.prompt_tokens.map(|tokens| tokens as f64)),
            }
        };
        by_model.into_iter().map(speed).collect()
    }
}

/// How long a stage took. Coda may report speech only when it has been heard, with the time that it took to make it.
pub(crate) fn took<M>(running: &RunningStage<M>, ended: Moment, event: &Event) -> Duration {
    let took = ended.mono.duration_since(running.since.mono);
    let made = match (&running.stage, event) {
        (Stage::Speech, Event::TtsResult(result)) => measured_time(result.duration_seconds),
        _ => None,
    };
    made.map_or(took, |made| made.min(took))
}

fn before(at: Moment, span: Duration) -> Moment {
    let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
    let wall = chrono::TimeDelta::from_std(span).map_or(at.wall, |span| at.wall - span);
    Moment { mono: Instant::from_micros(at.mono.as_micros().saturating_sub(micros)), wall }
}
