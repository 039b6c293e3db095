//! Log of the memory: operations, searches, retrievals, snapshots and statistics.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bounded::push_bounded;
use crate::link::ServerEvent;
use crate::protocol::{
    Event, Id, MemoryDebugOperation, MemoryDebugSearch, MemoryDebugSnapshot, MemoryFigures, MemoryRetrieve,
    MemorySearchResult,
};

/// Capacity for operations. A turn causes several, and nobody reads more.
const OPERATIONS: usize = 500;
/// Number of operation types that are counted. Coda has about ten; types beyond the limit are ignored.
const OPERATION_TYPES: usize = 100;
/// Capacity for searches, retrievals and snapshots each. Each entry holds its matches.
const SEARCHES: usize = 100;
/// Matches read from one search. Coda finds ten at most, but a frame could hold a hundred thousand.
const RESULTS: usize = 100;
/// Largest length of an operation's summary, in characters: one line.
const SUMMARY: usize = 160;

/// A change of a memory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub time: DateTime<Utc>,
    pub what: ChangeKind,
}

/// Kind of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ChangeKind {
    Stored,
    /// A field changed.
    Updated {
        /// Name of the field.
        field: String,
        /// Value before the change.
        old: Option<Value>,
        /// Value after the change.
        new: Option<Value>,
    },
    /// Reinforced, by this amount.
    Reinforced(Option<f64>),
    ReinforceFailed,
    Forgotten,
    ForgetFailed,
    /// Found by a search or a retrieval.
    Found {
        /// Search text.
        query: String,
        /// Similarity to the query, from 0 to 1.
        similarity: Option<f64>,
    },
}

/// A memory as reported by one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The server's id, if it reported one.
    pub id: Option<Id>,
    /// The text, or its beginning; empty if not reported.
    pub content: String,
    /// Type of the memory, for example `fact`.
    pub memory_type: Option<String>,
    /// Importance, from 0 to 1.
    pub importance: Option<f64>,
    /// Similarity to the query, from 0 to 1.
    pub similarity: Option<f64>,
}

impl Found {
    /// Reads the matches of a search.
    pub(super) fn of_search(search: &MemoryDebugSearch) -> Vec<Self> {
        let read = |result: &MemorySearchResult| {
            let metadata = result.metadata.as_ref();
            Self {
                id: result.id.clone(),
                content: result.content.clone(),
                memory_type: metadata.and_then(|metadata| metadata.source_type.clone()),
                importance: metadata.and_then(|metadata| metadata.importance).filter(|number| number.is_finite()),
                similarity: result.similarity.filter(|number| number.is_finite()),
            }
        };
        search.results.iter().flatten().take(RESULTS).map(read).collect()
    }

    /// Reads the matches of a retrieval as far as possible, or else the preview of the best match.
    pub(super) fn of_retrieval(retrieved: &MemoryRetrieve) -> Vec<Self> {
        let results = retrieved.results.as_ref().and_then(Value::as_array);
        let found: Vec<Self> = results.into_iter().flatten().take(RESULTS).filter_map(Self::read).collect();
        if !found.is_empty() {
            return found;
        }
        retrieved.top_result_preview.as_deref().and_then(Self::from_text).into_iter().collect()
    }

    fn from_text(content: &str) -> Option<Self> {
        (!content.trim().is_empty()).then(|| Self::new(None, Some(content)))
    }

    /// Creates a memory from its id and text alone.
    pub(super) fn new(id: Option<&Id>, content: Option<&str>) -> Self {
        let content = content.unwrap_or_default().trim().to_owned();
        Self { id: id.cloned(), content, memory_type: None, importance: None, similarity: None }
    }

    fn read(value: &Value) -> Option<Self> {
        if let Value::String(content) = value {
            return Self::from_text(content);
        }
        let inner = value.get("metadata");
        let field = |name: &str| value.get(name).or_else(|| inner?.get(name)).filter(|value| !value.is_null());
        let any = |names: &[&str]| names.iter().find_map(|name| field(name));
        let text = |names: &[&str]| any(names).and_then(Value::as_str);
        let id = any(&["id", "memory_id"]).and_then(|id| match id {
            Value::String(text) => Some(Id(text.clone())),
            Value::Number(number) => Some(Id(number.to_string())),
            _ => None,
        });
        let content = text(&["content", "content_preview", "text"]).unwrap_or_default().trim().to_owned();
        (id.is_some() || !content.is_empty()).then(|| Self {
            id,
            content,
            memory_type: text(&["memory_type", "source_type", "type"]).map(str::to_owned),
            importance: field("importance").and_then(Value::as_f64),
            similarity: any(&["similarity", "score"]).and_then(Value::as_f64),
        })
    }
}

