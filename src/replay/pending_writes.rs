//! Matches answers to writes.
//!
//! Coda answers the first of several equal messages with an echo, and each copy within 5 s with `duplicate_message`.
//! Answers of one kind arrive in the order of the writes. But Coda echoes in a separate task: if messages arrive
//! together, the answers to the copies overtake the echo of the first.

use std::collections::HashMap;

use serde_json::Value;

use super::plan::dedup_key;
use crate::history::scan;
use crate::protocol::{DEDUP_WINDOW, Instant};

/// Unanswered writes, in order.
#[derive(Debug)]
pub(super) struct PendingWrites<T> {
    writes: Vec<Write<T>>,
    /// Time of the last write by deduplication key.
    last: HashMap<String, Instant>,
}

#[derive(Debug)]
struct Write<T> {
    what: T,
    kind: String,
    data: Value,
    /// Whether the same was written within Coda's deduplication window.
    is_copy: bool,
}

impl<T: PartialEq> PendingWrites<T> {
    /// Starts with no unanswered writes; `last` contains earlier writes.
    pub(super) const fn after(last: HashMap<String, Instant>) -> Self {
        Self { writes: Vec::new(), last }
    }

    /// Adds a write that expects an answer.
    pub(super) fn add(&mut self, what: T, text: &str, at: Instant) {
        let is_copy = self.note(text, at);
        let kind = scan::head(text).kind.unwrap_or_default().into_owned();
        let data = parsed(scan::member(text, "data").unwrap_or("{}"));
        self.writes.push(Write { what, kind, data, is_copy });
    }

    /// Adds a write that something else tracks; returns whether it is a copy.
    pub(super) fn note(&mut self, text: &str, at: Instant) -> bool {
        let before = self.last.insert(dedup_key(text), at);
        before.is_some_and(|before| at.duration_since(before) < DEDUP_WINDOW)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Removes the write that this echo answers.
    pub(super) fn echoed(&mut self, frame: &str) -> Option<T> {
        let kind = scan::data_member(frame, "message_type").and_then(scan::string)?;
        let data = parsed(scan::data_member(frame, "message_data")?);
        self.answer(false, |write| write.kind == kind && write.data == data)
    }

    /// Removes the write that this `duplicate_message` answers.
    pub(super) fn dropped(&mut self, frame: &str) -> Option<T> {
        let kind = scan::data_member(frame, "original_type").and_then(scan::string)?;
        self.answer(true, |write| write.kind == kind)
    }

    /// Removes the first write of `what`; returns whether there was one.
    pub(super) fn take(&mut self, what: &T) -> bool {
        let found = self.writes.iter().position(|write| write.what == *what);
        found.map(|at| self.writes.remove(at)).is_some()
    }

    /// Clears the writes: after the end of a connection, its answers no longer arrive.
    pub(super) fn clear(&mut self) {
        self.writes.clear();
    }

    /// Forgets all writes: a restarted Coda remembers nothing.
    pub(super) fn forget(&mut self) {
        self.clear();
        self.last.clear();
    }

    /// Removes the first matching write. Copies should be dropped and others echoed, but Coda's memory is not known
    /// exactly, so the other kind is the fallback.
    fn answer(&mut self, copies: bool, fits: impl Fn(&Write<T>) -> bool) -> Option<T> {
        let expected = self.writes.iter().position(|write| write.is_copy == copies && fits(write));
        let at = expected.or_else(|| self.writes.iter().position(&fits))?;
        Some(self.writes.remove(at).what)
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
