//! Coda's services and runs. Also runs every recording of the real server through every reducer.

use std::path::Path;

use coda_dashboard::link::ServerEvent;
use coda_dashboard::model::{
    Avatar, Conversation, Memories, Mode, Model as _, Performance, Pipeline, Role, Service, ServiceState, StageKind,
    System, Timings, ToolOutcome, Tools,
};
use coda_dashboard::protocol::{Event, Frame, decode};
use serde_json::{Value, json};

use crate::performance::Feed;

struct Machine {
    feed: Feed,
    system: System,
}

impl Machine {
    fn new() -> Self {
        Self { feed: Feed::new(), system: System::default() }
    }

    fn event(&mut self, kind: &str, data: Value) {
        self.system.apply(&self.feed.event(kind, data));
    }

    fn word(&self, service: Service) -> &str {
        self.system.service(service).state.word()
    }
}

#[test]
fn a_service_is_unknown_until_it_is_seen_and_then_shows_its_work() {
    let mut machine = Machine::new();
    assert!(Service::ALL.iter().all(|service| machine.word(*service) == "unknown"));
    for (kind, data, service, word) in [
        ("stt_start", json!({}), Service::Stt, "working"),
        ("stt_result", json!({"text": "hi"}), Service::Stt, "ready"),
        ("memory_retrieve", json!({"query": "hi"}), Service::Memory, "ready"),
        ("llm_start", json!({}), Service::Llm, "working"),
        ("tool_call", json!({"tool_name": "clock"}), Service::Tools, "working"),
        ("tool_error", json!({"tool_name": "clock", "message": "stopped"}), Service::Tools, "error"),
        ("llm_result", json!({"text": "Hi"}), Service::Llm, "ready"),
        ("tts_status", json!({"status": "loaded"}), Service::Tts, "loaded"),
        ("tts_start", json!({}), Service::Tts, "working"),
        ("tts_stop", json!({}), Service::Tts, "ready"),
    ] {
        machine.event(kind, data);
        assert_eq!(machine.word(service), word, "{kind}");
    }
    assert_eq!(machine.system.service(Service::Tts).last_activity, Some(Feed::time(10)));
}

#[test]
fn names_stay_known_when_later_events_do_not_repeat_them() {
    let mut machine = Machine::new();
    machine.event("stt_result", json!({"text": "hi", "language": "en"}));
    machine.event("stt_result", json!({"text": "hi", "language": null}));
    machine.event("llm_start", json!({"model": "gemma2:2b"}));
    machine.event("llm_start", json!({}));
    machine.event("tts_status", json!({"status": "loaded", "details": {"provider": "elevenlabs", "voice": 7}}));
    machine.event("tts_start", json!({"voice": "Charlotte", "provider": null}));
    machine.event("tts_status", json!({"status": "busy", "details": "none"}));
    assert_eq!(machine.system.service(Service::Stt).language.as_deref(), Some("en"));
    assert_eq!(machine.system.service(Service::Llm).model.as_deref(), Some("gemma2:2b"));
    let speech = machine.system.service(Service::Tts);
    assert_eq!((speech.provider.as_deref(), speech.voice.as_deref()), (Some("elevenlabs"), Some("Charlotte")));
}

#[test]
fn errors_are_listed_and_counted_where_they_happened() {
    let mut machine = Machine::new();
    machine.event("stt_error", json!({"message": "no microphone", "details": {"device": "default"}}));
    machine.event("llm_error", json!({"message": "out of memory", "details": null}));
    machine.event("llm_error", json!({"message": "still out of memory"}));
    machine.event("tts_error", json!({"message": "no voice"}));
    machine.event("tool_error", json!({"tool_name": "clock", "message": "stopped"}));
    machine.event("system_error", json!({"message": "disk full", "level": "warning"}));
    let listed: Vec<_> =
        machine.system.errors().iter().map(|error| (error.number, error.service, error.level.as_str())).collect();
    let expected = [
        (1, Some(Service::Stt), "error"),
        (2, Some(Service::Llm), "error"),
        (3, Some(Service::Llm), "error"),
        (4, Some(Service::Tts), "error"),
        (5, Some(Service::Tools), "error"),
        (6, None, "warning"),
    ];
    assert_eq!(listed, expected);
    assert_eq!(machine.system.errors()[0].details, Some(json!({"device": "default"})));
    assert_eq!(machine.system.errors()[4].tool.as_deref(), Some("clock"));
    let model = machine.system.service(Service::Llm);
    assert_eq!((model.errors, model.state.word()), (2, "error"));
    assert_eq!(model.last_error.as_ref().map(|error| error.message.as_str()), Some("still out of memory"));
    assert_eq!(machine.system.service(Service::Memory).errors, 0);
}

