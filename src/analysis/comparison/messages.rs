//! Compares the messages: which were sent, in which order, and what became of them.

use super::alignment::Alignment;
use super::collector::Collector;
use super::difference::{Both, OnlyIn, RecordChange};
use super::outline::{Message, Outline};
use super::turns::TurnPair;

pub(super) fn compare(outlines: Both<&Outline>, turns: &[TurnPair], found: &mut Collector<'_>) {
    let messages = outlines.map(|outline| outline.messages.as_slice());
    // A text belongs to the turn that it began, and shares its place.
    let by_turn = outlines.map(|outline| {
        let mut by_turn = vec![None; outline.segments.len()];
        for (place, message) in outline.messages.iter().enumerate().filter(|(_, message)| message.begins_turn) {
            if let Some(slot) = by_turn.get_mut(message.segment) {
                *slot = Some(place);
            }
        }
        by_turn
    });
    let mut is_paired = messages.map(|messages| vec![false; messages.len()]);
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let mut is_turn_alone = outlines.map(|outline| vec![false; outline.segments.len()]);
    for TurnPair { segments, .. } in turns {
        match (segments.left, segments.right) {
            (Some(left), Some(right)) => {
                if let (Some(left), Some(right)) = (by_turn.left[left], by_turn.right[right]) {
                    (is_paired.left[left], is_paired.right[right]) = (true, true);
                    pairs.push((left, right));
                }
            }
            (Some(left), None) => is_turn_alone.left[left] = true,
            (None, Some(right)) => is_turn_alone.right[right] = true,
            (None, None) => {}
        }
    }
    let rest = |messages: &[Message], is_paired: &[bool]| -> (Vec<usize>, Vec<u64>) {
        let free = messages.iter().enumerate().filter(|(place, _)| !is_paired[*place]);
        free.map(|(place, message)| (place, message.fingerprint)).unzip()
    };
    let (left_places, lefts) = rest(messages.left, &is_paired.left);
    let (right_places, rights) = rest(messages.right, &is_paired.right);
    let alignment = Alignment::of(&lefts, &rights, &[], &[]);
    let places = |(left, right): &(usize, usize)| (left_places[*left], right_places[*right]);
    let moved: Vec<(usize, usize)> = alignment.moved.iter().map(places).collect();
    pairs.extend(alignment.same.iter().map(places));
    for (left, right) in &moved {
        let (left, right) = (&messages.left[*left], &messages.right[*right]);
        let change = RecordChange::MessageMoved { kind: left.kind.to_string(), text: left.text.clone() };
        found.add(turn_of(left, right, found), Both::new(Some(left.row), Some(right.row)), change);
    }
    for (left, right) in pairs.into_iter().chain(moved) {
        compare_states(&messages.left[left], &messages.right[right], found);
    }
    for (only_in, message) in alignment
        .left_only
        .iter()
        .map(|place| (OnlyIn::Left, &messages.left[left_places[*place]]))
        .chain(alignment.right_only.iter().map(|place| (OnlyIn::Right, &messages.right[right_places[*place]])))
    {
        let is_alone = match only_in {
            OnlyIn::Left => &is_turn_alone.left,
            OnlyIn::Right => &is_turn_alone.right,
        };
        // That its turn is missing says it already.
        if message.begins_turn && is_alone.get(message.segment) == Some(&true) {
            continue;
        }
        let (kind, text) = (message.kind.to_string(), message.text.clone());
        let turn = found.turn_of(message.segment, only_in);
        found.add_one_sided(turn, only_in, message.row, RecordChange::Message { kind, text, only_in });
    }
}

fn compare_states(left: &Message, right: &Message, found: &mut Collector<'_>) {
    let (Some(left_state), Some(right_state)) = (left.state, right.state) else { return };
    if left_state != right_state {
        let (kind, text, states) = (left.kind.to_string(), left.text.clone(), Both::new(left_state, right_state));
        let rows = Both::new(Some(left.last_row), Some(right.last_row));
        found.add(turn_of(left, right, found), rows, RecordChange::Fate { kind, text, states });
    }
}

fn turn_of(left: &Message, right: &Message, found: &Collector<'_>) -> usize {
    found.turn_of(left.segment, OnlyIn::Left).min(found.turn_of(right.segment, OnlyIn::Right))
}
