//! The assistant's memory and the events that report on it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use serde_json::{Value, json};

use super::outgoing_event::OutgoingEvent;
use crate::protocol::iso8601;

/// Capacity of the long-term memory; the oldest entry is evicted.
const MAX_MEMORIES: usize = 200;
/// Capacity of the short-term memory, in turns.
const MAX_TURNS: u64 = 20;
/// Largest number of matches of a search.
const MAX_FOUND: usize = 3;

/// Memories from before the first conversation: type, text, importance.
pub(super) const INITIAL_MEMORIES: [(&str, &str, f64); 4] = [
    ("preference", "User prefers metric units", 0.7),
    ("fact", "User's name is Sam", 0.9),
    ("conversation", "Talked about the weather in Rabat", 0.4),
    ("persona", "Coda should be friendly and brief", 0.8),
];

/// Memories, oldest first, and counts of the operations on them.
#[derive(Debug, Default)]
pub(super) struct Memory {
    memories: Vec<Remembered>,
    made: u64,
    operations: BTreeMap<&'static str, u64>,
    turns: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Remembered {
    id: String,
    pub content: String,
    kind: &'static str,
    importance: f64,
    at: DateTime<Utc>,
}

impl Memory {
    /// Returns all memories, oldest first.
    pub(super) fn all(&self) -> &[Remembered] {
        &self.memories
    }

    /// Counts a turn in the short-term memory.
    pub(super) fn note_turn(&mut self) {
        self.turns = (self.turns + 1).min(MAX_TURNS);
    }

    /// Stores a memory and returns the events that report it.
    pub(super) fn store(
        &mut self,
        kind: &'static str,
        content: &str,
        importance: f64,
        now: DateTime<Utc>,
    ) -> Vec<OutgoingEvent> {
        let id = format!("mem_{}", self.made);
        self.made += 1;
        if self.memories.len() == MAX_MEMORIES {
            self.memories.remove(0);
        }
        let details = json!({ "memory_id": id, "content_preview": content, "memory_type": kind });
        let stored = json!({
            "content_preview": content, "memory_type": kind, "importance": importance, "memory_id": id,
        });
        self.memories.push(Remembered { id, content: content.to_owned(), kind, importance, at: now });
        vec![OutgoingEvent::new("memory_store", stored), self.operation("add_memory", &details, now)]
    }

    /// Returns the best matches with their similarity, from 0 to 1. Memories without a common word do not match.
    #[expect(clippy::cast_precision_loss, reason = "counts of words")]
    fn find(&self, query: &str) -> Vec<(f64, &Remembered)> {
        let words = words(query);
        let similarity = |memory: &Remembered| {
            let known = self::words(&memory.content);
            let common = words.intersection(&known).count() as f64;
            common / known.len().min(words.len()).max(1) as f64
        };
        let mut found: Vec<_> = self.memories.iter().map(|memory| (similarity(memory), memory)).collect();
        found.retain(|(similarity, _)| *similarity > 0.0);
        found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        found.truncate(MAX_FOUND);
        found
    }

    /// Retrieves memories that help to reply to a text.
    pub(super) fn retrieve(&self, query: &str) -> OutgoingEvent {
        let found = self.find(query);
        let top = found.first().map(|(_, memory)| memory.content.as_str());
        OutgoingEvent::new(
            "memory_retrieve",
            json!({ "query": query, "results_count": found.len(), "top_result_preview": top }),
        )
    }

