//! How fast Coda is and what it uses: latencies of turns, samples of its machine, timings of its operations.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};

use crate::link::ServerEvent;
use crate::protocol::{ComponentStats, ComponentTiming, Event, LatencyTrace, OperationStats, SystemMetrics};

/// Turns kept: days of talking, and still few enough to sort whenever they are looked at.
const TURNS: usize = 1_000;
/// Samples kept: an hour at one a second.
const SAMPLES: usize = 3_600;
/// Timings of an operation that its percentiles are made from: they tell of the recent past.
const RECENT: usize = 200;
/// Operations kept, measured and reported each: Coda has some twenty. Newcomers beyond are not kept.
const OPERATIONS: usize = 500;

/// Where the time of a turn went, in seconds; `None` where the server did not say, and for stages that it did not have.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TurnLatency {
    /// When the server told of it.
    pub time: DateTime<Utc>,
    /// Speech recognition.
    pub stt: Option<f64>,
    /// Language model.
    pub llm: Option<f64>,
    /// Speech synthesis.
    pub tts: Option<f64>,
    /// Tools.
    pub tools: Option<f64>,
    /// Memory.
    pub memory: Option<f64>,
    /// All of the turn.
    pub total: Option<f64>,
    /// All of it, without listening and speaking.
    pub processing: Option<f64>,
    /// How long the user spoke.
    pub stt_audio: Option<f64>,
    /// How long Coda spoke.
    pub tts_audio: Option<f64>,
    /// From the first to the last moment.
    pub interaction: Option<f64>,
}

impl TurnLatency {
    fn read(trace: &LatencyTrace, time: DateTime<Utc>) -> Self {
        let find = |flat: Option<f64>, nested: Option<&BTreeMap<String, Option<f64>>>, names: &[&str]| {
            let look_up = |name: &&str| measured(nested?.get(*name).copied().flatten());
            measured(flat).or_else(|| names.iter().find_map(look_up))
        };
        // Coda sends 0 for a stage that the turn did not have.
        let stage = |seconds: Option<f64>| seconds.filter(|seconds| *seconds > 0.0);
        let sum = |flat, names: &[&str]| find(flat, trace.component_times.as_ref(), names);
        let work = |flat, names: &[&str]| stage(sum(flat, names));
        let sound = |flat, names: &[&str]| stage(find(flat, trace.audio_durations.as_ref(), names));
        Self {
            time,
            stt: work(trace.stt_seconds, &["stt_seconds", "stt"]),
            llm: work(trace.llm_seconds, &["llm_seconds", "llm"]),
            tts: work(trace.tts_seconds, &["tts_seconds", "tts"]),
            tools: work(trace.tool_seconds, &["tool_seconds", "tool", "tools"]),
            memory: work(trace.memory_seconds, &["memory_seconds", "memory"]),
            total: sum(trace.total_seconds, &["total_seconds", "total"]),
            processing: sum(trace.total_processing_seconds, &["total_processing_seconds", "total_processing"]),
            stt_audio: sound(trace.stt_audio_duration, &["stt_audio_duration", "stt_audio", "stt"]),
            tts_audio: sound(trace.tts_audio_duration, &["tts_audio_duration", "tts_audio", "tts"]),
            interaction: sum(trace.total_interaction_seconds, &["total_interaction_seconds", "total_interaction"]),
        }
    }
}

/// Which stages the turn under way has had, as far as its events tell.
#[derive(Clone, Copy, Debug, Default)]
struct Stages {
    /// Words were understood that no turn has begun with yet.
    heard: bool,
    /// Whether it began with words that were heard; `None` where its beginning was not seen, or not all since.
    was_spoken: Option<bool>,
    /// It used a tool.
    used_tools: bool,
}

impl Stages {
    fn apply(&mut self, event: &Event) {
        match event {
            Event::ListeningStarted(_) => self.heard = false,
            Event::ListeningResult(result) => self.heard = !result.text.trim().is_empty(),
            Event::ConversationTurn(turn) if turn.role == "user" => {
                *self = Self { was_spoken: Some(self.heard), ..Self::default() };
            }
            Event::ToolCalled(_) | Event::ToolAnswered(_) | Event::ToolFailed(_) => self.used_tools = true,
            _ => {}
        }
    }

    /// The turn ends with its trace. Coda repeats old figures in it for stages that the turn did not have: these go.
    fn end(&mut self, mut turn: TurnLatency) -> TurnLatency {
        if let Some(was_spoken) = self.was_spoken.take() {
            turn.stt = turn.stt.filter(|_| was_spoken);
            turn.stt_audio = turn.stt_audio.filter(|_| was_spoken);
            turn.tools = turn.tools.filter(|_| self.used_tools);
        }
        self.used_tools = false;
        turn
    }
}

