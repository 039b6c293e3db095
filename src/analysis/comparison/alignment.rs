//! Aligns two sequences of fingerprints: what belongs together, what came in another order, and what only one has.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

/// Gaps of at most this many pairs of items are aligned exactly.
const EXACT: usize = 250_000;
/// How often a gap is split at unique items before its items are paired by their number alone.
const SPLITS: usize = 32;

/// A left and a right index.
type Pair = (usize, usize);

/// The alignment of two sequences. All lists are in the order of the left sequence.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Alignment {
    /// Equal items, in the order of both sequences.
    pub(super) same: Vec<Pair>,
    /// Equal items that came in another order.
    pub(super) moved: Vec<Pair>,
    /// Items with different fingerprints in the same place.
    pub(super) changed: Vec<Pair>,
    pub(super) left_only: Vec<usize>,
    pub(super) right_only: Vec<usize>,
}

impl Alignment {
    /// Aligns by fingerprint. What is left between two pairs is aligned by the second fingerprint, where there is one.
    pub(super) fn of(left: &[u64], right: &[u64], left_again: &[Option<u64>], right_again: &[Option<u64>]) -> Self {
        let same = common_subsequence(left, right);
        let mut rest = Rest::new(left.len(), right.len());
        rest.take_all(&same);
        let mut moved = Vec::new();
        let mut places: HashMap<u64, VecDeque<usize>> = HashMap::new();
        for at in rest.left() {
            places.entry(left[at]).or_default().push_back(at);
        }
        for at in rest.right() {
            moved.extend(places.get_mut(&right[at]).and_then(VecDeque::pop_front).map(|other| (other, at)));
        }
        moved.sort_unstable();
        rest.take_all(&moved);
        let mut changed = Vec::new();
        for (lefts, rights) in gaps(&same, left.len(), right.len()) {
            let free = |range: Range<usize>, is_taken: &[bool], again: &[Option<u64>]| -> (Vec<usize>, Vec<u64>) {
                let named = |at: usize| Some((at, again.get(at).copied().flatten()?));
                range.filter(|at| !is_taken[*at]).filter_map(named).unzip()
            };
            let (left_places, lefts) = free(lefts, &rest.left, left_again);
            let (right_places, rights) = free(rights, &rest.right, right_again);
            let pairs = common_subsequence(&lefts, &rights);
            changed.extend(pairs.into_iter().map(|(left, right)| (left_places[left], right_places[right])));
        }
        rest.take_all(&changed);
        Self { same, moved, changed, left_only: rest.left().collect(), right_only: rest.right().collect() }
    }
}

/// The items without a partner.
struct Rest {
    left: Vec<bool>,
    right: Vec<bool>,
}

impl Rest {
    fn new(left: usize, right: usize) -> Self {
        Self { left: vec![false; left], right: vec![false; right] }
    }

    fn take_all(&mut self, pairs: &[Pair]) {
        for (left, right) in pairs {
            self.left[*left] = true;
            self.right[*right] = true;
        }
    }

    fn left(&self) -> impl Iterator<Item = usize> + use<'_> {
        (0..self.left.len()).filter(|at| !self.left[*at])
    }

    fn right(&self) -> impl Iterator<Item = usize> + use<'_> {
        (0..self.right.len()).filter(|at| !self.right[*at])
    }
}

/// The ranges between pairs that are in the order of both sequences.
fn gaps(pairs: &[Pair], left: usize, right: usize) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let starts = std::iter::once((0, 0)).chain(pairs.iter().map(|(left, right)| (left + 1, right + 1)));
    let ends = pairs.iter().copied().chain(std::iter::once((left, right)));
    starts.zip(ends).map(|(start, end)| (start.0..end.0, start.1..end.1))
}

/// A common subsequence: the longest where that is cheap to find, else a long one in about linear time.
fn common_subsequence(left: &[u64], right: &[u64]) -> Vec<Pair> {
    // There may be several, so the choice must not depend on which side is left.
    if right < left {
        return common_subsequence(right, left).into_iter().map(|(right, left)| (left, right)).collect();
    }
    let mut pairs = Vec::new();
    let mut open = vec![(0..left.len(), 0..right.len(), 0)];
    while let Some((mut lefts, mut rights, splits)) = open.pop() {
        while !lefts.is_empty() && !rights.is_empty() && left[lefts.start] == right[rights.start] {
            pairs.push((lefts.start, rights.start));
            (lefts.start, rights.start) = (lefts.start + 1, rights.start + 1);
        }
        while !lefts.is_empty() && !rights.is_empty() && left[lefts.end - 1] == right[rights.end - 1] {
            (lefts.end, rights.end) = (lefts.end - 1, rights.end - 1);
            pairs.push((lefts.end, rights.end));
        }
        if lefts.is_empty() || rights.is_empty() {
            continue;
        }
        let (start_left, start_right) = (lefts.start, rights.start);
        let (inner_left, inner_right) = (&left[lefts.clone()], &right[rights.clone()]);
        let is_small = lefts.len().saturating_mul(rights.len()) <= EXACT;
        let anchors = if is_small {
            longest(inner_left, inner_right)
        } else {
            let unique = if splits < SPLITS { chain(unique_pairs(inner_left, inner_right)) } else { Vec::new() };
            if unique.is_empty() { chain(numbered_pairs(inner_left, inner_right)) } else { unique }
        };
        if !is_small && splits < SPLITS && !anchors.is_empty() {
            let between = gaps(&anchors, lefts.len(), rights.len()).map(|(lefts, rights)| {
                let left = lefts.start + start_left..lefts.end + start_left;
                (left, rights.start + start_right..rights.end + start_right, splits + 1)
            });
            open.extend(between);
        }
        pairs.extend(anchors.into_iter().map(|(left, right)| (left + start_left, right + start_right)));
    }
    pairs.sort_unstable();
    pairs
}

