//! Collects the differences, and puts them in order.

use std::collections::{BTreeMap, HashSet};

use super::difference::{Both, DifferenceKind, OnlyIn, RecordChange, RecordDifference};
use super::outline::Outline;
use crate::history;

/// The order of a difference: its turn, then the rows after the turn's first.
type Position = (usize, u64);

/// Differences in the order in which they were found.
pub(super) struct Collector<'a> {
    outlines: Both<&'a Outline>,
    /// The place of each segment among the compared turns.
    places: Both<Vec<usize>>,
    found: Vec<(Position, RecordDifference)>,
}

impl<'a> Collector<'a> {
    pub(super) const fn new(outlines: Both<&'a Outline>, places: Both<Vec<usize>>) -> Self {
        Self { outlines, places, found: Vec::new() }
    }

    /// Adds a difference in this turn.
    pub(super) fn add(&mut self, turn: usize, rows: Both<Option<u64>>, change: RecordChange) {
        let sides = Both::new((rows.left, self.outlines.left), (rows.right, self.outlines.right));
        let after = sides.map(|(row, outline)| {
            let row = row?;
            let start = outline.segments.get(segment_at(outline, row))?.row;
            Some(row.saturating_sub(start))
        });
        let offset = [after.left, after.right].into_iter().flatten().min().unwrap_or_default();
        self.found.push(((turn, offset), RecordDifference { turn: Some(turn), rows, change }));
    }

    /// Adds something of this turn that only one record has.
    pub(super) fn add_one_sided(&mut self, turn: usize, only_in: OnlyIn, row: u64, change: RecordChange) {
        self.add(turn, one_sided(only_in, row), change);
    }

    /// Adds something that only one record has, to the turn of its row.
    pub(super) fn add_by_row(&mut self, only_in: OnlyIn, row: u64, change: RecordChange) {
        let turn = match only_in {
            OnlyIn::Left => self.turn_of(segment_at(self.outlines.left, row), OnlyIn::Left),
            OnlyIn::Right => self.turn_of(segment_at(self.outlines.right, row), OnlyIn::Right),
        };
        self.add_one_sided(turn, only_in, row, change);
    }

    /// Adds a difference of the whole records.
    pub(super) fn add_overall(&mut self, rows: Both<Option<u64>>, change: RecordChange) {
        self.found.push(((usize::MAX, 0), RecordDifference { turn: None, rows, change }));
    }

    /// The place of a segment among the compared turns.
    pub(super) fn turn_of(&self, segment: usize, only_in: OnlyIn) -> usize {
        let places = match only_in {
            OnlyIn::Left => &self.places.left,
            OnlyIn::Right => &self.places.right,
        };
        places.get(segment).copied().unwrap_or_default()
    }

    /// The rows that differences of turns and tools show.
    pub(super) fn shown(&self) -> Both<HashSet<u64>> {
        let mut shown: Both<HashSet<u64>> = Both::default();
        for (_, difference) in &self.found {
            if matches!(difference.kind(), DifferenceKind::Turns | DifferenceKind::Tools) {
                shown.left.extend(difference.rows.left);
                shown.right.extend(difference.rows.right);
            }
        }
        shown
    }

    /// The differences in order; those that are alike in many turns once.
    pub(super) fn finish(mut self) -> Vec<RecordDifference> {
        // The first by its rows stands for all, whichever record is left.
        self.found.sort_by_key(|(_, difference)| earliest(difference.rows));
        let mut kept: Vec<(Position, RecordDifference)> = Vec::with_capacity(self.found.len());
        let mut fields_seen: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut events_seen: BTreeMap<(String, OnlyIn), usize> = BTreeMap::new();
        for (position, mut difference) in self.found {
            let first = match &mut difference.change {
                RecordChange::Fields { kind, fields, .. } => {
                    *fields_seen.entry((kind.clone(), key(fields))).or_insert(kept.len())
                }
                RecordChange::Event { kind, only_in, is_absent, .. } => {
                    let other = match only_in {
                        OnlyIn::Left => self.outlines.right,
                        OnlyIn::Right => self.outlines.left,
                    };
                    *is_absent = !other.types.contains_key(kind.as_str());
                    let new = kept.len();
                    if *is_absent { *events_seen.entry((kind.clone(), *only_in)).or_insert(new) } else { new }
                }
                _ => kept.len(),
            };
            match (kept.get_mut(first).map(|(_, first)| &mut first.change), &difference.change) {
                (Some(RecordChange::Fields { count, .. }), RecordChange::Fields { count: more, .. })
                | (Some(RecordChange::Event { count, .. }), RecordChange::Event { count: more, .. }) => *count += more,
                _ => kept.push((position, difference)),
            }
        }
        kept.sort_by_key(|(position, _)| *position);
        kept.into_iter().map(|(_, difference)| difference).collect()
    }
}

/// The order of rows of both records, whichever is left.
pub(super) fn earliest(rows: Both<Option<u64>>) -> (u64, u64) {
    let Both { left, right } = rows.map(|row| row.unwrap_or(u64::MAX));
    (left.min(right), left.max(right))
}

/// The same for the same changes.
fn key(fields: &[history::Difference]) -> String {
    let value = |value: &Option<serde_json::Value>| value.as_ref().map(ToString::to_string).unwrap_or_default();
    let words = fields.iter().map(|field| format!("{}\n{}\n{}", field.path, value(&field.left), value(&field.right)));
    words.collect::<Vec<_>>().join("\n")
}

pub(super) const fn one_sided(only_in: OnlyIn, row: u64) -> Both<Option<u64>> {
    match only_in {
        OnlyIn::Left => Both::new(Some(row), None),
        OnlyIn::Right => Both::new(None, Some(row)),
    }
}

/// The segment in progress at this row.
pub(super) fn segment_at(outline: &Outline, row: u64) -> usize {
    outline.segments.partition_point(|segment| segment.row <= row).saturating_sub(1)
}
