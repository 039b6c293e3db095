//! Detects jumps of the server's clock, and a wrong time of day.

use std::time::Duration;

use serde_json::Value;

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::history::scan;
use crate::history::{FrameClass, Recorder, Row, RowKind};
use crate::protocol::{Instant, LONGEST_DELAY, MAX_REORDERING, ServerTime};

/// Minimum time between the events that are examined.
const EVERY: Duration = Duration::from_millis(200);
/// Smallest jump in milliseconds; a smaller difference may be a delay.
const STEP: i64 = 2_000;

/// How many examined events with the same time, over which time, make a standstill.
const STILL: u32 = 8;
const STILL_FOR: Duration = Duration::from_secs(3);

/// The last examined event; times in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Seen {
    row: u64,
    seq: u64,
    epoch: u32,
    time: i64,
    /// Server time minus each of the page's two clocks. The monotonic clock stops while the machine sleeps, and the
    /// wall clock can be set.
    lead: [i64; 2],
    /// Greatest lead so far. A frame can be late but never early.
    greatest: [i64; 2],
}

#[derive(Debug, Default)]
pub(super) struct Clock {
    looked_at: Instant,
    last: Option<Seen>,
    /// The server reports times of day, and they are wrong.
    is_wrong: bool,
    /// The first event with the server's latest time, and how many have it.
    still: Option<(i64, Instant, u64, u32)>,
}

impl Clock {
    pub(super) fn on_row(&mut self, row: &Row, recorder: &Recorder, log: &mut FindingLog) {
        let RowKind::FrameIn { text, seq: Some(seq), class: FrameClass::Event, .. } = &row.kind else { return };
        if self.last.is_some() && row.at.mono.duration_since(self.looked_at) < EVERY {
            return;
        }
        self.looked_at = row.at.mono;
        let value: Option<Value> = scan::member(text, "timestamp").and_then(|raw| serde_json::from_str(raw).ok());
        let Some(time) = value.as_ref().and_then(ServerTime::from_value) else { return };
        self.judge(time, row, log);
        self.standstill(time, row, log);
        let page = i64::try_from(row.at.mono.as_micros() / 1_000).unwrap_or(i64::MAX);
        let lead = [page, row.at.wall.timestamp_millis()].map(|clock| time.millis().saturating_sub(clock));
        let epoch = recorder.epoch_of(row.number);
        let seen = Seen { row: row.number, seq: *seq, epoch, time: time.millis(), lead, greatest: lead };
        let before = self.last.replace(seen);
        let Some(before) = before.filter(|before| before.epoch == seen.epoch && before.seq < seen.seq) else { return };
        // Change of the lead since the last event: the clock's movement beyond the time that passed here.
        let [by_page, by_wall] = [0_usize, 1].map(|clock| lead[clock].saturating_sub(before.lead[clock]));
        let (back, ahead) = (by_page.max(by_wall), by_page.min(by_wall));
        let words = if before.time.saturating_sub(seen.time) >= MAX_REORDERING && back <= -STEP {
            format!("Coda's clock went back by {} between two events.", seconds(back))
        } else {
            let is_ahead = |clock: usize| lead[clock].saturating_sub(before.greatest[clock]) > STEP;
            let has_jumped = is_ahead(0) && is_ahead(1);
            if let Some(last) = &mut self.last {
                last.greatest = [0_usize, 1].map(|clock| lead[clock].max(before.greatest[clock]));
            }
            if !has_jumped {
                return;
            }
            format!("Coda's clock went ahead by {} between two events.", seconds(ahead))
        };
        let (kind, confidence, rows) = (FindingKind::ClockJump, Confidence::Certain, [before.row, seen.row]);
        log.raise(Occurrence { kind, subject: "", confidence, words, rows: &rows, at: row.at });
    }

    /// Reports a time of day that is off by more than a delay can explain.
    fn judge(&mut self, time: ServerTime, row: &Row, log: &mut FindingLog) {
        let off = time.ahead_of(row.at.wall).unwrap_or_default();
        let was_wrong = std::mem::replace(&mut self.is_wrong, off.saturating_abs() > LONGEST_DELAY);
        let (kind, confidence) = (FindingKind::ClockWrong, Confidence::Certain);
        if self.is_wrong && !was_wrong {
            let side = if off < 0 { "behind" } else { "ahead of" };
            let words = format!(
                "Coda's clock is {} {side} this computer's. Its events are shown with the times of their arrival.",
                seconds(off)
            );
            log.raise(Occurrence { kind, subject: "", confidence, words, rows: &[row.number], at: row.at });
        } else if was_wrong && !self.is_wrong {
            log.resolve(kind, row.at);
        }
    }

    /// Reports a time that stays the same while events come.
    fn standstill(&mut self, time: ServerTime, row: &Row, log: &mut FindingLog) {
        let now = time.millis();
        let Some((_, since, first, count)) = self.still.as_mut().filter(|(known, ..)| *known == now) else {
            if self.still.replace((now, row.at.mono, row.number, 1)).is_some_and(|(_, _, _, count)| count >= STILL) {
                log.resolve(FindingKind::ClockStands, row.at);
            }
            return;
        };
        *count += 1;
        let (span, first, count) = (row.at.mono.duration_since(*since), *first, *count);
        if count >= STILL && span >= STILL_FOR && !log.is_open(FindingKind::ClockStands, "") {
            let words = format!(
                "Coda has given its events the same time for {}, {count} of those examined.",
                seconds(i64::try_from(span.as_millis()).unwrap_or(i64::MAX))
            );
            let (kind, confidence, rows) = (FindingKind::ClockStands, Confidence::Certain, [first, row.number]);
            log.raise(Occurrence { kind, subject: "", confidence, words, rows: &rows, at: row.at });
        }
    }

    /// Another server may have another clock.
    pub(super) const fn forget(&mut self) {
        self.is_wrong = false;
        self.still = None;
    }
}

/// Formats milliseconds as seconds, without their sign.
fn seconds(millis: i64) -> String {
    let tenths = (millis.unsigned_abs() + 50) / 100;
    format!("{}.{} s", tenths / 10, tenths % 10)
}
