//! Coda's memories, learned from any kind of event.

use std::collections::BTreeSet;

use coda_dashboard::model::{ChangeKind, Memories, Memory, MemoryFilter, MemorySort, MemorySource};
use coda_dashboard::protocol::{Event, Id, MemoryStore};
use serde_json::{Value, json};

use crate::performance::Feed;

struct ScriptWriter {
    feed: Feed,
    memories: Memories,
}

impl ScriptWriter {
    fn new() -> Self {
        Self { feed: Feed::new(), memories: Memories::default() }
    }

    /// Applies an event, and returns whether it changed what is shown.
    fn event(&mut self, kind: &str, data: Value) -> bool {
        let before = self.memories.revision();
        self.memories.apply(&self.feed.event(kind, data));
        self.memories.revision() > before
    }

    fn store(&mut self, id: &str, content: &str, kind: &str, importance: f64) {
        let data = json!({"memory_id": id, "content_preview": content, "memory_type": kind, "importance": importance});
        self.event("memory_store", data);
    }

    fn only(&self) -> &Memory {
        let [memory] = self.memories.all() else { panic!("{:?}", self.memories.all()) };
        memory
    }

    fn matching(&self, filter: &MemoryFilter) -> Vec<&str> {
        self.memories.matching(filter).into_iter().map(|memory| memory.content.as_str()).collect()
    }
}

fn everything() -> MemoryFilter {
    MemoryFilter::default()
}

#[test]
fn a_memory_keeps_the_history_of_what_happened_to_it() {
    let mut mind = ScriptWriter::new();
    mind.store("mem_1", "Likes jazz", "preference", 0.6);
    mind.event(
        "memory_update",
        json!({"memory_id": "mem_1", "field": "importance", "old_value": 0.6, "new_value": 0.75}),
    );
    mind.event("memory_debug_reinforce", json!({"memory_id": "mem_1", "success": true, "strength": 0.5}));
    let memory = mind.only();
    assert_eq!((memory.id.as_ref(), memory.importance), (Some(&Id("mem_1".into())), Some(0.75)));
    assert_eq!((memory.first_seen, memory.last_seen), (Feed::time(1), Feed::time(3)));
    assert_eq!(memory.source, MemorySource::Stored);
    let changes: Vec<_> = memory.history.iter().map(|change| &change.what).collect();
    let updated = ChangeKind::Updated { field: "importance".into(), old: Some(json!(0.6)), new: Some(json!(0.75)) };
    assert_eq!(changes, [&ChangeKind::Stored, &updated, &ChangeKind::Reinforced(Some(0.5))]);
}

#[test]
fn a_memory_that_is_forgotten_stays_visible_as_forgotten() {
    let mut mind = ScriptWriter::new();
    mind.store("mem_1", "Likes jazz", "preference", 0.6);
    mind.event("memory_debug_forget", json!({"memory_id": "mem_1", "success": true, "memory_preview": "Likes jazz"}));
    assert!(mind.only().forgotten);
    assert_eq!(mind.matching(&everything()), ["Likes jazz"]);
    assert!(mind.matching(&MemoryFilter { include_forgotten: false, ..everything() }).is_empty());
    mind.store("mem_1", "Likes jazz", "preference", 0.6);
    assert!(!mind.only().forgotten, "stored again");
}

#[test]
fn what_failed_is_noted_on_a_known_memory_and_makes_no_new_one() {
    let mut mind = ScriptWriter::new();
    assert!(!mind.event("memory_debug_forget", json!({"memory_id": "mem_9", "success": false})));
    assert!(!mind.event("memory_debug_reinforce", json!({"memory_id": "mem_9", "success": false})));
    assert!(mind.memories.all().is_empty());
    mind.store("mem_1", "Likes jazz", "preference", 0.6);
    assert!(mind.event("memory_debug_forget", json!({"memory_id": "mem_1", "success": false})));
    assert!(!mind.only().forgotten);
    assert_eq!(mind.only().history.last().map(|change| &change.what), Some(&ChangeKind::ForgetFailed));
}

#[test]
fn memories_without_an_id_are_one_if_they_say_the_same_and_take_an_id_that_comes() {
    let mut mind = ScriptWriter::new();
    for _ in 0..2 {
        mind.event("memory_retrieve", json!({"query": "music", "top_result_preview": "Likes jazz"}));
    }
    assert_eq!((mind.only().id.as_ref(), mind.only().history.len()), (None, 2));
    let found = json!({"id": 7, "content": "Likes jazz", "similarity": 0.9});
    mind.event("memory_debug_search", json!({"query": "jazz", "results": [found]}));
    assert_eq!((mind.only().id.as_ref(), mind.only().source), (Some(&Id("7".into())), MemorySource::Retrieval));
    mind.store("8", "Likes jazz", "preference", 0.5);
    assert_eq!(mind.memories.all().len(), 2, "another id is another memory");
}

