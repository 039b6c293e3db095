//! Compares two records: what is new, missing, changed, slower, or ended in another way.
//!
//! The records are aligned by their turns and messages, and not by time. What varies by nature is no difference: ids,
//! times, measurements, and how an answer is cut into tokens.

mod alignment;
mod collector;
mod content;
mod difference;
mod lanes;
mod messages;
mod outline;
mod reader;
mod speed;
mod turns;

pub use difference::{
    Both, CallOutcome, ConnectionProblem, DifferenceKind, OnlyIn, RecordChange, RecordDifference, TurnOutcome,
};

use crate::history::Recorder;
use collector::Collector;
use outline::Outline;
use speed::Speeds;
use turns::TurnPair;

/// The differences between two records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordComparison {
    /// In the order of the turns.
    pub differences: Vec<RecordDifference>,
    /// Place of the earliest difference in what was done. A different speed is none.
    pub first_divergence: Option<usize>,
    /// The turns of both records in one order. The first entry is what comes before any turn.
    pub turns: Vec<ComparedTurn>,
}

/// A turn of one record or of both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparedTurn {
    /// The user's words; `None` for the entry before the first turn, and where nothing was recognized.
    pub words: Option<String>,
    /// Numbers of the first rows.
    pub rows: Both<Option<u64>>,
}

impl RecordComparison {
    #[must_use]
    pub fn of(left: &Recorder, right: &Recorder) -> Self {
        let records = Both::new(left, right);
        let read = records.map(Outline::of);
        let outlines = read.as_ref();
        let pairs = turns::pair(outlines);
        let mut places = outlines.map(|outline| vec![0; outline.segments.len()]);
        for (turn, TurnPair { segments, .. }) in pairs.iter().enumerate() {
            if let Some(left) = segments.left {
                places.left[left] = turn;
            }
            if let Some(right) = segments.right {
                places.right[right] = turn;
            }
        }
        let mut found = Collector::new(outlines, places);
        let mut speeds = Speeds::default();
        for (turn, pair) in pairs.iter().enumerate() {
            compare_turn(records, outlines, turn, *pair, &mut speeds, &mut found);
        }
        messages::compare(outlines, &pairs, &mut found);
        lanes::compare_types(outlines, &mut found);
        compare_problems(outlines, &mut found);
        compare_errors(outlines, &mut found);
        speeds.finish(&mut found);
        let differences = found.finish();
        let first_divergence = differences.iter().position(|difference| difference.kind() != DifferenceKind::Speed);
        let turns = pairs.iter().map(|pair| compared(outlines, *pair)).collect();
        Self { differences, first_divergence, turns }
    }
}

fn compare_turn(
    records: Both<&Recorder>,
    outlines: Both<&Outline>,
    turn: usize,
    TurnPair { segments, is_moved }: TurnPair,
    speeds: &mut Speeds,
    found: &mut Collector<'_>,
) {
    let left = segments.left.and_then(|place| outlines.left.segments.get(place));
    let right = segments.right.and_then(|place| outlines.right.segments.get(place));
    match (left, right) {
        (Some(left), Some(right)) => {
            let segments = Both::new(left, right);
            if is_moved {
                found.add(turn, segments.map(|segment| Some(segment.row)), RecordChange::TurnMoved);
            }
            let known = turns::compare(records, turn, segments, found);
            lanes::compare(records, turn, segments, known, found);
            speeds.add(turn, segments);
        }
        (Some(left), None) => found.add_one_sided(turn, OnlyIn::Left, left.row, RecordChange::Turn(OnlyIn::Left)),
        (None, Some(right)) => found.add_one_sided(turn, OnlyIn::Right, right.row, RecordChange::Turn(OnlyIn::Right)),
        (None, None) => {}
    }
}

fn compared(outlines: Both<&Outline>, TurnPair { segments, .. }: TurnPair) -> ComparedTurn {
    let left = segments.left.and_then(|place| outlines.left.segments.get(place));
    let right = segments.right.and_then(|place| outlines.right.segments.get(place));
    ComparedTurn {
        words: left.and_then(|turn| turn.words.clone()).or_else(|| right.and_then(|turn| turn.words.clone())),
        rows: Both::new(left.map(|turn| turn.row), right.map(|turn| turn.row)),
    }
}

/// Problems of the connection that one record has more often, with the first row of those.
fn compare_problems(outlines: Both<&Outline>, found: &mut Collector<'_>) {
    for problem in [
        ConnectionProblem::Refused,
        ConnectionProblem::Unreachable,
        ConnectionProblem::Lost,
        ConnectionProblem::Restarted,
        ConnectionProblem::Missed,
    ] {
        let is_of_page = matches!(problem, ConnectionProblem::Unreachable | ConnectionProblem::Lost);
        // Only this program records them.
        if is_of_page && (outlines.left.is_foreign || outlines.right.is_foreign) {
            continue;
        }
        let rows = outlines.map(|outline| {
            let rows = outline.problems.iter().filter(|(it, _)| *it == problem).map(|(_, row)| *row);
            rows.collect::<Vec<u64>>()
        });
        let counts = rows.as_ref().map(Vec::len);
        let (only_in, more) =
            if counts.left > counts.right { (OnlyIn::Left, &rows.left) } else { (OnlyIn::Right, &rows.right) };
        if let Some(row) = more.get(counts.left.min(counts.right)) {
            found.add_by_row(only_in, *row, RecordChange::Connection { problem, counts });
        }
    }
}

/// Errors that only one record has, unless a turn or the call of a tool shows them.
fn compare_errors(outlines: Both<&Outline>, found: &mut Collector<'_>) {
    let shown = found.shown();
    for (only_in, some, other, shown) in [
        (OnlyIn::Left, outlines.left, outlines.right, &shown.left),
        (OnlyIn::Right, outlines.right, outlines.left, &shown.right),
    ] {
        for (error, seen) in &some.errors {
            if !other.errors.contains_key(error) && !shown.contains(&seen.row) {
                let change = RecordChange::Error { error: error.clone(), count: seen.count, only_in };
                found.add_by_row(only_in, seen.row, change);
            }
        }
    }
}