/// The longest common subsequence, by the table of all lengths.
fn longest(left: &[u64], right: &[u64]) -> Vec<Pair> {
    let width = right.len() + 1;
    // The shorter side has at most 500 items.
    let mut lengths = vec![0_u16; (left.len() + 1) * width];
    for at in (0..left.len()).rev() {
        for other in (0..right.len()).rev() {
            let (here, below) = (at * width + other, (at + 1) * width + other);
            lengths[here] =
                if left[at] == right[other] { lengths[below + 1] + 1 } else { lengths[below].max(lengths[here + 1]) };
        }
    }
    let (mut at, mut other, mut pairs) = (0, 0, Vec::new());
    while at < left.len() && other < right.len() {
        if left[at] == right[other] {
            pairs.push((at, other));
            (at, other) = (at + 1, other + 1);
        } else if lengths[(at + 1) * width + other] >= lengths[at * width + other + 1] {
            at += 1;
        } else {
            other += 1;
        }
    }
    pairs
}

/// The places of items that occur once in each sequence, in the order of the left one.
fn unique_pairs(left: &[u64], right: &[u64]) -> Vec<Pair> {
    let only = |items: &[u64]| {
        let mut places: HashMap<u64, Option<usize>> = HashMap::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            places.entry(*item).and_modify(|place| *place = None).or_insert(Some(at));
        }
        places
    };
    let (lefts, rights) = (only(left), only(right));
    let partner = |(at, item): (usize, &u64)| {
        lefts.get(item).copied().flatten()?;
        Some((at, rights.get(item).copied().flatten()?))
    };
    left.iter().enumerate().filter_map(partner).collect()
}

/// Pairs the first of equal items with the first, the second with the second, and so on.
fn numbered_pairs(left: &[u64], right: &[u64]) -> Vec<Pair> {
    let mut places: HashMap<u64, VecDeque<usize>> = HashMap::new();
    for (at, item) in right.iter().enumerate() {
        places.entry(*item).or_default().push_back(at);
    }
    let partner = |(at, item): (usize, &u64)| Some((at, places.get_mut(item)?.pop_front()?));
    left.iter().enumerate().filter_map(partner).collect()
}

/// The longest part of these pairs, which are in the order of the left side, that is in the order of the right side too.
fn chain(pairs: Vec<Pair>) -> Vec<Pair> {
    // For each length, the pair with the least right place that ends a chain of it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (_, right)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *right);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut chain: Vec<Pair> =
        std::iter::successors(ends.last().copied(), |at| before[*at]).map(|at| pairs[at]).collect();
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn align(left: &[u64], right: &[u64]) -> Alignment {
        Alignment::of(left, right, &[], &[])
    }

    #[test]
    fn equal_items_are_paired_in_order_and_the_rest_is_told() {
        let found = align(&[1, 2, 3, 4, 5], &[1, 3, 6, 5, 2]);
        assert_eq!(found.same, [(0, 0), (2, 1), (4, 3)]);
        assert_eq!((found.moved, found.changed), (vec![(1, 4)], vec![]));
        assert_eq!((found.left_only, found.right_only), (vec![3], vec![2]));
    }

    #[test]
    fn what_is_left_between_two_pairs_is_aligned_by_the_second_fingerprint() {
        let (left, right) = ([1, 2, 3, 9], [1, 4, 9, 5]);
        let found = Alignment::of(&left, &right, &[None, Some(0), None, None], &[None, Some(0), None, Some(0)]);
        assert_eq!(found.changed, [(1, 1)]);
        assert_eq!((found.left_only, found.right_only), (vec![2], vec![3]));
    }

    #[test]
    fn long_sequences_are_aligned_around_what_was_inserted_and_removed() {
        // Few different items, so that none is unique.
        let left: Vec<u64> = (0..20_000).map(|at| at * at % 7).collect();
        let mut right = left.clone();
        right.drain(5_000..5_100);
        right.splice(12_000..12_000, [100; 50]);
        let found = align(&left, &right);
        assert!(found.same.len() > 16_000, "{}", found.same.len());
        let unique: Vec<u64> = (0..20_000).collect();
        let mut right = unique.clone();
        right.drain(5_000..5_100);
        right.splice(12_000..12_000, [100_000; 50]);
        let found = align(&unique, &right);
        assert_eq!((found.same.len(), found.moved.len()), (19_900, 0));
        assert_eq!((found.left_only.len(), found.right_only.len()), (100, 50));
    }

    #[test]
    fn the_alignment_does_not_depend_on_which_side_is_left() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..300 {
            let items: [Vec<u64>; 2] = std::array::from_fn(|_| {
                let count = random.usize(0..12);
                (0..count).map(|_| random.u64(0..5)).collect()
            });
            let [left, right] = &items;
            let (there, back) = (align(left, right), align(right, left));
            let swapped = |pairs: &[Pair]| {
                let mut pairs: Vec<Pair> = pairs.iter().map(|(left, right)| (*right, *left)).collect();
                pairs.sort_unstable();
                pairs
            };
            assert_eq!((swapped(&back.same), swapped(&back.moved)), (there.same, there.moved), "{items:?}");
            assert_eq!((back.left_only, back.right_only), (there.right_only, there.left_only), "{items:?}");
        }
    }
}
