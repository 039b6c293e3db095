//! Compares how long the stages of paired turns took.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use super::collector::{Collector, earliest};
use super::difference::{Both, RecordChange};
use super::outline::Segment;
use crate::model::{Stage, StagePart};

/// Smaller differences say nothing.
const LEAST: Duration = Duration::from_millis(200);
/// Neither does a time that is at most so many percent of the other.
const PERCENT: u128 = 120;
/// A single turn stands out among others with this difference, and at twice the time.
const LEAST_OF_ONE: Duration = Duration::from_secs(1);

/// The times of a stage in a pair of turns.
struct Times {
    turn: usize,
    rows: Both<Option<u64>>,
    took: Both<Duration>,
}

/// The times of the stages in all pairs of turns.
#[derive(Default)]
pub(super) struct Speeds(BTreeMap<(Stage, Stage), Vec<Times>>);

impl Speeds {
    pub(super) fn add(&mut self, turn: usize, segments: Both<&Segment>) {
        let mut others: Both<Vec<&Stage>> = Both::default();
        for (stage, left) in &segments.left.stages {
            match segments.right.stages.get(stage) {
                Some(right) => self.add_times(turn, Both::new(stage, stage), Both::new(*left, *right)),
                None => others.left.push(stage),
            }
        }
        others.right.extend(segments.right.stages.keys().filter(|stage| !segments.left.stages.contains_key(*stage)));
        // Another model in the same place.
        let models = others.map(|stages| stages.into_iter().filter(|stage| stage.part() == StagePart::Model));
        for (left, right) in models.left.zip(models.right) {
            if let (Some(left_took), Some(right_took)) =
                (segments.left.stages.get(left), segments.right.stages.get(right))
            {
                self.add_times(turn, Both::new(left, right), Both::new(*left_took, *right_took));
            }
        }
    }

    fn add_times(&mut self, turn: usize, stages: Both<&Stage>, ends: Both<(Duration, u64)>) {
        let times = Times { turn, rows: ends.map(|(_, row)| Some(row)), took: ends.map(|(took, _)| took) };
        self.0.entry((stages.left.clone(), stages.right.clone())).or_default().push(times);
    }

    pub(super) fn finish(self, found: &mut Collector<'_>) {
        for ((left, right), times) in self.0 {
            let stages = Both::new(left, right);
            let medians = Both::new(
                median(times.iter().map(|times| times.took.left)),
                median(times.iter().map(|times| times.took.right)),
            );
            let is_slower = is_real(medians);
            if is_slower && times.len() > 1 {
                let change = RecordChange::Speed { stages: stages.clone(), times: medians, turns: times.len() };
                let example = times
                    .iter()
                    .max_by_key(|times| (times.took.left.abs_diff(times.took.right), Reverse(earliest(times.rows))));
                found.add_overall(example.map_or_else(Both::default, |times| times.rows), change);
            }
            for Times { turn, rows, took } in &times {
                let is_alone = times.len() == 1 && is_slower;
                // Where one record is slower as a rule, a turn stands out only if it went the other way.
                let is_usual =
                    is_slower && times.len() > 1 && (took.left > took.right) == (medians.left > medians.right);
                if is_alone || (!is_usual && stands_out(*took)) {
                    let change = RecordChange::Speed { stages: stages.clone(), times: *took, turns: 1 };
                    found.add(*turn, *rows, change);
                }
            }
        }
    }
}

fn is_real(times: Both<Duration>) -> bool {
    let (less, more) = (times.left.min(times.right), times.left.max(times.right));
    times.left.abs_diff(times.right) > LEAST && more.as_micros() * 100 > less.as_micros() * PERCENT
}

fn stands_out(times: Both<Duration>) -> bool {
    let (less, more) = (times.left.min(times.right), times.left.max(times.right));
    times.left.abs_diff(times.right) >= LEAST_OF_ONE && more >= less * 2
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    times.get(times.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}