/// The last duration of each kind of work, in seconds: known before a turn is complete, and without any trace of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Partial {
    /// The last speech recognition.
    pub stt: Option<f64>,
    /// The last answer of the language model.
    pub llm: Option<f64>,
    /// The last speech synthesis.
    pub tts: Option<f64>,
    /// The last tool.
    pub tools: Option<f64>,
    /// How long the last speech sounds.
    pub tts_audio: Option<f64>,
}

/// A part of the turns kept, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many turns tell of it.
    pub count: usize,
    /// In the last of them.
    pub last: f64,
    /// Mean.
    pub mean: f64,
    /// Half of the turns took no longer.
    pub p50: f64,
    /// 95 of 100 turns took no longer.
    pub p95: f64,
    /// Longest.
    pub max: f64,
}

/// What the server used of its machine at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ResourceSample {
    /// When.
    pub time: DateTime<Utc>,
    /// Main memory, in megabytes.
    pub memory_mb: Option<f64>,
    /// Processor, in percent of one core.
    pub cpu_percent: Option<f64>,
    /// Graphics memory, in megabytes.
    pub gpu_vram_mb: Option<f64>,
    /// Since the server's start, in seconds.
    pub uptime_seconds: Option<f64>,
}

/// The timings of one operation as gathered here, in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationTiming {
    /// How many.
    pub count: u32,
    /// Shortest.
    pub min: f64,
    /// Longest.
    pub max: f64,
    /// Mean of all.
    pub mean: f64,
    /// The last.
    pub last: f64,
    /// The last 200, newest last.
    recent: VecDeque<f64>,
}

impl OperationTiming {
    const EMPTY: Self = Self { count: 0, min: f64::INFINITY, max: 0.0, mean: 0.0, last: 0.0, recent: VecDeque::new() };

    fn add(&mut self, seconds: f64) {
        self.count = self.count.saturating_add(1);
        self.min = self.min.min(seconds);
        self.max = self.max.max(seconds);
        self.mean += (seconds - self.mean) / f64::from(self.count);
        self.last = seconds;
        push_bounded(&mut self.recent, seconds, RECENT);
    }

    /// What `p` of 100 among the last 200 did not exceed.
    #[must_use]
    pub fn percentile(&self, p: f64) -> Option<f64> {
        percentile(&sorted(self.recent.iter().copied()), p)
    }
}

/// An operation with all that is known of its timing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operation<'a> {
    /// For example `llm`.
    pub component: &'a str,
    /// For example `generate_response`.
    pub name: &'a str,
    /// Gathered here, from each single timing that came.
    pub measured: Option<&'a OperationTiming>,
    /// The server's own figures, as last reported.
    pub reported: Option<&'a OperationStats>,
}

/// A component and its operation.
type OperationName = (String, String);

/// How fast Coda is and what it uses.
#[derive(Debug, Default)]
pub struct Performance {
    turns: VecDeque<TurnLatency>,
    stages: Stages,
    partial: Partial,
    samples: VecDeque<ResourceSample>,
    measured: BTreeMap<OperationName, OperationTiming>,
    reported: BTreeMap<OperationName, OperationStats>,
    revision: u64,
}

impl Performance {
    /// Takes an event of the server's.
    pub fn apply(&mut self, event: &ServerEvent) {
        self.stages.apply(&event.event);
        let changed = match &event.event {
            Event::LatencyTrace(trace) => self.add_turn(trace, event.time),
            Event::SystemMetrics(metrics) => self.add_sample(metrics, event.time),
            Event::ComponentTiming(timing) => self.add_timing(timing),
            Event::ComponentStats(stats) => self.take_report(stats),
            Event::ListeningResult(result) => replace(&mut self.partial.stt, result.duration_seconds),
            Event::AnswerResult(result) => replace(&mut self.partial.llm, result.duration_seconds),
            Event::SpeechResult(result) => {
                let making = replace(&mut self.partial.tts, result.duration_seconds);
                replace(&mut self.partial.tts_audio, result.audio_duration_seconds) || making
            }
            Event::ToolAnswered(answer) => replace(&mut self.partial.tools, answer.duration_seconds),
            _ => false,
        };
        self.revision += u64::from(changed);
    }

    /// The connection is gone: not all of the turn under way will have been seen.
    pub fn disconnected(&mut self) {
        self.stages = Stages::default();
    }

    /// Counts the changes of what this shows.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The turns that the server traced, oldest first.
    #[must_use]
    pub const fn turns(&self) -> &VecDeque<TurnLatency> {
        &self.turns
    }

    /// The last duration of each kind of work.
    #[must_use]
    pub const fn partial(&self) -> Partial {
        self.partial
    }

