//! Orders the server's events by `seq`: delivers each once, merges replays with live events, detects restarts, and
//! reports gaps.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::ids::{FrameId, MessageId};
use super::io::{GapReport, ServerEvent};
use super::received_events::ReceivedEvents;
use crate::bounded::push_bounded;
use crate::protocol::{Envelope, Event, Instant, Moment, ServerClock};

/// How long a replay waits for the first live event of its connection, which shows what server run it belongs to. The
/// ping that begins each connection is echoed within milliseconds.
const HOLD_REPLAY: std::time::Duration = std::time::Duration::from_secs(3);

/// How long a missing number may still arrive. The server's threads overtake each other by milliseconds, and a replay
/// may arrive just after the live events.
const MAX_REORDERING: std::time::Duration = std::time::Duration::from_secs(1);

/// Maximum number of ranges of missing numbers, and of pending reports. The oldest is dropped first.
const MAX_GAPS: usize = 1_000;

/// Sequence number from which a larger one excludes a restart. Below, a restarted server could have reached it since:
/// it drops events unnumbered until a client connects.
const MIN_CONCLUSIVE_SEQ: u64 = 50;

/// Maximum number of sessions whose ids are remembered. A replay holds at most 50 events.
const MAX_SESSIONS: usize = 64;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Inbound {
    epoch: u32,
    /// Increments when the server may have restarted; `epoch` only when it certainly has.
    run: u32,
    /// First live sequence number of this epoch.
    first_seq: Option<u64>,
    /// Largest sequence number of this epoch.
    last_seq: Option<u64>,
    /// Ranges of numbers below `last_seq` that have not arrived; inclusive.
    gaps: Vec<(u64, u64)>,
    clock: ServerClock,
    /// A replay that waits for the first live event of the connection, with its deadline.
    held: Option<(Vec<Arrival>, Instant)>,
    /// Reports that wait for missing numbers, in order of their deadlines.
    pending_gaps: Vec<PendingGap>,
    /// Whether no live event has arrived on this connection yet.
    awaits_first_event: bool,
    /// Whether another client has been seen. If so, the server also numbered events while this page was away.
    other_clients_seen: bool,
    /// Ids of the sessions that the server has begun in this run, oldest first.
    sessions: VecDeque<String>,
    /// Whether this is the first connection of a visit that continues another one. What came between the two visits is
    /// not reported as missing.
    begins_visit: bool,
}

/// A broadcast that arrived live or in a replay.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Arrival {
    frame: FrameId,
    seq: Option<u64>,
    /// `None` if only its number was readable. It has arrived, so it is not reported as missing.
    envelope: Option<Envelope>,
}

impl Arrival {
    pub(super) const fn event(frame: FrameId, envelope: Envelope) -> Self {
        Self { frame, seq: envelope.seq, envelope: Some(envelope) }
    }

    pub(super) const fn unreadable(frame: FrameId, seq: u64) -> Self {
        Self { frame, seq: Some(seq), envelope: None }
    }
}

/// A report on a new connection or a gap that waits for missing numbers.
#[derive(Debug, Serialize, Deserialize)]
struct PendingGap {
    /// Range of the missing numbers, inclusive; empty if none is missing.
    numbers: (u64, u64),
    /// The report so far.
    resumed: GapReport,
    /// Time at which the numbers that are still missing count as lost.
    until: Instant,
}

/// Events and reports to emit.
#[derive(Debug, Default)]
pub(crate) struct OrderedEvents {
    /// In the order of delivery.
    pub(crate) events: Vec<ServerEvent>,
    /// One for each connection after the first, and one for each gap that was not filled.
    pub(crate) resumed: Vec<GapReport>,
}

impl Inbound {
    pub(super) fn new() -> Self {
        Self {
            epoch: 1,
            run: 1,
            first_seq: None,
            last_seq: None,
            gaps: Vec::new(),
            clock: ServerClock::default(),
            held: None,
            pending_gaps: Vec::new(),
            awaits_first_event: true,
            other_clients_seen: false,
            sessions: VecDeque::new(),
            begins_visit: false,
        }
    }

    pub(super) fn received(&self) -> ReceivedEvents {
        ReceivedEvents {
            epoch: self.epoch,
            run: self.run,
            first_seq: self.first_seq,
            last_seq: self.last_seq,
            gaps: self.gaps.clone(),
            sessions: self.sessions.clone(),
        }
    }

    /// Continues with the events that an earlier visit has received, in place of none.
    pub(super) fn recall(&mut self, received: ReceivedEvents) {
        let ReceivedEvents { epoch, run, first_seq, last_seq, gaps, sessions } = received;
        *self = Self { epoch, run, first_seq, last_seq, gaps, sessions, begins_visit: true, ..Self::new() };
    }