#[test]
fn two_hundred_errors_are_kept_and_all_are_counted() {
    let mut machine = Machine::new();
    for _ in 0..205 {
        machine.event("llm_error", json!({"message": "again"}));
    }
    assert_eq!((machine.system.errors().len(), machine.system.errors()[0].number), (200, 6));
    assert_eq!(machine.system.service(Service::Llm).errors, 205);
}

#[test]
fn each_run_of_the_server_is_listed_with_how_long_it_had_been_up() {
    let mut machine = Machine::new();
    machine.event("conversation_start", json!({"session_id": "a"}));
    machine.event("system_metrics", json!({"uptime_seconds": null}));
    machine.event("system_metrics", json!({"uptime_seconds": 92.0}));
    machine.event("system_metrics", json!({"uptime_seconds": 500.0}));
    machine.event("llm_start", json!({"model": "gemma2:2b"}));
    machine.feed.epoch = 2;
    machine.event("system_metrics", json!({"uptime_seconds": 0.5}));
    machine.feed.epoch = 3;
    machine.event("system_info", json!({}));
    machine.event("system_metrics", json!({"uptime_seconds": 0.5}));
    let runs: Vec<_> =
        machine.system.runs().iter().map(|run| (run.epoch, run.first_seen.wall, run.uptime_seconds)).collect();
    let expected = [(1, Feed::time(1), Some(90.0)), (2, Feed::time(6), Some(0.5)), (3, Feed::time(7), Some(0.0))];
    assert_eq!(runs, expected);
    let model = machine.system.service(Service::Llm);
    assert_eq!((&model.state, model.model.as_deref()), (&ServiceState::Unknown, Some("gemma2:2b")));
}

#[test]
fn the_last_word_on_itself_counts_whatever_its_shape() {
    let mut machine = Machine::new();
    for info in [json!({"platform": "Linux"}), json!("fine"), json!([1, null])] {
        machine.event("system_info", info.clone());
        assert_eq!(machine.system.info().map(|(_, known)| known), Some(&info));
    }
}

#[test]
fn without_a_connection_every_state_is_unknown_and_what_was_seen_last_is_remembered() {
    let mut machine = Machine::new();
    machine.event("memory_retrieve", json!({"query": "hi"}));
    machine.event("stt_start", json!({}));
    machine.event("llm_error", json!({"message": "out of memory"}));
    machine.system.disconnected();
    assert!(Service::ALL.iter().all(|service| machine.word(*service) == "unknown"));
    let last_seen = |machine: &Machine, service| machine.system.service(service).last_seen.clone();
    assert_eq!(last_seen(&machine, Service::Memory), Some(ServiceState::Ready));
    assert_eq!(last_seen(&machine, Service::Stt), Some(ServiceState::Working));
    assert_eq!(last_seen(&machine, Service::Llm), Some(ServiceState::Failed));
    assert_eq!(last_seen(&machine, Service::Tts), None, "never seen");
    assert_eq!(machine.system.service(Service::Memory).last_activity, Some(Feed::time(1)));
    let before = machine.system.revision();
    machine.system.disconnected();
    assert_eq!(machine.system.revision(), before);
    machine.event("stt_start", json!({}));
    machine.event("client_message", json!({"client_id": "a", "message_type": "stt_stop", "message_data": {}}));
    assert_eq!((machine.word(Service::Stt), last_seen(&machine, Service::Stt)), ("ready", None));
}

#[test]
fn a_tool_without_a_result_is_at_work_only_until_its_turn_ends() {
    let mut machine = Machine::new();
    machine.event("tool_call", json!({"tool_name": "clock"}));
    assert_eq!(machine.word(Service::Tools), "working");
    machine.event("conversation_turn", json!({"role": "assistant", "content": "I do not know."}));
    assert_eq!(machine.word(Service::Tools), "unknown");
}

#[test]
fn tokens_within_a_second_change_nothing_to_see() {
    let mut machine = Machine::new();
    let token = machine.feed.event("llm_token", json!({"token": "a"}));
    machine.system.apply(&token);
    let before = machine.system.revision();
    machine.system.apply(&token);
    assert_eq!(machine.system.revision(), before);
    machine.event("llm_token", json!({"token": "b"}));
    assert!(machine.system.revision() > before);
}

/// All reducers of the page.
#[derive(Default)]
struct Everything {
    avatar: Avatar,
    conversation: Conversation,
    memories: Memories,
    performance: Performance,
    pipeline: Pipeline,
    system: System,
    timings: Timings,
    tools: Tools,
}

