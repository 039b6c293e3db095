//! Detects stages that do not end, that take longer than their budget, and that become slower.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::time::Duration;

use super::trend::{Threshold, Trend, Verdict};
use crate::analysis::detectors::budgets::Budgets;
use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::analysis::words;
use crate::bounded::push_bounded;
use crate::history::{FrameClass, Row, RowKind};
use crate::link::MessageState;
use crate::model::{
    Comparison, DurationHistory, EndedStage, RunningStage, Stage, StageOutcome, StagePart, StageTracker, took,
};
use crate::protocol::{Command, Event, Instant, Moment, SttStart};

/// A stage with a past does not count as stuck before this time.
const LEAST: Duration = Duration::from_secs(15);
/// A stage with a past counts as stuck after this many times its 95th percentile.
const FACTOR: u32 = 8;
/// Without a past, a stage counts as stuck after this time.
const WITHOUT_PAST: Duration = Duration::from_secs(60);
/// A microphone that is open for this long was forgotten.
const LISTENING: Duration = Duration::from_secs(120);
/// How long after its time the microphone may take to close.
const CLOSING: Duration = Duration::from_secs(10);
/// Coda sends an answer to something at least once a minute; this old a sign of life says nothing.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);
/// How many models and tools are followed.
const STAGES: usize = 100;

/// Where a stage began, and its latest sign of progress.
#[derive(Clone, Copy, Debug)]
struct Mark {
    row: u64,
}

#[derive(Debug, Default)]
pub(super) struct Work {
    stages: StageTracker<Mark>,
    /// Time and row of the latest token or progress report.
    progress: Option<(Moment, u64)>,
    /// Time and row of the latest frame of any other kind.
    alive: Option<(Instant, u64)>,
    history: BTreeMap<Stage, DurationHistory>,
    trends: BTreeMap<Stage, Trend>,
    /// How long the microphone was asked to listen.
    listening_for: Option<Duration>,
    /// Whether anything was heard since the microphone opened.
    has_heard: bool,
    budgets: Budgets,
    /// Rows of the latest stages that exceeded their limit.
    over_budget: VecDeque<u64>,
}

impl Work {
    pub(super) const fn set_budgets(&mut self, budgets: Budgets) {
        self.budgets = budgets;
    }

    pub(super) fn for_other_server(&self) -> Self {
        Self { budgets: self.budgets, ..Self::default() }
    }

    pub(super) fn on_token(&mut self, row: &Row) {
        self.progress = Some((row.at, row.number));
    }

    /// Notes how long the microphone is to listen.
    pub(super) fn on_message(&mut self, row: &Row) {
        if let RowKind::Message { command, state: MessageState::Written { .. }, .. } = &row.kind
            && let Command::SttStart(start) = &**command
        {
            self.listening_for = match start {
                SttStart::Seconds(seconds) => Duration::try_from_secs_f64(*seconds).ok(),
                SttStart::Continuous => None,
            };
        }
    }

    pub(super) fn on_event(&mut self, row: &Row, event: &Event, log: &mut FindingLog) {
        if matches!(row.kind, RowKind::FrameIn { class: FrameClass::Event, .. }) {
            self.alive = Some((row.at.mono, row.number));
        }
        match event {
            Event::SttStart(_) => self.has_heard = false,
            Event::SttInterim(interim) => self.has_heard |= !interim.text.trim().is_empty(),
            _ => {}
        }
        if matches!(event, Event::TtsProgress(_) | Event::SttInterim(_)) {
            self.progress = Some((row.at, row.number));
        }
        for ended in self.stages.apply(event, row.at, &Mark { row: row.number }) {
            self.end(&ended, row, event, log);
        }
    }

    fn end(&mut self, ended: &EndedStage<Mark>, row: &Row, event: &Event, log: &mut FindingLog) {
        let stage = &ended.running.stage;
        log.resolve_subject(FindingKind::StageStuck, stage.name(), row.at);
        let took = took(&ended.running, ended.at, event);
        self.check_budget(&ended.running, took, row.at, Some(row.number), log);
        if ended.outcome != StageOutcome::Done {
            return;
        }
        if self.history.len() < STAGES || self.history.contains_key(stage) {
            self.history.entry(stage.clone()).or_default().add(took);
        }
        let Some(cost) = cost(stage, took, event) else { return };
        if self.trends.len() >= STAGES && !self.trends.contains_key(stage) {
            return;
        }
        match self.trends.entry(stage.clone()).or_default().add(cost.value, row.number, cost.threshold) {
            Verdict::Usual => {}
            Verdict::Recovered => log.resolve_subject(FindingKind::Slower, stage.name(), row.at),
            Verdict::Worse { usual, now, rows, past } => {
                let words = format!(
                    "{} takes {} now, the last {} times in a row. It used to take {} (median of {past}).",
                    title(stage),
                    cost.words(now),
                    rows.len(),
                    cost.words(usual),
                );
                let (kind, confidence) = (FindingKind::Slower, Confidence::Likely);
                log.raise(Occurrence { kind, subject: stage.name(), confidence, words, rows: &rows, at: row.at });
            }
        }
    }

    pub(super) fn tick(&mut self, now: Moment, log: &mut FindingLog) {
        for running in self.stages.running().to_vec() {
            // While speech is heard, its synthesis may be over.
            let is_heard =
                running.stage == Stage::Speech && self.progress.is_some_and(|(at, _)| at.mono > running.since.mono);
            if !is_heard {
                let took = now.mono.duration_since(running.since.mono);
                self.check_budget(&running, took, now, None, log);
            }
            self.check_stuck(&running, now, log);
        }
    }

