//! Which element of the table shows which row. A row keeps its element while both are in the document, and a new one gets a
//! new element. But where many are new, as with each frame of a flood, all are filled anew into the elements that are there, from
//! the first to the last: to fill one costs a fraction of making it.

use super::listing::Key;

/// One in so many is many: to make one takes as long as to fill three.
const MANY: usize = 4;

/// A row of one of the records: each counts its rows from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// Which record.
    pub source: u64,
    /// Which of its rows.
    pub key: Key,
}

/// An element of the table and the row in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The element's number: no two that are in the document together have the same.
    pub element: u64,
    /// What it shows.
    pub row: Named,
}

/// Finds an element for each row, in their order; `before` are the elements that there are.
pub fn fill(rows: &[Named], before: &[Slot]) -> Vec<Slot> {
    let kept = |row: &Named| before.iter().find(|slot| slot.row == *row).map(|slot| slot.element);
    let are_many_new = rows.iter().filter_map(kept).count() * MANY < rows.len() * (MANY - 1);
    let mut made = before.iter().map(|slot| slot.element + 1).max().unwrap_or_default()..;
    let mut there = before.iter().map(|slot| slot.element);
    let mut element_of = |row| if are_many_new { there.next() } else { kept(row) };
    rows.iter().filter_map(|row| Some(Slot { element: element_of(row).or_else(|| made.next())?, row: *row })).collect()
}
