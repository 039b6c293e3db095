//! Queues that keep their newest items only.

use std::collections::VecDeque;

/// Appends an item and evicts the oldest one beyond `limit`.
pub(crate) fn push_bounded<T>(queue: &mut VecDeque<T>, item: T, limit: usize) {
    if queue.len() >= limit {
        queue.pop_front();
    }
    queue.push_back(item);
}
