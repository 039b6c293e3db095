//! Assigns rows to elements of the table.
//!
//! A row keeps its element while both are in the document, and a new row gets a new element. When many rows are new, as
//! in each frame of a flood, existing elements are reused from first to last, because filling one costs a fraction of
//! creating it.

use crate::history::list::listing::Key;

/// Elements are reused when more than one row in this many is new: creating one costs as much as filling three.
const MANY: usize = 4;

/// A row of one of the records, each of which numbers its rows from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub source: u64,
    pub key: Key,
}

/// An element of the pool with its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Unique among the elements in the document.
    pub element: u64,
    pub row: Named,
}

/// Assigns an element to each row, in order; `before` holds the current elements.
pub fn fill_slots(rows: &[Named], before: &[Slot]) -> Vec<Slot> {
    let kept = |row: &Named| before.iter().find(|slot| slot.row == *row).map(|slot| slot.element);
    let are_many_new = rows.iter().filter_map(kept).count() * MANY < rows.len() * (MANY - 1);
    let mut made = before.iter().map(|slot| slot.element + 1).max().unwrap_or_default()..;
    let mut there = before.iter().map(|slot| slot.element);
    let mut element_of = |row| if are_many_new { there.next() } else { kept(row) };
    rows.iter().filter_map(|row| Some(Slot { element: element_of(row).or_else(|| made.next())?, row: *row })).collect()
}
