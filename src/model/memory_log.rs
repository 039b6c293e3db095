//! What the memory has done: its operations, searches, look-ups and snapshots, and its own figures.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};

use serde_json::Value;

use super::performance::push_bounded;
use crate::link::ServerEvent;
use crate::protocol::{
    Event, Id, MemoryFigures, MemoryOperation, MemoryRetrieved, MemorySearch, MemorySearchResult, MemorySnapshot,
};

/// Operations kept; beyond, the oldest goes. More is not read, and a turn makes several.
const OPERATIONS: usize = 500;
/// Types of operations counted: Coda has some ten. Newcomers beyond are not counted.
const OPERATION_TYPES: usize = 100;
/// Searches, look-ups and snapshots kept of each; beyond, the oldest goes. Each holds what it found.
const LOOKS: usize = 100;
/// Memories read of one search: Coda finds ten at most, and a frame could hold a hundred thousand.
const RESULTS: usize = 100;
/// The longest summary of an operation, in characters: one line.
const SUMMARY: usize = 160;

/// Something that happened to a memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// When.
    pub time: DateTime<Utc>,
    /// What.
    pub what: ChangeKind,
}

/// What happened to a memory.
#[derive(Clone, Debug, PartialEq)]
pub enum ChangeKind {
    /// It was stored.
    Stored,
    /// A field of it got another value.
    Updated {
        /// The field.
        field: String,
        /// Before.
        old: Option<Value>,
        /// After.
        new: Option<Value>,
    },
    /// It was made stronger, by so much.
    Reinforced(Option<f64>),
    /// Making it stronger failed.
    ReinforceFailed,
    /// It was forgotten.
    Forgotten,
    /// Forgetting it failed.
    ForgetFailed,
    /// It was found.
    Found {
        /// By these words.
        query: String,
        /// It fits them so well, from 0 to 1.
        similarity: Option<f64>,
    },
}

/// A memory as one event tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The server's name for it, where it told one.
    pub id: Option<Id>,
    /// Its text, or how it begins; empty where it was not told.
    pub content: String,
    /// For example `fact`.
    pub memory_type: Option<String>,
    /// From 0 to 1.
    pub importance: Option<f64>,
    /// To what was asked, from 0 to 1.
    pub similarity: Option<f64>,
}

impl Found {
    /// What a search found.
    pub(super) fn of_search(search: &MemorySearch) -> Vec<Self> {
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

    /// What a look-up found, as far as it is readable; at least how the best begins.
    pub(super) fn of_retrieval(retrieved: &MemoryRetrieved) -> Vec<Self> {
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

    /// What is known without anything but a name and a text.
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

/// An operation of the memory's.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedOperation {
    /// When the server told of it.
    pub time: DateTime<Utc>,
    /// For example `add_memory`.
    pub kind: String,
    /// Its details in one line; empty without any.
    pub summary: String,
}

/// A search that the server reported, or a look-up for an answer, which asks for neither type nor importance.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedSearch {
    /// When.
    pub time: DateTime<Utc>,
    /// What was asked.
    pub query: String,
    /// Only memories of this type.
    pub memory_type: Option<String>,
    /// Only memories of this importance or more, from 0 to 1.
    pub min_importance: Option<f64>,
    /// What was found, the best first.
    pub results: Vec<Found>,
    /// How many were found, whether listed or not.
    pub count: u64,
}

/// What the memory has done. All lists have the oldest first.
#[derive(Debug, Default)]
pub struct MemoryLog {
    operations: VecDeque<LoggedOperation>,
    counts: BTreeMap<String, u64>,
    figures: Option<(DateTime<Utc>, MemoryFigures)>,
    searches: VecDeque<LoggedSearch>,
    retrievals: VecDeque<LoggedSearch>,
    snapshots: VecDeque<(DateTime<Utc>, MemorySnapshot)>,
}

impl MemoryLog {
    /// The operations.
    #[must_use]
    pub const fn operations(&self) -> &VecDeque<LoggedOperation> {
        &self.operations
    }

    /// How often each type of operation was seen here.
    #[must_use]
    pub const fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    /// The server's own figures, and when it told them.
    #[must_use]
    pub const fn figures(&self) -> Option<&(DateTime<Utc>, MemoryFigures)> {
        self.figures.as_ref()
    }

    /// The searches.
    #[must_use]
    pub const fn searches(&self) -> &VecDeque<LoggedSearch> {
        &self.searches
    }

    /// The look-ups.
    #[must_use]
    pub const fn retrievals(&self) -> &VecDeque<LoggedSearch> {
        &self.retrievals
    }

    /// When the memory was saved or restored, and what the server said of it.
    #[must_use]
    pub const fn snapshots(&self) -> &VecDeque<(DateTime<Utc>, MemorySnapshot)> {
        &self.snapshots
    }

    /// Takes an event of the server's and tells whether it was one for the log.
    pub(super) fn apply(&mut self, event: &ServerEvent) -> bool {
        let time = event.time;
        match &event.event {
            Event::MemoryOperation(operation) => self.add_operation(operation, time),
            Event::MemoryStats(stats) => self.figures = Some((time, stats.stats.clone())),
            Event::MemorySearch(search) => {
                let results = Found::of_search(search);
                let search = LoggedSearch {
                    time,
                    query: search.query.clone(),
                    memory_type: search.memory_type.clone(),
                    min_importance: search.min_importance.filter(|number| number.is_finite()),
                    count: search.results_count.unwrap_or(results.len() as u64),
                    results,
                };
                push_bounded(&mut self.searches, search, LOOKS);
            }
            Event::MemoryRetrieved(retrieved) => {
                let results = Found::of_retrieval(retrieved);
                let count = retrieved.results_count.unwrap_or(results.len() as u64);
                let query = retrieved.query.clone();
                let retrieval = LoggedSearch { time, query, memory_type: None, min_importance: None, results, count };
                push_bounded(&mut self.retrievals, retrieval, LOOKS);
            }
            Event::MemorySnapshot(snapshot) => push_bounded(&mut self.snapshots, (time, snapshot.clone()), LOOKS),
            _ => return false,
        }
        true
    }

    fn add_operation(&mut self, operation: &MemoryOperation, time: DateTime<Utc>) {
        let kind = operation.operation_type.clone();
        if self.counts.len() < OPERATION_TYPES || self.counts.contains_key(&kind) {
            *self.counts.entry(kind.clone()).or_default() += 1;
        }
        let summary = operation.details.as_ref().map(summarize).unwrap_or_default();
        push_bounded(&mut self.operations, LoggedOperation { time, kind, summary }, OPERATIONS);
    }
}

/// Free-form details in one line.
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