    fn check_budget(
        &mut self,
        running: &RunningStage<Mark>,
        took: Duration,
        at: Moment,
        end: Option<u64>,
        log: &mut FindingLog,
    ) {
        let part = running.stage.part();
        let Some(budget) = self.budgets.of(part).filter(|budget| took > *budget) else { return };
        let name = running.stage.name();
        let tense = if end.is_some() { "took" } else { "has taken" };
        let words = format!(
            "{} {tense} {}; its limit in the settings is {}.",
            title(&running.stage),
            words::span(took),
            words::span(budget)
        );
        // It was found while it ran.
        if self.over_budget.contains(&running.mark.row) {
            if end.is_some() {
                log.set_description(FindingKind::OverBudget, name, words);
            }
            return;
        }
        push_bounded(&mut self.over_budget, running.mark.row, STAGES);
        let rows: Vec<u64> = [running.mark.row].into_iter().chain(end).collect();
        let (kind, confidence) = (FindingKind::OverBudget, Confidence::Certain);
        log.raise(Occurrence { kind, subject: name, confidence, words, rows: &rows, at });
    }

    fn check_stuck(&self, running: &RunningStage<Mark>, now: Moment, log: &mut FindingLog) {
        let (stage, name) = (&running.stage, running.stage.name());
        // Coda ends a recognition of silence without any event.
        if *stage == Stage::Recognition && !self.has_heard {
            return;
        }
        let progress = self.progress.filter(|(at, _)| at.mono > running.since.mono && makes_progress(stage));
        let since = progress.map_or(running.since, |(at, _)| at);
        let quiet = now.mono.duration_since(since.mono);
        let past = self.history.get(stage).and_then(|history| history.compare(quiet)).filter(Comparison::is_enough);
        let limit = match (stage.part(), past) {
            (StagePart::Listening, _) => self.listening_for.map_or(LISTENING, |asked| asked + CLOSING),
            (_, Some(past)) => (past.p95 * FACTOR).max(LEAST),
            (_, None) => WITHOUT_PAST,
        };
        if quiet < limit || log.is_open(FindingKind::StageStuck, name) {
            return;
        }
        let alive = self.alive.filter(|(at, _)| now.mono.duration_since(*at) < SIGN_OF_LIFE);
        let mut words = match progress {
            Some(_) => format!("{} has made no progress for {}.", title(stage), words::span(quiet)),
            None => format!("{} has been going on for {}.", title(stage), words::span(quiet)),
        };
        if let Some(past) = past {
            let _ = write!(words, " 95 of 100 take at most {} ({} in the record).", words::span(past.p95), past.count);
        }
        words += match alive {
            Some(_) => " Coda itself answers, so only this part hangs.",
            None => " Coda has sent nothing else meanwhile.",
        };
        let confidence = match (alive, past) {
            (Some(_), Some(_)) => Confidence::Likely,
            _ => Confidence::Possible,
        };
        let rows = [running.mark.row].into_iter().chain(progress.map(|(_, row)| row)).chain(alive.map(|(_, row)| row));
        let rows: Vec<u64> = rows.collect();
        let kind = FindingKind::StageStuck;
        log.raise(Occurrence { kind, subject: name, confidence, words, rows: &rows, at: now });
    }

    pub(super) fn interrupt(&mut self, at: Moment, log: &mut FindingLog) {
        self.stages.reset();
        self.progress = None;
        self.alive = None;
        self.listening_for = None;
        log.resolve(FindingKind::StageStuck, at);
    }
}

/// Whether tokens or reports tell of the stage's progress.
const fn makes_progress(stage: &Stage) -> bool {
    matches!(stage, Stage::Model(_) | Stage::Speech)
}

/// What a stage cost, as far as that can be compared between turns.
struct Cost {
    value: f64,
    threshold: Threshold,
    per_character: bool,
}

impl Cost {
    fn words(&self, value: f64) -> String {
        if self.per_character { format!("{:.1} ms a character", value * 1_000.0) } else { words::seconds(value) }
    }
}

/// The time of a tool or of the preparation, and the time of speech for each character. A recognition takes as long as
/// the user spoke, and a model as long as its answer is; `speed.rs` compares models.
fn cost(stage: &Stage, took: Duration, event: &Event) -> Option<Cost> {
    let took = took.as_secs_f64();
    match (stage, event) {
        (Stage::Tool(_) | Stage::Preparing, _) => {
            let threshold = Threshold { factor: 2.5, difference: 0.3 };
            Some(Cost { value: took, threshold, per_character: false })
        }
        (Stage::Speech, Event::TtsResult(result)) => {
            let characters = result.char_count.filter(|count| *count > 0)?;
            let threshold = Threshold { factor: 2.5, difference: 0.003 };
            #[expect(clippy::cast_precision_loss, reason = "a text has thousands of characters")]
            Some(Cost { value: took / characters.max(40) as f64, threshold, per_character: true })
        }
        _ => None,
    }
}

/// How the page names a stage in a sentence.
fn title(stage: &Stage) -> String {
    match stage {
        Stage::Listening => "Listening".to_owned(),
        Stage::Recognition => "Speech recognition".to_owned(),
        Stage::Preparing => "The preparation of the language model".to_owned(),
        Stage::Model(name) if name.is_empty() => "The language model".to_owned(),
        Stage::Model(name) => format!("The language model “{name}”"),
        Stage::Tool(name) => format!("The tool “{name}”"),
        Stage::Speech => "Speech synthesis".to_owned(),
    }
}