#[test]
fn a_whole_text_replaces_its_preview_and_not_the_other_way_round() {
    let mut mind = ScriptWriter::new();
    mind.store("mem_1", "Likes jazz, above…", "preference", 0.6);
    let found = json!({"id": "mem_1", "content": "Likes jazz, above all Coltrane"});
    mind.event("memory_debug_search", json!({"query": "jazz", "results": [found]}));
    mind.event(
        "memory_debug_reinforce",
        json!({"memory_id": "mem_1", "success": true, "memory_preview": "Likes jazz..."}),
    );
    assert_eq!(mind.only().content, "Likes jazz, above all Coltrane");
    mind.event("memory_update", json!({"memory_id": "mem_1", "field": "content", "new_value": "Likes"}));
    assert_eq!(mind.only().content, "Likes", "an update is the whole text");
}

#[test]
fn of_a_look_up_everything_readable_is_taken_and_nothing_else() {
    let mut mind = ScriptWriter::new();
    let results = json!([
        "As plain text",
        {"memory_id": 3, "content": "With metadata", "metadata": {"source_type": "fact", "importance": 0.7}, "similarity": 0.8},
        {"id": "mem_4", "text": "Flat", "memory_type": "persona", "importance": 0.2, "score": 0.4},
        {"content": null}, {"content": "  "}, null, 5, [], {"id": [], "similarity": "high"},
    ]);
    mind.event("memory_retrieve", json!({"query": "all", "results": results, "top_result_preview": "As plain"}));
    let seen: Vec<_> = mind
        .memories
        .all()
        .iter()
        .map(|memory| (memory.content.as_str(), memory.memory_type.as_deref(), memory.importance))
        .collect();
    let expected = [
        ("As plain text", None, None),
        ("With metadata", Some("fact"), Some(0.7)),
        ("Flat", Some("persona"), Some(0.2)),
    ];
    assert_eq!(seen, expected);
    let retrieval = &mind.memories.log().retrievals()[0];
    let similarities: Vec<_> = retrieval.results.iter().map(|found| found.similarity).collect();
    assert_eq!((retrieval.count, similarities), (3, vec![None, Some(0.8), Some(0.4)]));
    for odd in [json!(null), json!("text"), json!({"a": 1})] {
        mind.event("memory_retrieve", json!({"query": "none", "results": odd}));
    }
    assert_eq!(mind.memories.all().len(), 3);
}

#[test]
fn a_search_finds_words_in_capitals_or_not_wherever_they_stand() {
    let mut mind = ScriptWriter::new();
    mind.store("mem_1", "Prefers Metric units", "preference", 0.8);
    mind.store("mem_2", "Lives in ÉVRY", "fact", 0.4);
    for (text, expected) in [
        ("METRIC", vec!["Prefers Metric units"]),
        ("units prefers", vec!["Prefers Metric units"]),
        ("évry", vec!["Lives in ÉVRY"]),
        ("fact", vec!["Lives in ÉVRY"]),
        ("mem_1", vec!["Prefers Metric units"]),
        ("metric évry", vec![]),
        ("  ", vec!["Lives in ÉVRY", "Prefers Metric units"]),
    ] {
        assert_eq!(mind.matching(&MemoryFilter { text: text.into(), ..everything() }), expected, "{text}");
    }
}

#[test]
fn filters_by_type_and_importance_and_every_order_work() {
    let mut mind = ScriptWriter::new();
    mind.store("mem_1", "b", "fact", 0.5);
    mind.store("mem_2", "a", "persona", 0.9);
    mind.event("memory_store", json!({"content_preview": "C", "memory_type": null, "importance": null}));
    mind.event("memory_debug_reinforce", json!({"memory_id": "mem_1", "success": true}));
    let kinds = BTreeSet::from(["fact".to_owned()]);
    assert_eq!(mind.matching(&MemoryFilter { kinds, ..everything() }), ["b"]);
    assert_eq!(mind.matching(&MemoryFilter { min_importance: 0.6, ..everything() }), ["a"]);
    assert_eq!(mind.matching(&MemoryFilter { min_importance: f64::NAN, ..everything() }).len(), 3);
    for (sort, expected) in [
        (MemorySort::LastSeen, ["b", "C", "a"]),
        (MemorySort::Newest, ["C", "a", "b"]),
        (MemorySort::Importance, ["a", "b", "C"]),
        (MemorySort::Content, ["a", "b", "C"]),
    ] {
        assert_eq!(mind.matching(&MemoryFilter { sort, ..everything() }), expected, "{sort:?}");
    }
    assert_eq!(mind.memories.kinds().into_iter().collect::<Vec<_>>(), [("fact", 1), ("persona", 1), ("unknown", 1)]);
    let kinds = BTreeSet::from(["unknown".to_owned()]);
    assert_eq!(mind.matching(&MemoryFilter { kinds, ..everything() }), ["C"]);
}