/// An operation on the memory store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoggedOperation {
    /// Time of the report.
    pub time: DateTime<Utc>,
    /// Type of the operation, for example `add_memory`.
    pub kind: String,
    /// One-line summary of the details; may be empty.
    pub summary: String,
}

/// A search, or a retrieval for a reply, which has no type and no minimum importance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoggedSearch {
    pub time: DateTime<Utc>,
    /// Search text.
    pub query: String,
    /// Filter by type of memory.
    pub memory_type: Option<String>,
    /// Filter by importance, from 0 to 1.
    pub min_importance: Option<f64>,
    /// Matches, best first.
    pub results: Vec<Found>,
    /// Number of matches, whether listed or not.
    pub count: u64,
}

/// The log. All lists are ordered from oldest to newest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MemoryLog {
    operations: VecDeque<LoggedOperation>,
    counts: BTreeMap<String, u64>,
    figures: Option<(DateTime<Utc>, MemoryFigures)>,
    searches: VecDeque<LoggedSearch>,
    retrievals: VecDeque<LoggedSearch>,
    snapshots: VecDeque<(DateTime<Utc>, MemoryDebugSnapshot)>,
}

impl MemoryLog {
    #[must_use]
    pub const fn operations(&self) -> &VecDeque<LoggedOperation> {
        &self.operations
    }

    /// Returns how often each type of operation was logged.
    #[must_use]
    pub const fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    /// Returns the server's latest statistics with their time.
    #[must_use]
    pub const fn figures(&self) -> Option<&(DateTime<Utc>, MemoryFigures)> {
        self.figures.as_ref()
    }

    #[must_use]
    pub const fn searches(&self) -> &VecDeque<LoggedSearch> {
        &self.searches
    }

    #[must_use]
    pub const fn retrievals(&self) -> &VecDeque<LoggedSearch> {
        &self.retrievals
    }

    /// Returns the snapshots created or restored.
    #[must_use]
    pub const fn snapshots(&self) -> &VecDeque<(DateTime<Utc>, MemoryDebugSnapshot)> {
        &self.snapshots
    }

    /// Applies an event. Returns whether it belongs in the log.
    pub(super) fn apply(&mut self, event: &ServerEvent) -> bool {
        let time = event.time;
        match &event.event {
            Event::MemoryDebugOperation(operation) => self.add_operation(operation, time),
            Event::MemoryDebugStats(stats) => self.figures = Some((time, stats.stats.clone())),
            Event::MemoryDebugSearch(search) => {
                let results = Found::of_search(search);
                let search = LoggedSearch {
                    time,
                    query: search.query.clone(),
                    memory_type: search.memory_type.clone(),
                    min_importance: search.min_importance.filter(|number| number.is_finite()),
                    count: search.results_count.unwrap_or(results.len() as u64),
                    results,
                };
                push_bounded(&mut self.searches, search, SEARCHES);
            }
            Event::MemoryRetrieve(retrieved) => {
                let results = Found::of_retrieval(retrieved);
                let count = retrieved.results_count.unwrap_or(results.len() as u64);
                let query = retrieved.query.clone();
                let retrieval = LoggedSearch { time, query, memory_type: None, min_importance: None, results, count };
                push_bounded(&mut self.retrievals, retrieval, SEARCHES);
            }
            Event::MemoryDebugSnapshot(snapshot) => {
                push_bounded(&mut self.snapshots, (time, snapshot.clone()), SEARCHES);
            }
            _ => return false,
        }
        true
    }

    fn add_operation(&mut self, operation: &MemoryDebugOperation, time: DateTime<Utc>) {
        let kind = operation.operation_type.clone();
        if self.counts.len() < OPERATION_TYPES || self.counts.contains_key(&kind) {
            *self.counts.entry(kind.clone()).or_default() += 1;
        }
        let summary = operation.details.as_ref().map(summarize).unwrap_or_default();
        push_bounded(&mut self.operations, LoggedOperation { time, kind, summary }, OPERATIONS);
    }
}

/// Summarizes free-form details in one line.
fn summarize(details: &Value) -> String {
    let line = match details {
        Value::Object(fields) => {
            let told = fields.iter().filter(|(_, value)| !value.is_null());
            let words: Vec<String> =
                told.map(|(name, value)| format!("{}: {}", name.replace('_', " "), in_words(value))).collect();
            words.join(", ")
        }
        Value::Null => String::new(),
        other => in_words(other),
    };
    let mut words = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(SUMMARY) {
        words.truncate(end);
        words.push('…');
    }
    words
}

fn in_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.len() != 1 => format!("{} items", items.len()),
        other => other.to_string(),
    }
}
