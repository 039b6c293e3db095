//! The server's cache of what it has read, by which it drops repeated messages.
//!
//! Two facts of its making: the server's own broadcasts go through the same cache, though none is dropped for it,
//! and the cache holds 1,000 entries, so that more than 200 broadcasts a second shorten the window of 5 s.
//!
//! One difference: the real key is a printed Python dict, where the order of keys counts. Here the keys are sorted,
//! so two messages that differ in nothing but that order are the same. The same bytes are the same in both.

use std::collections::HashMap;

use serde_json::Value;

use crate::protocol::{Instant, REMEMBERED};

/// How many messages are remembered.
pub(super) const CAPACITY: usize = 1_000;

/// What has been seen within the window.
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
    /// Notes a message. Says how often it has come within the window, this time included, which starts again.
    pub(super) fn note(&mut self, kind: &str, data: &Value, at: Instant) -> u64 {
        let sighting = self.seen.entry(format!("{kind}:{data}")).or_insert_with(|| Sighting { last: at, count: 0 });
        let fresh = at.duration_since(sighting.last) < REMEMBERED;
        sighting.count = if fresh { sighting.count + 1 } else { 1 };
        sighting.last = at;
        let count = sighting.count;
        self.trim(at);
        count
    }

    fn trim(&mut self, at: Instant) {
        if self.seen.len() > CAPACITY {
            self.seen.retain(|_, sighting| at.duration_since(sighting.last) < REMEMBERED);
        }
        if self.seen.len() > CAPACITY {
            let oldest = self.seen.iter().min_by_key(|(key, sighting)| (sighting.last, *key));
            if let Some(key) = oldest.map(|(key, _)| key.clone()) {
                self.seen.remove(&key);
            }
        }
    }
}
