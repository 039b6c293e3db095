//! Names for entries that have none: what they say, and which of its equals each one is.

use std::collections::HashMap;
use std::hash::Hash;

/// Puts to each entry how many equal ones come before it, so that the two together are a list's key.
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