impl Everything {
    fn apply(&mut self, event: &ServerEvent) {
        self.avatar.apply(&event.event, event.at.mono);
        self.conversation.apply_event(event);
        self.memories.apply(event);
        self.performance.apply(event);
        self.pipeline.apply(event);
        self.system.apply(event);
        self.timings.apply(event);
        self.tools.apply(event);
    }

    fn revisions(&self) -> [u64; 6] {
        let (tools, system) = (self.tools.revision(), self.system.revision());
        let (pipeline, timings) = (self.pipeline.revision(), self.timings.revision());
        [self.memories.revision(), self.performance.revision(), pipeline, system, timings, tools]
    }

    /// Applies everything that the server sent in a recording. The replay on the second connection only
    /// reaches clients that were away.
    fn of_recording(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
        let (mut everything, mut feed) = (Self::default(), Feed::new());
        for line in std::fs::read_to_string(path).expect("the recording").lines() {
            let line: Value = serde_json::from_str(line).expect("a line of a recording");
            if line["dir"] != "in" {
                continue;
            }
            if let Ok(Frame::Event(envelope)) = decode(line["frame"].as_str().expect("a frame")) {
                let before = everything.revisions();
                everything.apply(&feed.made(envelope.event));
                let after = everything.revisions();
                assert!(before.iter().zip(after).all(|(before, after)| *before <= after));
            }
        }
        everything
    }
}

#[test]
fn a_recorded_conversation_shows_in_every_reducer() {
    let all = Everything::of_recording("conversation.jsonl");
    assert_eq!(all.avatar.mode, Mode::Idle);

    let turns = all.conversation.turns();
    let said: Vec<_> = turns.iter().map(|turn| (turn.role, turn.text.as_str(), turn.tools.len())).collect();
    let code = "Here is how to list files by size:\n\n```python\n";
    let expected = [
        (Role::User, "what is the weather in Rabat today", 0),
        (Role::Assistant, "It is 24 degrees and sunny in Rabat.", 1),
        (Role::User, "show me how to list files by size in python", 0),
        (Role::Assistant, turns[3].text.as_str(), 0),
        (Role::User, "remind me to call Sam at six", 0),
        (Role::Assistant, "Done. I will remind you to call Sam at 18:00.", 1),
    ];
    assert_eq!(said, expected);
    assert!(turns[3].text.starts_with(code), "{}", turns[3].text);
    assert!(turns.iter().all(|turn| !turn.is_open && turn.cut_off.is_none() && turn.errors.is_empty()));
    let numbers: Vec<_> = turns.iter().filter_map(|turn| turn.number).collect();
    assert_eq!((numbers, turns[0].begins.is_some()), (vec![1, 2, 3], true));

    assert_eq!(all.performance.turns().len(), 3);
    assert_eq!(all.performance.samples().len(), 7);
    let total = all.performance.summary(|turn| turn.total).expect("totals");
    assert_eq!((total.p50, total.max), (0.713_660_001_754_760_7, 1.011_577_129_364_013_7));
    assert_eq!(all.performance.summary(|turn| turn.memory), None);
    assert_eq!(all.performance.partial().stt, Some(0.212));

    let uses: Vec<_> =
        all.tools.uses().iter().map(|tool_use| (tool_use.call.name.as_str(), tool_use.turn_number)).collect();
    assert_eq!(uses, [("get_weather", 1), ("set_reminder", 3)]);
    assert_eq!(all.tools.uses()[1].call.outcome, ToolOutcome::Done { result: Some(json!("ok")) });

    let model = all.system.service(Service::Llm);
    assert_eq!((model.model.as_deref(), model.state.word()), (Some("gemma2:2b"), "ready"));
    let speech = all.system.service(Service::Tts);
    assert_eq!((speech.voice.as_deref(), speech.provider.as_deref()), (Some("Charlotte"), Some("elevenlabs")));
    assert_eq!(all.system.info().map(|(_, info)| &info["gpu"]), Some(&json!("RTX 3060")));
    assert!(all.system.errors().is_empty());

    let kinds: Vec<_> = all.pipeline.stages().iter().map(|stage| stage.kind).collect();
    assert_eq!(kinds, StageKind::ALL, "the last turn used a tool");
    assert!(all.pipeline.stages().iter().all(|stage| stage.ended > Some(stage.started)));

    let contents: Vec<_> = all.memories.all().iter().map(|memory| memory.content.as_str()).collect();
    let expected =
        ["User prefers metric units", "User asked about the weather in Rabat", "Reminder: call Sam at 18:00"];
    assert_eq!(contents, expected, "the first was looked up three times");
    assert_eq!(all.memories.log().retrievals().len(), 3);
}

