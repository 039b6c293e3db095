//! Pairs the turns of two records and compares each pair: words, outcome, answer and tools.

use std::mem::discriminant;

use serde_json::Value;

use super::alignment::Alignment;
use super::collector::Collector;
use super::content::{Rules, changes, fingerprint};
use super::difference::{Both, CallOutcome, OnlyIn, RecordChange};
use super::lanes::Known;
use super::outline::{Call, Outline, Segment};
use super::reader::bare;
use crate::history::{Recorder, scan};

/// Turns that belong together, or one that only one record has: places among the segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TurnPair {
    pub(super) segments: Both<Option<usize>>,
    /// Whether it came in another order.
    pub(super) is_moved: bool,
}

/// The turns of both records in one order, with what comes before them as the first.
pub(super) fn pair(outlines: Both<&Outline>) -> Vec<TurnPair> {
    let turns = outlines.map(|outline| outline.segments.get(1..).unwrap_or_default());
    let words = |segment: &Segment| {
        let words = segment.words.as_deref().map_or(Value::Null, |words| words.trim().into());
        fingerprint(&[], &words, Rules::Exact)
    };
    let prints = turns.map(|turns| turns.iter().map(words).collect::<Vec<u64>>());
    // Spoken words may be recognized in another way.
    let again = turns.map(|turns| turns.iter().map(|turn| turn.is_spoken.then_some(0)).collect::<Vec<_>>());
    let found = Alignment::of(&prints.left, &prints.right, &again.left, &again.right);
    let mut pairs: Vec<(usize, usize)> = found.same.into_iter().chain(found.changed).collect();
    pairs.sort_unstable();
    let mut moved = found.moved.into_iter().peekable();
    let mut alone = Both::new(found.left_only.into_iter().peekable(), found.right_only.into_iter().peekable());
    let mut merged = vec![TurnPair { segments: Both::new(Some(0), Some(0)), is_moved: false }];
    let ends = pairs.into_iter().map(Some).chain([None]);
    for end in ends {
        let (left, right) = end.unwrap_or((usize::MAX, usize::MAX));
        let mut before: Vec<(usize, TurnPair)> = Vec::new();
        while let Some(place) = alone.left.next_if(|place| *place < left) {
            before.push((place, TurnPair { segments: Both::new(Some(place + 1), None), is_moved: false }));
        }
        while let Some((place, other)) = moved.next_if(|(place, _)| *place < left) {
            before.push((place, TurnPair { segments: Both::new(Some(place + 1), Some(other + 1)), is_moved: true }));
        }
        before.sort_by_key(|(place, _)| *place);
        merged.extend(before.into_iter().map(|(_, pair)| pair));
        while let Some(place) = alone.right.next_if(|place| *place < right) {
            merged.push(TurnPair { segments: Both::new(None, Some(place + 1)), is_moved: false });
        }
        if let Some((left, right)) = end {
            merged.push(TurnPair { segments: Both::new(Some(left + 1), Some(right + 1)), is_moved: false });
        }
    }
    merged
}

/// Compares a pair of turns, apart from their events.
pub(super) fn compare(
    records: Both<&Recorder>,
    turn: usize,
    segments: Both<&Segment>,
    found: &mut Collector<'_>,
) -> Known {
    if let (Some(left), Some(right)) = (&segments.left.words, &segments.right.words)
        && left.trim() != right.trim()
    {
        let rows = segments.map(|segment| Some(segment.row));
        found.add(turn, rows, RecordChange::Words(Both::new(left.clone(), right.clone())));
    }
    let mut known = Known { is_outcome_same: true, is_answer_same: true };
    if let (Some((left, left_row)), Some((right, right_row))) = (&segments.left.end, &segments.right.end)
        && discriminant(left) != discriminant(right)
    {
        known = Known { is_outcome_same: false, is_answer_same: false };
        let rows = Both::new(Some(*left_row), Some(*right_row));
        found.add(turn, rows, RecordChange::Outcome(Both::new(left.clone(), right.clone())));
    } else if let (Some((left, left_row)), Some((right, right_row))) = (&segments.left.answer, &segments.right.answer)
        && bare(left) != bare(right)
    {
        known.is_answer_same = false;
        let rows = Both::new(Some(*left_row), Some(*right_row));
        found.add(turn, rows, RecordChange::Answer(Both::new(left.clone(), right.clone())));
    }
    compare_calls(records, turn, segments, found);
    known
}

