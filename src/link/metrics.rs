//! How the link has been doing: times, rates and counts, taken from what it tells. Bounded, readable at any time.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use hdrhistogram::Histogram;

use super::ids::MessageId;
use super::io::LinkEvent;
use super::message::{Acknowledgement, MessageState, MessageStatus};
use super::phase::{Phase, PhaseKind};
use crate::protocol::{Command, Instant};

/// The longest time that is told apart; longer ones count as this long.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Two significant digits: 1 % is more than a person compares.
const DIGITS: u8 = 2;
/// Over how many seconds rates are taken.
const RATE_SECONDS: u64 = 10;

/// How long something took, over all the times it was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Percentiles {
    /// How often it was measured.
    pub count: u64,
    /// Half of the times are at most this.
    pub p50: Duration,
    /// 95 of 100.
    pub p95: Duration,
    /// 99 of 100.
    pub p99: Duration,
    /// The longest.
    pub max: Duration,
}

/// How the link has been doing since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Metrics {
    /// From being created to being written for the first time; without pings.
    pub queue_wait: Percentiles,
    /// From the only write to its echo.
    pub round_trip: Percentiles,
    /// From the end of a ready connection to the next one.
    pub recovery: Percentiles,
    /// Frames that came in, a second, over the last ten seconds.
    pub frames_in_rate: f64,
    /// Frames that were written, a second, over the last ten seconds.
    pub frames_out_rate: f64,
    /// How long there has been a ready connection.
    pub ready_time: Duration,
    /// How long there should have been one: since the first wish, without the times of being offline on purpose.
    pub wanted_time: Duration,
    /// Connections that became ready after the first.
    pub reconnects: u64,
    /// Second and later writes of the same message.
    pub retries: u64,
    /// Messages without pings, by how they ended.
    pub outcomes: OutcomeCounts,
    /// Events missed for good while there was no connection.
    pub missed_away: u64,
    /// Events missed for good although the connection was open.
    pub missed_open: u64,
    /// Events of an outage, or of a gap that was not filled, that were replayed or came late.
    pub recovered: u64,
    /// Frames that could not be read.
    pub unreadable: u64,
}

impl Metrics {
    /// The share of time with a ready connection, from 0 to 1; `None` before one was wanted.
    #[must_use]
    pub fn uptime(&self) -> Option<f64> {
        (!self.wanted_time.is_zero()).then(|| self.ready_time.as_secs_f64() / self.wanted_time.as_secs_f64())
    }
}

/// Messages by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutcomeCounts {
    /// By their echo.
    pub echoed: u64,
    /// By the answer to a second copy, or by a turn with their text.
    pub proven: u64,
    /// Whose outcome was unknown at some time.
    pub unconfirmed: u64,
    /// Held back as duplicates.
    pub suppressed: u64,
    /// That waited too long.
    pub expired: u64,
    /// That could not be sent.
    pub failed: u64,
    /// Taken back, undone or sent again.
    pub cancelled: u64,
}

/// Watches what the link tells.
#[derive(Debug)]
pub(super) struct MetricsRecorder {
    queue_wait: Times,
    round_trip: Times,
    recovery: Times,
    frames_in: Rate,
    frames_out: Rate,
    /// When each message in flight was first written, until it is settled.
    first_writes: HashMap<MessageId, Instant>,
    /// Since when there is a ready connection.
    ready_since: Option<Instant>,
    /// Since when one is wanted.
    wanted_since: Option<Instant>,
    /// When the last ready connection ended.
    lost_at: Option<Instant>,
    has_been_ready: bool,
    totals: Metrics,
}

impl MetricsRecorder {
    pub(super) fn new() -> Self {
        Self {
            queue_wait: Times::new(),
            round_trip: Times::new(),
            recovery: Times::new(),
            frames_in: Rate::default(),
            frames_out: Rate::default(),
            first_writes: HashMap::new(),
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
            // On purpose: neither a loss nor something to recover from.
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

/// A histogram of times in microseconds; none where it could not be made.
#[derive(Debug)]
struct Times(Option<Histogram<u64>>);

impl Times {
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

/// Counts in whole seconds, of which only the last few are kept.
#[derive(Debug, Default)]
struct Rate {
    /// Second, count.
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

    /// Over the last whole seconds: the one that runs is not over.
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
