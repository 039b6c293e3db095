//! Coda's memories as reconstructed from its events, each with its history.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::memory_log::{Change, ChangeKind, Found, MemoryLog};
use crate::link::ServerEvent;
use crate::protocol::{Event, Id, MemoryUpdate};

/// Capacity, twice that of Coda's long-term memory. Beyond it, the memory not seen for the longest is evicted.
const MEMORIES: usize = 2_000;
/// Length of a memory's history; beyond it the oldest change is evicted. Otherwise a memory found in every turn
/// would grow without bound.
const CHANGES: usize = 50;

/// A memory of Coda.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Unique for the lifetime of the page.
    pub number: u64,
    /// The server's id, if it reported one.
    pub id: Option<Id>,
    /// The text, or its beginning; empty if only the id is known.
    pub content: String,
    /// Type of the memory, for example `fact`.
    pub memory_type: Option<String>,
    /// Importance, from 0 to 1.
    pub importance: Option<f64>,
    /// Time of the first event about it.
    pub first_seen: DateTime<Utc>,
    /// Time of the latest event about it.
    pub last_seen: DateTime<Utc>,
    /// Kind of the first event about it.
    pub source: MemorySource,
    /// Whether Coda has forgotten it.
    pub forgotten: bool,
    /// Changes, oldest first.
    pub history: Vec<Change>,
}

/// Kind of event from which a memory became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemorySource {
    Stored,
    Updated,
    Reinforced,
    Forgotten,
    /// A match of a search.
    Search,
    /// A match of a retrieval for a reply.
    Retrieval,
}

/// Sort order of memories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MemorySort {
    /// Most recently seen first.
    #[default]
    LastSeen,
    /// Most recently discovered first.
    Newest,
    /// Most important first.
    Importance,
    /// Alphabetical.
    Content,
}

/// Selection and order of memories.
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryFilter {
    /// Words that must all occur in the content, the type or the id, regardless of case.
    pub text: String,
    /// Admitted types; empty for all.
    pub kinds: BTreeSet<String>,
    /// Minimum importance. An unknown importance counts as 0.
    pub min_importance: f64,
    /// Whether to include forgotten memories.
    pub include_forgotten: bool,
    pub sort: MemorySort,
}

/// Admits everything.
impl Default for MemoryFilter {
    fn default() -> Self {
        Self {
            text: String::new(),
            kinds: BTreeSet::new(),
            min_importance: 0.0,
            include_forgotten: true,
            sort: MemorySort::default(),
        }
    }
}

impl MemoryFilter {
    fn admits(&self, memory: &Memory, words: &[String]) -> bool {
        let importance = memory.importance.unwrap_or(0.0).max(0.0);
        let contains_all_words = || {
            let (kind, id) = (memory.memory_type.as_deref(), memory.id.as_ref());
            let text = format!("{} {} {}", memory.content, kind.unwrap_or_default(), id.map_or("", |id| &id.0));
            let text = text.to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        (self.include_forgotten || !memory.forgotten)
            && (self.kinds.is_empty() || self.kinds.contains(memory.kind()))
            && importance.partial_cmp(&self.min_importance) != Some(Ordering::Less)
            && contains_all_words()
    }
}

/// All known memories and the log of the memory's operations.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memories {
    /// In order of discovery.
    known: Vec<Memory>,
    last_number: u64,
    log: MemoryLog,
    revision: u64,
}

impl super::Model for Memories {
    fn apply(&mut self, event: &ServerEvent) {
        self.apply(event);
    }

    fn revision(&self) -> u64 {
        self.revision()
    }
}

impl Memories {
    pub fn apply(&mut self, event: &ServerEvent) {
        let time = event.time;
        let logged = self.log.apply(event);
        let learnt = match &event.event {
            Event::MemoryStore(stored) => {
                let told = Found {
                    memory_type: stored.memory_type.clone(),
                    importance: stored.importance,
                    ..Found::new(stored.memory_id.as_ref(), Some(&stored.content_preview))
                };
                self.learn(told, MemorySource::Stored, ChangeKind::Stored, time)
            }
            Event::MemoryUpdate(update) => self.update(update, time),
            Event::MemoryDebugReinforce(done) => {
                let strength = done.strength.filter(|strength| strength.is_finite());
                let what = if done.success { ChangeKind::Reinforced(strength) } else { ChangeKind::ReinforceFailed };
                let told = Found::new(Some(&done.memory_id), done.memory_preview.as_deref());
                self.learn(told, MemorySource::Reinforced, what, time)
            }
            Event::MemoryDebugForget(done) => {
                let what = if done.success { ChangeKind::Forgotten } else { ChangeKind::ForgetFailed };
                let told = Found::new(Some(&done.memory_id), done.memory_preview.as_deref());
                self.learn(told, MemorySource::Forgotten, what, time)
            }
            Event::MemoryDebugSearch(search) => {
                self.learn_found(Found::of_search(search), &search.query, MemorySource::Search, time)
            }
            Event::MemoryRetrieve(retrieved) => {
                self.learn_found(Found::of_retrieval(retrieved), &retrieved.query, MemorySource::Retrieval, time)
            }
            _ => false,
        };
        self.revision += u64::from(logged || learnt);
    }