    /// Searches the memory and reinforces the best match.
    pub(super) fn recall(&mut self, query: &str, now: DateTime<Utc>) -> Vec<OutgoingEvent> {
        let found = self.find(query);
        let best = found.first().map(|(_, memory)| memory.id.clone());
        let results: Vec<Value> = found.iter().map(|(similarity, memory)| memory.to_json(*similarity)).collect();
        let search = json!({
            "query": query, "memory_type": null, "min_importance": 0.0,
            "results_count": results.len(), "results": results,
        });
        let mut events = vec![OutgoingEvent::new("memory_debug_search", search)];
        if let Some(memory) = self.memories.iter_mut().find(|memory| Some(&memory.id) == best.as_ref()) {
            let (old, new) = (memory.importance, (memory.importance + 0.1).min(1.0));
            memory.importance = new;
            let (id, content) = (memory.id.clone(), memory.content.clone());
            let update = json!({ "memory_id": id, "field": "importance", "old_value": old, "new_value": new });
            let reinforce = json!({ "memory_id": id, "strength": 0.5, "success": true, "memory_preview": content });
            events.push(OutgoingEvent::new("memory_debug_reinforce", reinforce));
            events.push(OutgoingEvent::new("memory_update", update));
            let details = json!({ "memory_id": id, "old_importance": old, "new_importance": new });
            events.push(self.operation("update_importance", &details, now));
        }
        events
    }

    /// Forgets the best match.
    pub(super) fn forget(&mut self, query: &str, now: DateTime<Utc>) -> Vec<OutgoingEvent> {
        let Some(id) = self.find(query).first().map(|(_, memory)| memory.id.clone()) else { return Vec::new() };
        let preview = self.memories.iter().find(|memory| memory.id == id).map(|memory| memory.content.clone());
        self.memories.retain(|memory| memory.id != id);
        let forgotten = json!({ "memory_id": id, "success": true, "memory_preview": preview });
        let details = json!({ "memory_id": id });
        vec![OutgoingEvent::new("memory_debug_forget", forgotten), self.operation("forget", &details, now)]
    }

    pub(super) fn snapshot(&mut self, now: DateTime<Utc>) -> Vec<OutgoingEvent> {
        let id = format!("snap_{}", self.made);
        let metadata = json!({ "memories": self.memories.len(), "created": iso8601(now) });
        let snapshot = json!({ "action": "create", "snapshot_id": id, "success": true, "metadata": metadata });
        let operation = self.operation("snapshot", &json!({ "snapshot_id": id }), now);
        vec![OutgoingEvent::new("memory_debug_snapshot", snapshot), operation]
    }

    pub(super) fn stats(&self, now: DateTime<Utc>) -> OutgoingEvent {
        let mut types: BTreeMap<&str, u64> = BTreeMap::new();
        for memory in &self.memories {
            *types.entry(memory.kind).or_default() += 1;
        }
        let stats = json!({
            "short_term": { "turn_count": self.turns, "max_turns": MAX_TURNS },
            "long_term": { "memory_count": self.memories.len(), "max_memories": MAX_MEMORIES, "memory_types": types },
            "debug": {
                "operations_count": self.operations.values().sum::<u64>(),
                "operations_by_type": self.operations,
                "last_update": iso8601(now),
            },
        });
        OutgoingEvent::new("memory_debug_stats", json!({ "stats": stats, "timestamp": iso8601(now) }))
    }

    fn operation(&mut self, kind: &'static str, details: &Value, now: DateTime<Utc>) -> OutgoingEvent {
        *self.operations.entry(kind).or_default() += 1;
        let data = json!({ "operation_type": kind, "timestamp": iso8601(now), "details": details });
        OutgoingEvent::new("memory_debug_operation", data)
    }
}

impl Remembered {
    fn to_json(&self, similarity: f64) -> Value {
        let metadata =
            json!({ "source_type": self.kind, "importance": self.importance, "timestamp": iso8601(self.at) });
        json!({ "id": self.id, "content": self.content, "metadata": metadata, "similarity": similarity })
    }
}

/// Returns the significant words of a text: three letters or more, and not among the most common ones.
fn words(text: &str) -> BTreeSet<String> {
    const COMMON: [&str; 12] =
        ["the", "and", "user", "what", "that", "you", "for", "this", "with", "about", "please", "remember"];
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words.filter(|word| word.chars().count() > 2 && !COMMON.contains(&word.as_str())).collect()
}
