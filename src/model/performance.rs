//! Coda's performance: latencies of turns, resource usage, and durations of its operations.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::bounded::push_bounded;
use crate::link::ServerEvent;
use crate::protocol::{ComponentStats, ComponentTiming, Event, LatencyTrace, OperationStats, SystemMetrics};

/// Capacity for turns: days of talking, yet few enough to sort on every access.
const TURNS: usize = 1_000;
/// Capacity for resource samples: an hour at one per second.
const SAMPLES: usize = 3_600;
/// Recent durations of an operation from which its percentiles are computed.
const RECENT: usize = 200;
/// Capacity for operations, measured and reported each. Coda has about twenty; operations beyond the limit are ignored.
const OPERATIONS: usize = 500;

/// Time spent on each part of a turn, in seconds. `None` if the server did not report it or the
/// turn did not have that stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TurnLatency {
    /// Time of the report.
    pub time: DateTime<Utc>,
    pub stt: Option<f64>,
    pub llm: Option<f64>,
    pub tts: Option<f64>,
    pub tools: Option<f64>,
    pub memory: Option<f64>,
    /// The whole turn.
    pub total: Option<f64>,
    /// The whole turn without listening and speaking.
    pub processing: Option<f64>,
    /// Length of the user's recording.
    pub stt_audio: Option<f64>,
    /// Length of the spoken audio.
    pub tts_audio: Option<f64>,
    /// From the beginning to the end of the interaction.
    pub interaction: Option<f64>,
}

impl TurnLatency {
    fn read(trace: &LatencyTrace, time: DateTime<Utc>) -> Self {
        let find = |flat: Option<f64>, nested: Option<&BTreeMap<String, Option<f64>>>, names: &[&str]| {
            let look_up = |name: &&str| measured(nested?.get(*name).copied().flatten());
            measured(flat).or_else(|| names.iter().find_map(look_up))
        };
        // Coda reports 0 for a stage that the turn did not have.
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

/// Stages that the current turn has had, as far as its events show.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Stages {
    /// Whether speech was recognized since the last user turn.
    take_transcript: bool,
    /// Whether the turn started with recognized speech; `None` if its start or anything since was missed.
    was_spoken: Option<bool>,
    /// Whether it used a tool.
    used_tools: bool,
}

impl Stages {
    fn apply(&mut self, event: &Event) {
        match event {
            Event::SttStart(_) => self.take_transcript = false,
            Event::SttResult(result) => self.take_transcript = !result.text.trim().is_empty(),
            Event::ConversationTurn(turn) if turn.role == "user" => {
                *self = Self { was_spoken: Some(self.take_transcript), ..Self::default() };
            }
            Event::ToolCall(_) | Event::ToolResult(_) | Event::ToolError(_) => self.used_tools = true,
            _ => {}
        }
    }

    /// Ends the turn with its trace. Removes the times of stages that the turn did not have, for
    /// which Coda repeats old values.
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

/// Latest duration of each stage, in seconds. Available before a turn is complete, and even without a trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Partial {
    pub stt: Option<f64>,
    pub llm: Option<f64>,
    pub tts: Option<f64>,
    pub tools: Option<f64>,
    /// Length of the latest spoken audio.
    pub tts_audio: Option<f64>,
}

/// Statistics of one part over the stored turns, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Number of turns that report it.
    pub count: usize,
    /// Value of the latest such turn.
    pub last: f64,
    pub mean: f64,
    pub p50: f64,
    pub p95: f64,
    pub max: f64,
}

/// Resource usage of the server at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResourceSample {
    pub time: DateTime<Utc>,
    /// Main memory in megabytes.
    pub memory_mb: Option<f64>,
    /// CPU usage in percent of one core.
    pub cpu_percent: Option<f64>,
    /// Graphics memory in megabytes.
    pub gpu_vram_mb: Option<f64>,
    /// Time since the server's start, in seconds.
    pub uptime_seconds: Option<f64>,
}

/// Durations of one operation as measured by its events, in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationTiming {
    pub count: u32,
    pub min: f64,
    pub max: f64,
    /// Mean of all durations.
    pub mean: f64,
    pub last: f64,
    /// The last 200 durations, newest last.
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

    /// Returns the median of the last 200 durations.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        median(&sorted(self.recent.iter().copied()))
    }

    /// Returns a percentile of the last 200 durations; `p` from 0 to 100.
    #[must_use]
    pub fn percentile(&self, p: f64) -> Option<f64> {
        percentile(&sorted(self.recent.iter().copied()), p)
    }
}

