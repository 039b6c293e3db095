//! Metrics of the link, derived from its events. Memory is bounded, and they can be read at any time.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use super::ids::MessageId;
use super::io::LinkEvent;
use super::message::{Acknowledgement, MessageState, MessageStatus};
use super::phase::{Phase, PhaseKind};
use crate::protocol::{Command, Instant};

/// Upper bound of the histograms. Longer times count as this one.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Significant digits of the histograms. Two give 1 %, finer than anybody compares.
const DIGITS: u8 = 2;
/// Window of the rates, in seconds.
const RATE_SECONDS: u64 = 10;

/// Distribution of a duration since the link was created, exact to 1 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Number of measurements.
    pub count: u64,
    /// Median.
    pub p50: Duration,
    /// 95th percentile.
    pub p95: Duration,
    /// 99th percentile.
    pub p99: Duration,
    /// Longest duration, at most an hour.
    pub max: Duration,
}

/// Metrics of the link since it was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Time from a message's creation to its first write; without pings.
    pub queue_wait: Percentiles,
    /// Time from a message's first write to its echo; with pings and with retried messages.
    pub round_trip: Percentiles,
    /// Time from the loss of a ready connection to the next one; without deliberate disconnects.
    pub recovery: Percentiles,
    /// Frames received per second, averaged over the last ten whole seconds.
    pub frames_in_rate: f64,
    /// Frames written per second, averaged over the last ten whole seconds.
    pub frames_out_rate: f64,
    /// Total time with a ready connection.
    pub ready_time: Duration,
    /// Total time during which the user wanted a connection.
    pub wanted_time: Duration,
    /// Number of ready connections after the first.
    pub reconnects: u64,
    /// Number of writes after a message's first; with pings.
    pub retries: u64,
    /// Number of messages by outcome; without pings.
    pub outcomes: OutcomeCounts,
    /// Number of events lost while there was no connection.
    pub missed_away: u64,
    /// Number of events lost although the connection was open.
    pub missed_open: u64,
    /// Number of events that arrived late or in a replay, after a reconnect or in a gap that was only partly filled.
    pub recovered: u64,
    /// Number of frames and replay entries that could not be decoded.
    pub unreadable: u64,
}

impl Metrics {
    /// Returns the share of the wanted time with a ready connection, from 0 to 1; `None` before the first
    /// [`Input::Connect`](super::Input::Connect).
    #[must_use]
    pub fn uptime(&self) -> Option<f64> {
        (!self.wanted_time.is_zero()).then(|| self.ready_time.as_secs_f64() / self.wanted_time.as_secs_f64())
    }
}

/// Number of messages by outcome; without pings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeCounts {
    /// Delivered, as shown by an echo.
    pub echoed: u64,
    /// Delivered, as shown by the answer to a second copy or by a turn with the text.
    pub proven: u64,
    /// Unconfirmed at some time, and possibly counted a second time by a later outcome.
    pub unconfirmed: u64,
    /// Suppressed as duplicates.
    pub suppressed: u64,
    /// Expired in the queue.
    pub expired: u64,
    /// Rejected by the queue.
    pub failed: u64,
    /// Cancelled by the user, undone, or resent.
    pub cancelled: u64,
}

/// Derives the metrics from the link's events.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct MetricsRecorder {
    queue_wait: DurationHistogram,
    round_trip: DurationHistogram,
    recovery: DurationHistogram,
    frames_in: Rate,
    frames_out: Rate,
    /// Time of each first write, until the message is settled or unconfirmed.
    first_writes: BTreeMap<MessageId, Instant>,
    /// Start of the current ready connection.
    ready_since: Option<Instant>,
    /// Time since which a connection is wanted.
    wanted_since: Option<Instant>,
    /// End of the last ready connection, until the next one.
    lost_at: Option<Instant>,
    has_been_ready: bool,
    totals: Metrics,
}

impl MetricsRecorder {
    pub(super) fn new() -> Self {
        Self {
            queue_wait: DurationHistogram::new(),
            round_trip: DurationHistogram::new(),
            recovery: DurationHistogram::new(),
            frames_in: Rate::default(),
            frames_out: Rate::default(),
            first_writes: BTreeMap::new(),
            ready_since: None,
            wanted_since: None,
            lost_at: None,
            has_been_ready: false,
            totals: Metrics::default(),
        }
    }

    pub(super) fn observe(&mut self, event: &LinkEvent) {
        match event {
            LinkEvent::FrameIn { at, .. } => self.frames_in.count(at.mono),
            LinkEvent::FrameOut { at, .. } => self.frames_out.count(at.mono),
            LinkEvent::Message(status) => self.message(status),
            LinkEvent::Phase { phase, at, .. } => self.phase(phase, at.mono),
            LinkEvent::Resumed { resumed, .. } => {
                let totals = &mut self.totals;
                let missed = if resumed.reconnected { &mut totals.missed_away } else { &mut totals.missed_open };
                *missed += resumed.lost();
                totals.recovered += resumed.recovered;
            }
            LinkEvent::Reply { .. } | LinkEvent::Protections { .. } | LinkEvent::Event(_) => {}
        }
    }

