//! The server's clock: that it runs backwards, or ahead of time.

use std::time::Duration;

use crate::analysis::board::{Board, Report};
use crate::analysis::finding::{Confidence, FindingKind};
use crate::history::skim;
use crate::history::{Recorder, Row, RowKind, What};
use crate::protocol::Timestamp;

/// Events are looked at so often: their order is told by others.
const EVERY: Duration = Duration::from_millis(200);
/// A jump is no less than this, in seconds.
const JUMP: f64 = 2.0;

/// From here on a number is milliseconds since 1970, no seconds.
const FIRST_MILLIS: f64 = 1e11;

/// What the last event that was looked at told.
#[derive(Clone, Copy, Debug)]
struct Seen {
    row: u64,
    seq: u64,
    epoch: u32,
    /// The server's time, in seconds.
    time: f64,
    /// How far it was ahead of the page's two clocks at most, in seconds: the one stands still while the machine
    /// sleeps, the other can be set.
    lead: [f64; 2],
}

#[derive(Debug, Default)]
pub(super) struct Clock {
    looked_at: Timestamp,
    last: Option<Seen>,
}

impl Clock {
    pub(super) fn see(&mut self, row: &Row, recorder: &Recorder, board: &mut Board) {
        let RowKind::FrameIn { text, seq: Some(seq), what: What::Event, .. } = &row.kind else { return };
        if self.last.is_some() && row.at.mono.since(self.looked_at) < EVERY {
            return;
        }
        self.looked_at = row.at.mono;
        let Some(time) = skim::member(text, "timestamp").and_then(|time| time.parse::<f64>().ok()) else { return };
        let time = if time > FIRST_MILLIS { time / 1_000.0 } else { time };
        #[expect(clippy::cast_precision_loss, reason = "seconds to a thousandth")]
        let clocks = [row.at.mono.as_micros() as f64 / 1e6, row.at.wall.timestamp_millis() as f64 / 1e3];
        let lead = clocks.map(|clock| time - clock);
        let seen = Seen { row: row.number, seq: *seq, epoch: recorder.epoch_of(row.number), time, lead };
        let before = self.last.replace(seen);
        let Some(before) = before.filter(|before| before.epoch == seen.epoch && before.seq < seen.seq) else { return };
        let passed = seen.time - before.time;
        // A frame may be late, never early: it is the greatest lead so far that counts.
        let ahead = (lead[0] - before.lead[0]).min(lead[1] - before.lead[1]);
        if passed >= -JUMP
            && let Some(last) = &mut self.last
        {
            last.lead = [lead[0].max(before.lead[0]), lead[1].max(before.lead[1])];
        }
        let words = if passed < -JUMP {
            format!("Coda's clock went back by {:.1} s between two events.", -passed)
        } else if ahead > JUMP {
            format!("Coda's clock went ahead by {ahead:.1} s between two events.")
        } else {
            return;
        };
        let (kind, confidence, rows) = (FindingKind::ClockJump, Confidence::Certain, [before.row, seen.row]);
        board.raise(Report { kind, subject: "", confidence, words, rows: &rows, at: row.at });
    }
}