    /// Gives received events the current numbers of epoch and run, since theirs belonged to another visit.
    pub(super) fn renumbered(&self, received: ReceivedEvents) -> ReceivedEvents {
        ReceivedEvents { epoch: self.epoch, run: self.run, ..received }
    }

    /// Returns the server run of this connection, once an event has arrived on it. The server's memory of messages
    /// lasts for a run.
    pub(super) fn run(&self) -> Option<u32> {
        (!self.awaits_first_event).then_some(self.run)
    }

    /// Returns the largest sequence number of the epoch, or 0.
    pub(super) fn last_seq(&self) -> u64 {
        self.last_seq.unwrap_or_default()
    }

    pub(super) const fn other_client_seen(&mut self) {
        self.other_clients_seen = true;
    }

    /// Prepares for a new connection.
    pub(super) fn begin_connection(&mut self) {
        self.awaits_first_event = true;
        self.held = None;
    }

    /// Prepares for another server, whose numbers are unrelated. The new one gets new numbers of epoch and run.
    pub(super) fn change_server(&mut self) {
        *self = Self { epoch: self.epoch + 1, run: self.run + 1, ..Self::new() };
    }

    pub(super) fn next_wakeup(&self) -> Option<Instant> {
        let held = self.held.as_ref().map(|(_, until)| *until);
        held.into_iter().chain(self.pending_gaps.first().map(|pending_gap| pending_gap.until)).min()
    }

    /// Accepts the events of a replay.
    pub(super) fn replay(&mut self, now: Moment, events: Vec<Arrival>) -> OrderedEvents {
        if self.awaits_first_event {
            self.held = Some((events, now.mono + HOLD_REPLAY));
            return OrderedEvents::default();
        }
        let mut accepted = OrderedEvents::default();
        self.apply_replay(now, events, &mut accepted);
        self.settle(now, &mut accepted);
        accepted
    }

    /// Stops waiting for a live event or for missing numbers whose deadline has passed.
    pub(super) fn tick(&mut self, now: Moment) -> OrderedEvents {
        let mut accepted = OrderedEvents::default();
        if let Some((events, until)) = self.held.take() {
            if until <= now.mono {
                self.apply_replay(now, events, &mut accepted);
            } else {
                self.held = Some((events, until));
            }
        }
        self.settle(now, &mut accepted);
        accepted
    }

    /// Accepts a live event. `answers` is the message of ours that it echoes.
    pub(super) fn live(&mut self, now: Moment, arrival: Arrival, answers: Option<MessageId>) -> OrderedEvents {
        let mut accepted = OrderedEvents::default();
        let Some(seq) = arrival.seq else {
            accepted.events.extend(self.stamp(now, arrival, false, answers));
            return accepted;
        };
        let before = self.last_seq;
        let is_behind = before.is_some_and(|last| seq <= last);
        // A restart ends the connection. Within one, the server's threads overtake each other.
        if is_behind && !self.awaits_first_event {
            if self.fill_gap(seq) {
                accepted.events.extend(self.stamp(now, arrival, false, answers));
                self.settle(now, &mut accepted);
            }
            return accepted;
        }
        let restarted = is_behind || self.held.as_ref().is_some_and(|(events, _)| self.is_of_another_run(events));
        let is_doubtful = self.awaits_first_event && before.is_some_and(|last| last < MIN_CONCLUSIVE_SEQ);
        if restarted || is_doubtful {
            self.run += 1;
        }
        if restarted {
            // Nothing will arrive any more of the run that ended.
            accepted.resumed.extend(self.pending_gaps.drain(..).map(|pending_gap| pending_gap.resumed));
            self.epoch += 1;
            self.first_seq = None;
            self.last_seq = None;
            self.gaps.clear();
            self.sessions.clear();
            self.clock = ServerClock::default();
        }
        let missed = self.advance(seq);
        self.first_seq.get_or_insert(seq);
        let first = std::mem::take(&mut self.awaits_first_event);
        let is_expected = first && std::mem::take(&mut self.begins_visit);
        if before.is_some() && (first || missed > 0) && !is_expected {
            let resumed = GapReport {
                epoch: self.epoch,
                reconnected: first,
                restarted,
                missed,
                recovered: 0,
                more_unknown: first && !self.other_clients_seen,
            };
            self.pending_gap((seq - missed, seq.saturating_sub(1)), resumed, now, &mut accepted);
        }
        // The clock must learn from the live event before it maps the older times of the replay.
        if let Some(envelope) = &arrival.envelope {
            self.clock.learn(envelope.timestamp, now.wall);
        }
        if let Some((events, _)) = self.held.take() {
            self.apply_replay(now, events, &mut accepted);
        }
        self.settle(now, &mut accepted);
        accepted.events.extend(self.stamp(now, arrival, false, answers));
        accepted
    }