    /// A part over all turns kept, for example `|turn| turn.llm`; `None` if none tells of it.
    #[must_use]
    pub fn summary(&self, part: impl Fn(&TurnLatency) -> Option<f64>) -> Option<Summary> {
        let seconds = || self.turns.iter().filter_map(&part);
        let sorted = sorted(seconds());
        Some(Summary {
            count: sorted.len(),
            last: seconds().next_back()?,
            mean: mean(seconds())?,
            p50: percentile(&sorted, 50.0)?,
            p95: percentile(&sorted, 95.0)?,
            max: *sorted.last()?,
        })
    }

    /// What the server used of its machine, oldest first.
    #[must_use]
    pub const fn samples(&self) -> &VecDeque<ResourceSample> {
        &self.samples
    }

    /// All operations with a timing, by component and name.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let names: BTreeSet<_> = self.measured.keys().chain(self.reported.keys()).collect();
        names.into_iter().map(|name| Operation {
            component: &name.0,
            name: &name.1,
            measured: self.measured.get(name),
            reported: self.reported.get(name),
        })
    }

    fn add_turn(&mut self, trace: &LatencyTrace, time: DateTime<Utc>) -> bool {
        let turn = self.stages.end(TurnLatency::read(trace, time));
        let says_something = turn != TurnLatency { time, ..TurnLatency::default() };
        if says_something {
            push_bounded(&mut self.turns, turn, TURNS);
        }
        says_something
    }

    fn add_sample(&mut self, metrics: &SystemMetrics, time: DateTime<Utc>) -> bool {
        let sample = ResourceSample {
            time,
            memory_mb: measured(metrics.memory_mb),
            cpu_percent: measured(metrics.cpu_percent),
            gpu_vram_mb: measured(metrics.gpu_vram_mb),
            uptime_seconds: measured(metrics.uptime_seconds),
        };
        let says_something = sample != ResourceSample { time, ..ResourceSample::default() };
        if says_something {
            push_bounded(&mut self.samples, sample, SAMPLES);
        }
        says_something
    }

    fn add_timing(&mut self, timing: &ComponentTiming) -> bool {
        let Some(seconds) = measured(Some(timing.duration_seconds)) else { return false };
        let name = (timing.component.clone(), timing.operation.clone());
        if self.measured.len() >= OPERATIONS && !self.measured.contains_key(&name) {
            return false;
        }
        self.measured.entry(name).or_insert(OperationTiming::EMPTY).add(seconds);
        true
    }

    /// A report is whole: what it does not name is gone.
    fn take_report(&mut self, stats: &ComponentStats) -> bool {
        let readable = |stats: &OperationStats| OperationStats {
            avg_seconds: measured(stats.avg_seconds),
            max_seconds: measured(stats.max_seconds),
            min_seconds: measured(stats.min_seconds),
            count: stats.count,
            total_seconds: measured(stats.total_seconds),
        };
        let of_component = |(component, operations): (&String, &BTreeMap<String, OperationStats>)| {
            let row = |(name, stats)| ((component.clone(), String::clone(name)), readable(stats));
            operations.iter().map(row).collect::<Vec<_>>()
        };
        let reported = stats.components.iter().flat_map(of_component).take(OPERATIONS).collect();
        let changed = self.reported != reported;
        self.reported = reported;
        changed
    }
}

/// The value that `p` of 100 do not exceed, by nearest rank; `p` from 0 to 100, `sorted` ascending.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks are small"
)]
pub fn percentile(sorted: &[f64], p: f64) -> Option<f64> {
    let rank = (p * sorted.len() as f64 / 100.0).ceil() as usize;
    sorted.get(rank.max(1).min(sorted.len()).checked_sub(1)?).copied()
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The mean, without a sum that could overflow.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let add = |mean: Option<f64>, (value, count)| {
        let mean = mean.unwrap_or(0.0);
        Some(mean + (value - mean) / f64::from(count))
    };
    values.zip(1_u32..).fold(None, add)
}

/// Takes a newer figure where it is one, and tells whether that changed anything.
fn replace(known: &mut Option<f64>, newer: Option<f64>) -> bool {
    let newer = measured(newer).or(*known);
    std::mem::replace(known, newer) != newer
}

/// A figure that can have been measured: neither negative nor beyond all numbers.
pub(super) fn measured(figure: Option<f64>) -> Option<f64> {
    figure.filter(|figure| figure.is_finite() && *figure >= 0.0)
}

/// Appends, and lets the oldest go beyond `limit`.
pub(super) fn push_bounded<T>(queue: &mut VecDeque<T>, item: T, limit: usize) {
    if queue.len() >= limit {
        queue.pop_front();
    }
    queue.push_back(item);
}