    fn message(&mut self, status: &MessageStatus) {
        let is_ping = *status.command == Command::Ping;
        let now = status.at.mono;
        if let MessageState::Written { attempt, .. } = status.state {
            if attempt > 1 {
                self.totals.retries += 1;
                // Nobody knows which copy an echo answers.
                self.first_writes.remove(&status.id);
            } else {
                self.first_writes.insert(status.id, now);
                if !is_ping {
                    self.queue_wait.add(now.duration_since(status.created.mono));
                }
            }
        } else if let Some(written) = self.first_writes.remove(&status.id)
            && status.state == MessageState::Delivered(Acknowledgement::Echo)
        {
            self.round_trip.add(now.duration_since(written));
        }
        if is_ping {
            return;
        }
        let outcomes = &mut self.totals.outcomes;
        match status.state {
            MessageState::Queued | MessageState::Held(_) | MessageState::Written { .. } => {}
            MessageState::Delivered(Acknowledgement::Echo) => outcomes.echoed += 1,
            MessageState::Delivered(Acknowledgement::Duplicate | Acknowledgement::Turn) => outcomes.proven += 1,
            MessageState::Unconfirmed => outcomes.unconfirmed += 1,
            MessageState::Suppressed { .. } => outcomes.suppressed += 1,
            MessageState::Expired => outcomes.expired += 1,
            MessageState::Failed(_) => outcomes.failed += 1,
            MessageState::Cancelled(_) => outcomes.cancelled += 1,
        }
    }

    fn phase(&mut self, phase: &Phase, now: Instant) {
        let kind = phase.kind();
        if kind == PhaseKind::Ready {
            if self.ready_since.is_none() {
                self.ready_since = Some(now);
                self.totals.reconnects += u64::from(self.has_been_ready);
                self.has_been_ready = true;
                if let Some(lost_at) = self.lost_at.take() {
                    self.recovery.add(now.duration_since(lost_at));
                }
            }
        } else if let Some(since) = self.ready_since.take() {
            self.totals.ready_time += now.duration_since(since);
            self.lost_at = Some(now);
        }
        if kind == PhaseKind::Offline {
            // A deliberate disconnect is not a loss.
            self.lost_at = None;
            if let Some(since) = self.wanted_since.take() {
                self.totals.wanted_time += now.duration_since(since);
            }
        } else {
            self.wanted_since.get_or_insert(now);
        }
    }

    pub(super) fn read(&self, now: Instant, unreadable: u64) -> Metrics {
        let until_now = |since: Option<Instant>| since.map_or(Duration::ZERO, |since| now.duration_since(since));
        Metrics {
            queue_wait: self.queue_wait.percentiles(),
            round_trip: self.round_trip.percentiles(),
            recovery: self.recovery.percentiles(),
            frames_in_rate: self.frames_in.per_second(now),
            frames_out_rate: self.frames_out.per_second(now),
            ready_time: self.totals.ready_time + until_now(self.ready_since),
            wanted_time: self.totals.wanted_time + until_now(self.wanted_since),
            unreadable,
            ..self.totals
        }
    }
}

/// Histogram of durations in microseconds. Records nothing if it could not be created.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<(u64, u64)>", into = "Vec<(u64, u64)>")]
struct DurationHistogram(Option<Histogram<u64>>);

/// Stored as the recorded values with their counts.
impl From<DurationHistogram> for Vec<(u64, u64)> {
    fn from(DurationHistogram(histogram): DurationHistogram) -> Self {
        let Some(histogram) = histogram else { return Self::new() };
        histogram.iter_recorded().map(|step| (step.value_iterated_to(), step.count_at_value())).collect()
    }
}

impl From<Vec<(u64, u64)>> for DurationHistogram {
    fn from(recorded: Vec<(u64, u64)>) -> Self {
        let mut histogram = Self::new();
        if let Some(histogram) = &mut histogram.0 {
            for (value, count) in recorded {
                histogram.saturating_record_n(value, count);
            }
        }
        histogram
    }
}

impl DurationHistogram {
    fn new() -> Self {
        let longest = u64::try_from(LONGEST.as_micros()).unwrap_or(u64::MAX);
        Self(Histogram::new_with_bounds(1, longest, DIGITS).ok())
    }

    fn add(&mut self, time: Duration) {
        if let Some(histogram) = &mut self.0 {
            histogram.saturating_record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
        }
    }

    fn percentiles(&self) -> Percentiles {
        let Some(histogram) = self.0.as_ref().filter(|histogram| !histogram.is_empty()) else {
            return Percentiles::default();
        };
        let at = |quantile| Duration::from_micros(histogram.value_at_quantile(quantile));
        Percentiles {
            count: histogram.len(),
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            max: Duration::from_micros(histogram.max()),
        }
    }
}

/// Counts per second, for the last few seconds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Rate {
    /// Second and count.
    seconds: VecDeque<(u64, u64)>,
}

impl Rate {
    fn count(&mut self, now: Instant) {
        let second = second(now);
        match self.seconds.back_mut() {
            Some((last, count)) if *last == second => *count += 1,
            _ => {
                self.seconds.retain(|(at, _)| at + RATE_SECONDS >= second);
                self.seconds.push_back((second, 1));
            }
        }
    }

    /// Returns the mean over the last whole seconds, without the current one, which is not over.
    fn per_second(&self, now: Instant) -> f64 {
        let now = second(now);
        let recent = self.seconds.iter().filter(|(at, _)| *at < now && at + RATE_SECONDS >= now);
        #[expect(clippy::cast_precision_loss, reason = "frames in ten seconds")]
        let sum = recent.map(|(_, count)| *count).sum::<u64>() as f64;
        #[expect(clippy::cast_precision_loss, reason = "10")]
        let span = RATE_SECONDS as f64;
        sum / span
    }
}

const fn second(at: Instant) -> u64 {
    at.as_micros() / 1_000_000
}