    /// Incremented with each visible change.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The memory of this number.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&Memory> {
        // Sorted by number.
        let at = self.all().binary_search_by_key(&number, |memory| memory.number).ok()?;
        self.all().get(at)
    }

    /// Returns all memories in order of discovery.
    #[must_use]
    pub fn all(&self) -> &[Memory] {
        &self.known
    }

    /// Returns the log of the memory's operations.
    #[must_use]
    pub const fn log(&self) -> &MemoryLog {
        &self.log
    }

    /// Returns the types with their numbers of memories, including forgotten ones. Those without a type are of the type
    /// “unknown”.
    #[must_use]
    pub fn kinds(&self) -> BTreeMap<&str, usize> {
        let mut kinds = BTreeMap::new();
        for memory in &self.known {
            *kinds.entry(memory.kind()).or_default() += 1;
        }
        kinds
    }

    /// Returns the memories that a filter admits, in its order.
    #[must_use]
    pub fn matching(&self, filter: &MemoryFilter) -> Vec<&Memory> {
        let words: Vec<String> = filter.text.split_whitespace().map(str::to_lowercase).collect();
        let mut matching: Vec<&Memory> =
            self.known.iter().rev().filter(|memory| filter.admits(memory, &words)).collect();
        match filter.sort {
            MemorySort::LastSeen => matching.sort_by_key(|memory| Reverse(memory.last_seen)),
            MemorySort::Newest => {}
            MemorySort::Importance => {
                matching.sort_by(|a, b| b.importance.partial_cmp(&a.importance).unwrap_or(Ordering::Equal));
            }
            MemorySort::Content => matching.sort_by_cached_key(|memory| memory.content.to_lowercase()),
        }
        matching
    }

    fn learn_found(&mut self, found: Vec<Found>, query: &str, source: MemorySource, time: DateTime<Utc>) -> bool {
        found.into_iter().fold(false, |learnt, told| {
            let what = ChangeKind::Found { query: query.to_owned(), similarity: told.similarity };
            self.learn(told, source, what, time) || learnt
        })
    }

    fn update(&mut self, update: &MemoryUpdate, time: DateTime<Utc>) -> bool {
        let value = update.new_value.as_ref();
        let text = value.and_then(Value::as_str);
        let content = text.filter(|_| update.field == "content");
        let mut told = Found::new(Some(&update.memory_id), content);
        match update.field.as_str() {
            "importance" => told.importance = value.and_then(Value::as_f64),
            "memory_type" | "source_type" | "type" => told.memory_type = text.map(str::to_owned),
            _ => {}
        }
        let (field, old, new) = (update.field.clone(), update.old_value.clone(), update.new_value.clone());
        self.learn(told, MemorySource::Updated, ChangeKind::Updated { field, old, new }, time)
    }

    /// Merges what an event reports into the memory concerned, or adds a new one.
    fn learn(&mut self, told: Found, source: MemorySource, what: ChangeKind, time: DateTime<Utc>) -> bool {
        if told.id.is_none() && told.content.is_empty() {
            return false;
        }
        let failed = matches!(what, ChangeKind::ReinforceFailed | ChangeKind::ForgetFailed);
        let known = self.position(told.id.as_ref(), &told.content);
        // After a failed operation the memory may not exist.
        let Some(at) = known.or_else(|| (!failed).then(|| self.insert(source, time))) else { return false };
        if let Some(memory) = self.known.get_mut(at) {
            memory.take(told, &what);
            memory.note(what, time);
        }
        true
    }

    /// Finds a memory by id. Without an id, or with a new one, finds it by content.
    fn position(&self, id: Option<&Id>, content: &str) -> Option<usize> {
        let of_id = || self.known.iter().rposition(|memory| id.is_some() && memory.id.as_ref() == id);
        let of_content =
            |memory: &Memory| !content.is_empty() && memory.content == content && (id.is_none() || memory.id.is_none());
        of_id().or_else(|| self.known.iter().rposition(of_content))
    }

    fn insert(&mut self, source: MemorySource, time: DateTime<Utc>) -> usize {
        if self.known.len() >= MEMORIES
            && let Some((at, _)) = self.known.iter().enumerate().min_by_key(|(_, memory)| memory.last_seen)
        {
            self.known.remove(at);
        }
        self.last_number += 1;
        self.known.push(Memory {
            number: self.last_number,
            id: None,
            content: String::new(),
            memory_type: None,
            importance: None,
            first_seen: time,
            last_seen: time,
            source,
            forgotten: false,
            history: Vec::new(),
        });
        self.known.len() - 1
    }
}

/// Stands for the type of memories whose type is not known.
const UNKNOWN_KIND: &str = "unknown";

impl Memory {
    /// The type, or a word for its absence.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.memory_type.as_deref().unwrap_or(UNKNOWN_KIND)
    }

    fn take(&mut self, told: Found, what: &ChangeKind) {
        self.id = self.id.take().or(told.id);
        let is_whole = matches!(what, ChangeKind::Updated { .. }) && !told.content.is_empty();
        if is_whole || !is_preview(&told.content, &self.content) {
            self.content = told.content;
        }
        self.memory_type = told.memory_type.or(self.memory_type.take());
        self.importance = told.importance.filter(|importance| importance.is_finite()).or(self.importance);
        self.forgotten = match what {
            ChangeKind::Forgotten => true,
            // What is stored, found or reinforced exists, even if it was forgotten before.
            ChangeKind::Stored | ChangeKind::Reinforced(_) | ChangeKind::Found { .. } => false,
            ChangeKind::Updated { .. } | ChangeKind::ReinforceFailed | ChangeKind::ForgetFailed => self.forgotten,
        };
    }

    fn note(&mut self, what: ChangeKind, time: DateTime<Utc>) {
        self.last_seen = self.last_seen.max(time);
        if self.history.len() >= CHANGES {
            self.history.remove(0);
        }
        self.history.push(Change { time, what });
    }
}

/// Whether a text only repeats the beginning of a longer, known one.
fn is_preview(text: &str, known: &str) -> bool {
    known.starts_with(text.trim_end_matches(['.', '…']))
}