fn compare_calls(records: Both<&Recorder>, turn: usize, segments: Both<&Segment>, found: &mut Collector<'_>) {
    let calls = segments.map(|segment| segment.calls.as_slice());
    let prints = calls.map(|calls| calls.iter().map(|call| call.fingerprint).collect::<Vec<u64>>());
    let by_name = |call: &Call| Some(fingerprint(&[&call.tool], &Value::Null, Rules::Exact));
    let names = calls.map(|calls| calls.iter().map(by_name).collect::<Vec<_>>());
    let alignment = Alignment::of(&prints.left, &prints.right, &names.left, &names.right);
    for (left, right) in &alignment.changed {
        let (left, right) = (&calls.left[*left], &calls.right[*right]);
        let arguments = |recorder: &Recorder, call: &Call| {
            let frame = recorder.get(call.row).and_then(|row| row.frame());
            let raw = frame.and_then(|frame| scan::data_member(frame, "parameters"));
            raw.and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or(Value::Null)
        };
        let fields = changes(&arguments(records.left, left), &arguments(records.right, right), Rules::Exact);
        let change = RecordChange::Arguments { tool: left.tool.clone(), fields };
        found.add(turn, Both::new(Some(left.row), Some(right.row)), change);
    }
    for (left, right) in &alignment.moved {
        let (left, right) = (&calls.left[*left], &calls.right[*right]);
        let change = RecordChange::ToolMoved { tool: left.tool.clone() };
        found.add(turn, Both::new(Some(left.row), Some(right.row)), change);
    }
    for (left, right) in alignment.same.iter().chain(&alignment.changed).chain(&alignment.moved) {
        compare_ends(records, turn, Both::new(&calls.left[*left], &calls.right[*right]), found);
    }
    for (only_in, places, calls) in
        [(OnlyIn::Left, &alignment.left_only, calls.left), (OnlyIn::Right, &alignment.right_only, calls.right)]
    {
        for call in places.iter().map(|place| &calls[*place]) {
            let change = RecordChange::ToolCall { tool: call.tool.clone(), only_in };
            found.add_one_sided(turn, only_in, call.row, change);
        }
    }
}

fn compare_ends(records: Both<&Recorder>, turn: usize, calls: Both<&Call>, found: &mut Collector<'_>) {
    let tool = &calls.left.tool;
    let outcomes = calls.map(|call| &call.outcome);
    if discriminant(outcomes.left) != discriminant(outcomes.right) {
        let rows = calls.map(|call| Some(call.end.unwrap_or(call.row)));
        let change = RecordChange::ToolOutcome { tool: tool.clone(), outcomes: outcomes.map(Clone::clone) };
        found.add(turn, rows, change);
        return;
    }
    let ends = calls.map(|call| call.end);
    let (Some(left), Some(right)) = (ends.left, ends.right) else { return };
    let data = |recorder: &Recorder, row: u64| -> Option<Value> {
        serde_json::from_str(scan::member(recorder.get(row)?.frame()?, "data")?).ok()
    };
    let (Some(left), Some(right)) = (data(records.left, left), data(records.right, right)) else { return };
    let fields = changes(&left, &right, Rules::Event(&["message"]));
    if !fields.is_empty() {
        let kind = if matches!(outcomes.left, CallOutcome::Failed(_)) { "tool_error" } else { "tool_result" };
        found.add(turn, ends, RecordChange::Fields { kind: kind.to_owned(), fields, count: 1 });
    }
}