#[test]
fn a_recorded_memory_debugging_session_shows_in_the_memories() {
    let all = Everything::of_recording("memory.jsonl");
    let memories = all.memories.all();
    assert_eq!(memories.len(), 4);
    assert_eq!(memories.iter().filter(|memory| memory.forgotten).count(), 1);
    assert_eq!((memories[1].content.as_str(), memories[1].importance), ("User likes jazz", Some(0.75)));
    assert_eq!(memories[1].history.len(), 4, "stored, updated, found, reinforced");
    let log = all.memories.log();
    assert_eq!(log.operations().len(), 5);
    assert_eq!(log.counts().get("add_memory"), Some(&4));
    assert_eq!((log.searches().len(), log.snapshots().len()), (1, 1));
    let (_, figures) = log.figures().expect("figures");
    assert_eq!(figures.long_term.as_ref().and_then(|figures| figures.memory_count), Some(3));
}

#[test]
fn recorded_echoes_and_refusals_change_nothing_but_the_samples() {
    let all = Everything::of_recording("duplicates.jsonl");
    assert_eq!((all.performance.samples().len(), all.pipeline.revision(), all.tools.revision()), (3, 0, 0));
    assert!(all.conversation.turns().is_empty());
    let refused = Everything::of_recording("bad_token.jsonl");
    assert_eq!(refused.revisions(), [0; 6]);
}

/// All fields that any event requires.
fn required() -> Value {
    json!({
        "client_id": 1, "message_type": "", "message_data": null, "session_id": 1, "role": "user", "content": "",
        "text": "", "message": "", "token": "", "percent_complete": -1e300, "status": "", "content_preview": "",
        "query": "", "memory_id": 1, "field": "", "operation_type": "", "stats": {}, "success": true, "action": "",
        "snapshot_id": 1, "tool_name": "", "component": "", "operation": "", "duration_seconds": -1e300,
        "components": {"": {"": {}}}, "mode": "", "emotion": "",
    })
}

#[test]
fn events_without_any_optional_field_or_with_nulls_and_odd_numbers_do_no_harm() {
    const FIGURES: &str = "stt_seconds llm_seconds memory_mb uptime_seconds importance strength";
    const OTHERS: &str = "details parameters result_preview level results results_count component_times metadata";
    let (mut everything, mut feed) = (Everything::default(), Feed::new());
    for kind in Event::KINDS {
        let mut data = required();
        everything.apply(&feed.event(kind, data.clone()));
        for name in FIGURES.split(' ').chain(OTHERS.split(' ')) {
            data[name] = Value::Null;
        }
        everything.apply(&feed.event(kind, data.clone()));
        for name in FIGURES.split(' ') {
            data[name] = json!(-1e308);
        }
        everything.apply(&feed.event(kind, data));
    }
    assert!(everything.performance.turns().is_empty() && everything.performance.samples().is_empty());
    assert_eq!(everything.performance.operations().filter(|operation| operation.measured.is_some()).count(), 0);
    assert_eq!(everything.memories.all().len(), 1);
    assert!(everything.conversation.turns().iter().all(|turn| turn.text.is_empty()));
    assert!(everything.conversation.turns().iter().all(|turn| turn.role != Role::User || turn.number.is_some()));
    assert_eq!(everything.system.runs()[0].uptime_seconds, None);
}

/// Events that change nothing by themselves: an echo, which shows as the state of a message, and the start of a session, which
/// shows above the next entry.
const SHOWN_OTHERWISE: [&str; 2] = ["client_message", "conversation_start"];

#[test]
fn every_event_changes_a_model() {
    let document = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PROTOCOL.md")).unwrap();
    let mut silent: std::collections::BTreeSet<&str> = Event::KINDS.iter().copied().collect();
    for example in document.split("```json\n").skip(1).filter_map(|block| block.split("\n```").next()) {
        let Ok(Frame::Event(envelope)) = decode(example) else { continue };
        let Some(kind) = Event::KINDS.iter().find(|kind| **kind == envelope.event.kind()) else { continue };
        let (mut everything, mut feed) = (Everything::default(), Feed::new());
        // What ends something has something to end.
        for begun in ["stt_start", "llm_start", "tts_start"] {
            everything.apply(&feed.event(begun, json!({})));
        }
        let shown = |everything: &Everything| {
            let avatar = (everything.avatar.mode, everything.avatar.emotion);
            (everything.revisions(), avatar, everything.conversation.turns().clone())
        };
        let before = shown(&everything);
        everything.apply(&feed.made(envelope.event));
        if shown(&everything) != before {
            silent.remove(kind);
        }
    }
    assert_eq!(silent, std::collections::BTreeSet::from(SHOWN_OTHERWISE));
}