    /// Whether a replay shows that the server has restarted although its numbers have passed ours: an unknown session
    /// begins with an event that would have arrived long ago, or would have left the replay before our first one.
    fn is_of_another_run(&self, events: &[Arrival]) -> bool {
        !self.sessions.is_empty()
            && events.iter().any(|arrival| {
                let Some(Event::ConversationStart(start)) = arrival.envelope.as_ref().map(|envelope| &envelope.event)
                else {
                    return false;
                };
                let is_known = self.sessions.contains(&start.session_id.0);
                let is_missing = |seq| self.gaps.iter().any(|(from, to)| (*from..=*to).contains(&seq));
                let is_old = |seq| Some(seq) <= self.last_seq && (!is_missing(seq) || Some(seq) < self.first_seq);
                !is_known && arrival.seq.is_some_and(is_old)
            })
    }

    fn pending_gap(&mut self, numbers: (u64, u64), resumed: GapReport, now: Moment, accepted: &mut OrderedEvents) {
        if self.pending_gaps.len() == MAX_GAPS {
            accepted.resumed.push(self.pending_gaps.remove(0).resumed);
        }
        self.pending_gaps.push(PendingGap { numbers, resumed, until: now.mono + MAX_REORDERING });
    }

    /// Emits the reports that are final: nothing is missing any more, or the deadline has passed. A gap within a
    /// connection that was filled is not reported.
    fn settle(&mut self, now: Moment, accepted: &mut OrderedEvents) {
        let is_over = |pending_gap: &mut PendingGap| {
            pending_gap.resumed.missed == pending_gap.resumed.recovered || pending_gap.until <= now.mono
        };
        let over = self.pending_gaps.extract_if(.., is_over).map(|pending_gap| pending_gap.resumed);
        accepted.resumed.extend(over.filter(|resumed| resumed.reconnected || resumed.missed > resumed.recovered));
    }

    /// Advances to `seq`. Returns the number of events missing before it.
    fn advance(&mut self, seq: u64) -> u64 {
        let (from, counted) = match self.last_seq {
            Some(last) => (last + 1, true),
            // Events from before the first connection were not missed, but a replay may contain them.
            None => (1, false),
        };
        self.last_seq = Some(seq);
        if from < seq {
            if self.gaps.len() == MAX_GAPS {
                self.gaps.remove(0);
            }
            self.gaps.push((from, seq - 1));
        }
        if counted { seq - from } else { 0 }
    }

    fn apply_replay(&mut self, now: Moment, mut events: Vec<Arrival>, accepted: &mut OrderedEvents) {
        events.sort_by_key(|arrival| arrival.seq);
        for arrival in events {
            let is_new = match arrival.seq {
                None => true,
                Some(seq) if self.last_seq.is_none_or(|last| seq > last) => {
                    self.advance(seq);
                    true
                }
                Some(seq) => self.fill_gap(seq),
            };
            if is_new {
                accepted.events.extend(self.stamp(now, arrival, true, None));
            }
        }
    }

    /// Removes `seq` from the missing numbers. Returns false if it was not among them.
    fn fill_gap(&mut self, seq: u64) -> bool {
        let Some(at) = self.gaps.iter().position(|(from, to)| (*from..=*to).contains(&seq)) else { return false };
        let (from, to) = self.gaps.remove(at);
        if seq < to {
            self.gaps.insert(at, (seq + 1, to));
        }
        if from < seq {
            self.gaps.insert(at, (from, seq - 1));
        }
        let is_here = |pending_gap: &&mut PendingGap| (pending_gap.numbers.0..=pending_gap.numbers.1).contains(&seq);
        if let Some(pending_gap) = self.pending_gaps.iter_mut().find(is_here) {
            pending_gap.resumed.recovered += 1;
        }
        true
    }

    fn stamp(
        &mut self,
        now: Moment,
        arrival: Arrival,
        replayed: bool,
        answers: Option<MessageId>,
    ) -> Option<ServerEvent> {
        let Arrival { frame, envelope, .. } = arrival;
        let Envelope { seq, timestamp, event } = envelope?;
        if !replayed {
            self.clock.learn(timestamp, now.wall);
        }
        if let Event::ConversationStart(start) = &event
            && !self.sessions.contains(&start.session_id.0)
        {
            push_bounded(&mut self.sessions, start.session_id.0.clone(), MAX_SESSIONS);
        }
        let time = self.clock.wall_time(timestamp, now.wall);
        Some(ServerEvent { frame, epoch: self.epoch, seq, time, at: now, replayed, answers, event })
    }
}
