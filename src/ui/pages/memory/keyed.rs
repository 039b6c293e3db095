//! List keys for entries without an id.

use std::collections::HashMap;
use std::hash::Hash;

/// Pairs each entry with the number of equal entries before it, which makes a unique key.
pub(super) fn keyed<T: Clone + Eq + Hash>(entries: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let mut seen: HashMap<T, usize> = HashMap::new();
    entries
        .map(|entry| {
            let before = seen.entry(entry.clone()).or_default();
            *before += 1;
            (entry, *before - 1)
        })
        .collect()
}