/// An operation with its measured and reported durations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operation<'a> {
    /// Component, for example `llm`.
    pub component: &'a str,
    /// Operation, for example `generate_response`.
    pub name: &'a str,
    /// Measured here from individual timing events.
    pub measured: Option<&'a OperationTiming>,
    /// The server's own statistics, as last reported.
    pub reported: Option<&'a OperationStats>,
}

/// Component and operation.
type OperationName = (String, String);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Performance {
    turns: VecDeque<TurnLatency>,
    stages: Stages,
    partial: Partial,
    samples: VecDeque<ResourceSample>,
    #[serde(with = "super::entries")]
    measured: BTreeMap<OperationName, OperationTiming>,
    #[serde(with = "super::entries")]
    reported: BTreeMap<OperationName, OperationStats>,
    revision: u64,
}

impl super::Model for Performance {
    fn apply(&mut self, event: &ServerEvent) {
        self.apply(event);
    }

    fn disconnected(&mut self) {
        self.disconnected();
    }

    fn revision(&self) -> u64 {
        self.revision()
    }
}

impl Performance {
    pub fn apply(&mut self, event: &ServerEvent) {
        self.stages.apply(&event.event);
        let changed = match &event.event {
            Event::LatencyTrace(trace) => self.add_turn(trace, event.time),
            Event::SystemMetrics(metrics) => self.add_sample(metrics, event.time),
            Event::ComponentTiming(timing) => self.add_timing(timing),
            Event::ComponentStats(stats) => self.take_report(stats),
            Event::SttResult(result) => replace(&mut self.partial.stt, result.duration_seconds),
            Event::LlmResult(result) => replace(&mut self.partial.llm, result.duration_seconds),
            Event::TtsResult(result) => {
                let making = replace(&mut self.partial.tts, result.duration_seconds);
                replace(&mut self.partial.tts_audio, result.audio_duration_seconds) || making
            }
            Event::ToolResult(answer) => replace(&mut self.partial.tools, answer.duration_seconds),
            _ => false,
        };
        self.revision += u64::from(changed);
    }

    /// Forgets the stages of the current turn, since some of them will be missed.
    pub fn disconnected(&mut self) {
        self.stages = Stages::default();
    }

    /// Incremented with each visible change.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns the traced turns, oldest first.
    #[must_use]
    pub const fn turns(&self) -> &VecDeque<TurnLatency> {
        &self.turns
    }

    #[must_use]
    pub const fn partial(&self) -> Partial {
        self.partial
    }

    /// Summarizes one part over the stored turns, for example `|turn| turn.llm`. Returns `None` if no turn reports it.
    #[must_use]
    pub fn summary(&self, part: impl Fn(&TurnLatency) -> Option<f64>) -> Option<Summary> {
        let seconds = || self.turns.iter().filter_map(&part);
        let sorted = sorted(seconds());
        Some(Summary {
            count: sorted.len(),
            last: seconds().next_back()?,
            mean: mean(seconds())?,
            p50: median(&sorted)?,
            p95: percentile(&sorted, 95.0)?,
            max: *sorted.last()?,
        })
    }

    /// Returns the resource samples, oldest first.
    #[must_use]
    pub const fn samples(&self) -> &VecDeque<ResourceSample> {
        &self.samples
    }

    /// Returns all operations with a duration, by component and name.
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

    /// Replaces all reported statistics: each report is complete.
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

/// Returns the median of ascending values: of an even number of them, the mean of the two in the middle.
#[must_use]
pub fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    let upper = sorted.get(middle)?;
    Some(if sorted.len() % 2 == 1 { *upper } else { f64::midpoint(sorted[middle - 1], *upper) })
}

/// Returns the percentile `p`, from 0 to 100, of ascending values by the nearest-rank method.
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

/// Returns the values in ascending order.
#[must_use]
pub fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Returns the mean, computed incrementally because a sum could overflow.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let add = |mean: Option<f64>, (value, count)| {
        let mean = mean.unwrap_or(0.0);
        Some(mean + (value - mean) / f64::from(count))
    };
    values.zip(1_u32..).fold(None, add)
}

/// Updates a duration if the new one is valid. Returns whether it changed.
fn replace(known: &mut Option<f64>, newer: Option<f64>) -> bool {
    let newer = measured(newer).or(*known);
    std::mem::replace(known, newer) != newer
}

/// A measured time, from seconds.
pub(super) fn measured_time(seconds: Option<f64>) -> Option<Duration> {
    measured(seconds).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

/// Filters out what cannot be a measurement: negative, infinite and NaN values.
pub(super) fn measured(figure: Option<f64>) -> Option<f64> {
    figure.filter(|figure| figure.is_finite() && *figure >= 0.0)
}
