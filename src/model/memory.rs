//! What Coda remembers, as far as its events have told: each memory with all that happened to it.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use serde_json::Value;

use super::memory_log::{Change, ChangeKind, Found, MemoryLog};
use crate::link::ServerEvent;
use crate::protocol::{Event, Id, MemoryUpdated};

/// Memories kept: twice what Coda's long-term memory holds. Beyond, the one that was not heard of the longest goes.
const MEMORIES: usize = 2_000;
/// Changes kept of each memory; beyond, the oldest goes. A memory that every turn finds would grow without end.
const CHANGES: usize = 50;

/// A memory of Coda's.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    /// Names it for as long as the page lives.
    pub number: u64,
    /// The server's name for it, where it told one.
    pub id: Option<Id>,
    /// Its text, or how it begins; empty if only its id is known.
    pub content: String,
    /// For example `fact`.
    pub memory_type: Option<String>,
    /// From 0 to 1.
    pub importance: Option<f64>,
    /// When an event first told of it.
    pub first_seen: DateTime<Utc>,
    /// When an event last told of it.
    pub last_seen: DateTime<Utc>,
    /// What first told of it.
    pub source: MemorySource,
    /// Coda has forgotten it.
    pub forgotten: bool,
    /// What happened to it, oldest first.
    pub history: Vec<Change>,
}

/// The kind of event that a memory was learnt from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemorySource {
    /// It was stored.
    Stored,
    /// It was changed.
    Updated,
    /// It was made stronger.
    Reinforced,
    /// It was forgotten.
    Forgotten,
    /// A search found it.
    Search,
    /// It was looked up for an answer.
    Retrieval,
}

/// The order of memories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MemorySort {
    /// The one heard of last comes first.
    #[default]
    LastSeen,
    /// The one that was first told of last comes first.
    Newest,
    /// The most important comes first.
    Importance,
    /// By the alphabet.
    Content,
}

/// Which memories to show, and in which order.
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryFilter {
    /// Words, each of which the content, the type or the id contains, in capitals or not.
    pub text: String,
    /// Only these types; all if empty.
    pub kinds: BTreeSet<String>,
    /// Only what is as important; an unknown importance counts as 0.
    pub min_importance: f64,
    /// Also what Coda has forgotten.
    pub include_forgotten: bool,
    /// The order.
    pub sort: MemorySort,
}

/// Shows everything.
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
            && (self.kinds.is_empty() || memory.memory_type.as_ref().is_some_and(|kind| self.kinds.contains(kind)))
            && importance.partial_cmp(&self.min_importance) != Some(Ordering::Less)
            && contains_all_words()
    }
}

/// All memories that were told of, and the log of the memory's work.
#[derive(Debug, Default)]
pub struct Memories {
    /// In the order in which they were first told of.
    known: Vec<Memory>,
    last_number: u64,
    log: MemoryLog,
    revision: u64,
}

impl Memories {
    /// Takes an event of the server's.
    pub fn apply(&mut self, event: &ServerEvent) {
        let time = event.time;
        let logged = self.log.apply(event);
        let learnt = match &event.event {
            Event::MemoryStored(stored) => {
                let told = Found {
                    memory_type: stored.memory_type.clone(),
                    importance: stored.importance,
                    ..Found::new(stored.memory_id.as_ref(), Some(&stored.content_preview))
                };
                self.learn(told, MemorySource::Stored, ChangeKind::Stored, time)
            }
            Event::MemoryUpdated(update) => self.update(update, time),
            Event::MemoryReinforced(done) => {
                let strength = done.strength.filter(|strength| strength.is_finite());
                let what = if done.success { ChangeKind::Reinforced(strength) } else { ChangeKind::ReinforceFailed };
                let told = Found::new(Some(&done.memory_id), done.memory_preview.as_deref());
                self.learn(told, MemorySource::Reinforced, what, time)
            }
            Event::MemoryForgotten(done) => {
                let what = if done.success { ChangeKind::Forgotten } else { ChangeKind::ForgetFailed };
                let told = Found::new(Some(&done.memory_id), done.memory_preview.as_deref());
                self.learn(told, MemorySource::Forgotten, what, time)
            }
            Event::MemorySearch(search) => {
                self.learn_found(Found::of_search(search), &search.query, MemorySource::Search, time)
            }
            Event::MemoryRetrieved(retrieved) => {
                self.learn_found(Found::of_retrieval(retrieved), &retrieved.query, MemorySource::Retrieval, time)
            }
            _ => false,
        };
        self.revision += u64::from(logged || learnt);
    }

    /// Counts the changes of what this shows.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// All memories, in the order in which they were first told of.
    #[must_use]
    pub fn all(&self) -> &[Memory] {
        &self.known
    }

    /// What the memory has done.
    #[must_use]
    pub const fn log(&self) -> &MemoryLog {
        &self.log
    }

    /// The types that there are, and how many memories of each, forgotten ones included.
    #[must_use]
    pub fn kinds(&self) -> BTreeMap<&str, usize> {
        let mut kinds = BTreeMap::new();
        for kind in self.known.iter().filter_map(|memory| memory.memory_type.as_deref()) {
            *kinds.entry(kind).or_default() += 1;
        }
        kinds
    }

    /// The memories that a filter admits, in its order.
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

    fn update(&mut self, update: &MemoryUpdated, time: DateTime<Utc>) -> bool {
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

    /// Puts what was told to the memory that it tells of.
    fn learn(&mut self, told: Found, source: MemorySource, what: ChangeKind, time: DateTime<Utc>) -> bool {
        if told.id.is_none() && told.content.is_empty() {
            return false;
        }
        let failed = matches!(what, ChangeKind::ReinforceFailed | ChangeKind::ForgetFailed);
        let known = self.position(told.id.as_ref(), &told.content);
        // What failed may not exist.
        let Some(at) = known.or_else(|| (!failed).then(|| self.insert(source, time))) else { return false };
        if let Some(memory) = self.known.get_mut(at) {
            memory.take(told, &what);
            memory.note(what, time);
        }
        true
    }

    /// The memory of this id; where no id was told, or it is new, the one of this content.
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

impl Memory {
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
            // What can be stored, found or strengthened is there, perhaps again.
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

/// Whether a text only repeats how a longer one, already known, begins.
fn is_preview(text: &str, known: &str) -> bool {
    known.starts_with(text.trim_end_matches(['.', '…']))
}
