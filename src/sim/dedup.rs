//! The server's deduplication cache.
//!
//! Two quirks of Coda are reproduced. The server's own broadcasts go through the same cache, though none is dropped for
//! it. And the cache holds 1,000 entries, so more than 200 broadcasts a second shorten the window of 5 s.
//!
//! One difference remains: the real key is a printed Python dict, so the order of keys matters. Here keys are sorted,
//! so messages that differ only in that order count as equal. Identical bytes are equal in both.

use std::collections::HashMap;

use serde_json::Value;

use crate::protocol::{DEDUP_WINDOW, Instant};

/// Capacity of the cache, in entries.
pub(super) const CAPACITY: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Dedup {
    seen: HashMap<String, Sighting>,
}

#[derive(Debug)]
struct Sighting {
    last: Instant,
    count: u64,
}

impl Dedup {
    /// Records a message and restarts its window. Returns how often it was seen within the window, including this time.
    pub(super) fn note(&mut self, kind: &str, data: &Value, at: Instant) -> u64 {
        let sighting = self.seen.entry(format!("{kind}:{data}")).or_insert_with(|| Sighting { last: at, count: 0 });
        let fresh = at.duration_since(sighting.last) < DEDUP_WINDOW;
        sighting.count = if fresh { sighting.count + 1 } else { 1 };
        sighting.last = at;
        let count = sighting.count;
        self.trim(at);
        count
    }

    fn trim(&mut self, at: Instant) {
        if self.seen.len() > CAPACITY {
            self.seen.retain(|_, sighting| at.duration_since(sighting.last) < DEDUP_WINDOW);
        }
        if self.seen.len() > CAPACITY {
            let oldest = self.seen.iter().min_by_key(|(key, sighting)| (sighting.last, *key));
            if let Some(key) = oldest.map(|(key, _)| key.clone()) {
                self.seen.remove(&key);
            }
        }
    }
}