#[test]
fn odd_figures_leave_what_was_known() {
    let mut mind = ScriptWriter::new();
    mind.store("mem_1", "Likes jazz", "preference", 0.6);
    for odd in [f64::NAN, f64::INFINITY] {
        let id = Some(Id("mem_1".into()));
        let stored =
            MemoryStore { content_preview: String::new(), memory_type: None, importance: Some(odd), memory_id: id };
        mind.memories.apply(&mind.feed.made(Event::MemoryStore(stored)));
    }
    mind.event("memory_update", json!({"memory_id": "mem_1", "field": "importance", "new_value": "high"}));
    let memory = mind.only();
    assert_eq!((memory.content.as_str(), memory.importance), ("Likes jazz", Some(0.6)));
    assert_eq!(memory.memory_type.as_deref(), Some("preference"));
    assert!(!mind.event("memory_store", json!({"content_preview": "", "memory_id": null})));
}

#[test]
fn an_operation_is_told_in_one_line() {
    let mut mind = ScriptWriter::new();
    for (details, summary) in [
        (json!({"memory_id": "mem_0", "old_importance": 0.6, "note": null}), "memory id: mem_0, old importance: 0.6"),
        (json!({"content_preview": "two\nlines", "found": [1, 2]}), "content preview: two lines, found: 2 items"),
        (json!("cleaned up"), "cleaned up"),
        (json!(null), ""),
    ] {
        mind.event("memory_debug_operation", json!({"operation_type": "test", "details": details}));
        assert_eq!(mind.memories.log().operations().back().map(|operation| operation.summary.as_str()), Some(summary));
    }
    mind.event("memory_debug_operation", json!({"operation_type": "long", "details": {"text": "é".repeat(500)}}));
    assert_eq!(mind.memories.log().operations()[4].summary.chars().count(), 161);
    let counts: Vec<_> = mind.memories.log().counts().iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(counts, [("long", 1), ("test", 4)]);
}

#[test]
fn searches_and_snapshots_are_kept_as_the_server_reported_them() {
    let mut mind = ScriptWriter::new();
    mind.event(
        "memory_debug_search",
        json!({"query": "jazz", "memory_type": "fact", "min_importance": 0.5, "results": null, "results_count": 4}),
    );
    let search = &mind.memories.log().searches()[0];
    assert_eq!((search.query.as_str(), search.memory_type.as_deref(), search.count), ("jazz", Some("fact"), 4));
    assert_eq!((search.min_importance, search.results.len()), (Some(0.5), 0));
    mind.event("memory_debug_snapshot", json!({"action": "create", "snapshot_id": 3, "success": false}));
    let (time, snapshot) = &mind.memories.log().snapshots()[0];
    assert_eq!((*time, snapshot.snapshot_id.0.as_str(), snapshot.success), (Feed::time(2), "3", false));
    assert!(mind.event("memory_debug_stats", json!({"stats": {}})));
    assert!(mind.memories.log().figures().is_some());
    assert!(!mind.event("system_metrics", json!({})));
}

#[test]
fn what_is_kept_is_bounded_and_who_was_heard_of_last_stays() {
    let mut mind = ScriptWriter::new();
    mind.store("first", "First", "fact", 0.5);
    for number in 1..2_000 {
        mind.store(&format!("mem_{number}"), &format!("Memory {number}"), "fact", 0.5);
    }
    for _ in 0..60 {
        mind.event("memory_debug_reinforce", json!({"memory_id": "first", "success": true}));
    }
    mind.store("one more", "One more", "fact", 0.5);
    assert_eq!(mind.memories.all().len(), 2_000);
    assert_eq!((mind.memories.all()[0].content.as_str(), mind.memories.all()[0].history.len()), ("First", 50));
    assert_eq!(mind.memories.all()[1].content, "Memory 2");
    let results: Vec<_> = (0..300).map(|number| json!({"content": format!("Result {number}")})).collect();
    for number in 0..600 {
        mind.event("memory_debug_operation", json!({"operation_type": format!("type {number}")}));
        mind.event(
            "memory_debug_search",
            json!({"query": "q", "results": if number == 0 { json!(results) } else { json!([]) }}),
        );
    }
    let log = mind.memories.log();
    assert_eq!((log.operations().len(), log.counts().len(), log.searches().len()), (500, 100, 100));
    assert_eq!(mind.memories.all().iter().filter(|memory| memory.source == MemorySource::Search).count(), 100);
}
