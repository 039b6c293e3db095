//! Comparison of two records.

use std::time::Duration;

use coda_dashboard::analysis::{
    Both, CallOutcome, ConnectionProblem, DifferenceKind, OnlyIn, RecordChange, RecordComparison, RecordDifference,
    TurnOutcome,
};
use coda_dashboard::history::{self, Limits, Recorder, Recording, export_jsonl};
use coda_dashboard::link::{Acknowledgement, Failure, LinkEvent, MessageState, Phase};
use coda_dashboard::model::Stage;
use coda_dashboard::protocol::Command;
use coda_dashboard::replay::Playback;
use coda_dashboard::sim::ServerConfig;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::trace::{COMPOSER, CONN, Trace};
use crate::world::{World, at};

const NAMES: Both<&str> = Both { left: "Monday", right: "Tuesday" };

/// How a turn goes.
#[derive(Clone, Debug)]
struct Turn {
    question: &'static str,
    is_spoken: bool,
    /// Name, argument, and the error if it fails.
    tool: Option<(&'static str, u32, Option<&'static str>)>,
    model: &'static str,
    /// Milliseconds from the model's start to its result.
    thinking: u64,
    tokens: usize,
    answer: &'static str,
    is_cut_off: bool,
    remembers: bool,
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            question: "How is the weather?",
            is_spoken: false,
            tool: None,
            model: "gemma2:2b",
            thinking: 1_000,
            tokens: 5,
            answer: "It is sunny today.",
            is_cut_off: false,
            remembers: true,
        }
    }
}

fn ask(question: &'static str) -> Turn {
    Turn { question, ..Turn::default() }
}

/// A record being made.
struct Session(Trace);

impl Session {
    fn new() -> Self {
        Self(Trace::ready())
    }

    /// A session at another time, with other ids.
    fn later() -> Self {
        let mut trace = Trace::new();
        trace.wait(3_600_123);
        for _ in 0..100 {
            trace.new_message();
        }
        trace.skip(5_000);
        trace.connect_as("another client");
        Self(trace)
    }

    fn event(&mut self, kind: &str, data: Value) -> &mut Self {
        self.0.wait(7);
        self.0.event(kind, &data.to_string());
        self
    }

    fn say(&mut self, text: &str) {
        let id = self.0.write(text);
        self.0.wait(4);
        let message_data = json!({"text": text, "message_id": id.to_string()});
        let data =
            json!({"client_id": format!("client of {id}"), "message_type": "text_input", "message_data": message_data});
        self.0.echo(id, text, &data.to_string());
    }

    fn turn(&mut self, turn: &Turn) -> &mut Self {
        let Turn { question, model, answer, .. } = turn;
        if turn.is_spoken {
            self.event("stt_start", json!({"mode": "push_to_talk"}));
            self.0.wait(900);
            self.event("stt_result", json!({"text": question, "confidence": 0.8, "duration_seconds": 0.9}));
        } else {
            self.say(question);
        }
        self.event("conversation_turn", json!({"role": "user", "content": question, "turn_id": self.0.now}));
        if turn.remembers {
            self.event("memory_retrieve", json!({"query": question, "results_count": 2}));
        }
        self.event("llm_start", json!({"model": model, "prompt_tokens": 300 + self.0.now % 7}));
        if let Some((tool, number, error)) = turn.tool {
            self.event("tool_call", json!({"tool_name": tool, "parameters": {"number": number}}));
            self.0.wait(50);
            match error {
                Some(error) => self.event("tool_error", json!({"tool_name": tool, "message": error})),
                None => self.event("tool_result", json!({"tool_name": tool, "result_preview": "fine"})),
            };
        }
        self.0.wait(turn.thinking);
        for token in 0..turn.tokens {
            self.event("llm_token", json!({"token": "a ", "token_index": token}));
        }
        if !turn.is_cut_off {
            self.event("llm_result", json!({"text": answer, "total_tokens": turn.tokens, "has_tool_calls": false}));
            self.event("conversation_turn", json!({"role": "assistant", "content": answer, "turn_id": self.0.now}));
            self.event("tts_start", json!({"text": answer, "voice": "a", "provider": "b"}));
            self.event("tts_progress", json!({"percent_complete": 50}));
            let seconds = json!({"duration_seconds": 0.01, "char_count": answer.len()});
            self.event("tts_result", seconds);
            self.event("latency_trace", json!({"llm_seconds": 1.0, "total_seconds": 1.1}));
        }
        self.0.wait(2_000);
        self
    }

    fn all(&mut self, turns: &[Turn]) -> &mut Self {
        for turn in turns {
            self.turn(turn);
        }
        self
    }

    /// A command that ends in this state.
    fn command(&mut self, command: Command, states: &[MessageState]) -> &mut Self {
        let id = self.0.new_message();
        let now = at(self.0.now);
        for state in states {
            self.0.tell(LinkEvent::Message(coda_dashboard::link::MessageStatus {
                id,
                command: command.clone().into(),
                origin: COMPOSER,
                created: now,
                resend_of: None,
                at: now,
                state: state.clone(),
            }));
        }
        self
    }

    fn recorder(&self) -> &Recorder {
        &self.0.recorder
    }
}

fn session(turns: &[Turn]) -> Session {
    let mut session = Session::new();
    session.all(turns);
    session
}

fn compare(left: &Session, right: &Session) -> RecordComparison {
    RecordComparison::of(left.recorder(), right.recorder())
}

#[track_caller]
fn only(found: &RecordComparison) -> &RecordDifference {
    let words: Vec<String> = found.differences.iter().map(|difference| difference.describe(NAMES)).collect();
    assert_eq!(found.differences.len(), 1, "{words:#?}");
    found.differences.first().unwrap()
}

fn kind_of(recorder: &Recorder, row: Option<u64>) -> &str {
    recorder.get(row.unwrap()).unwrap().wire_type().unwrap()
}

fn turns() -> Vec<Turn> {
    vec![
        ask("How is the weather?"),
        Turn { tool: Some(("search", 3, None)), ..ask("Look for trains.") },
        Turn { is_spoken: true, ..ask("Turn on the light.") },
        ask("Good night."),
    ]
}

#[test]
fn equal_records_have_no_difference() {
    let session = session(&turns());
    let found = compare(&session, &session);
    assert_eq!((found.differences, found.first_divergence), (vec![], None));
    let words: Vec<Option<&str>> = found.turns.iter().map(|turn| turn.words.as_deref()).collect();
    let expected =
        [None, Some("How is the weather?"), Some("Look for trains."), Some("Turn on the light."), Some("Good night.")];
    assert_eq!(words, expected);
}

#[test]
fn the_same_session_at_another_time_has_no_difference() {
    let mut later = Session::later();
    later.event("system_metrics", json!({"memory_mb": 400.0, "cpu_percent": 3.0}));
    // Other tokens, and a little slower.
    let slower = |turn: Turn| Turn { tokens: 9, thinking: turn.thinking + 100, ..turn };
    later.all(&turns().into_iter().map(slower).collect::<Vec<_>>());
    let found = compare(&session(&turns()), &later);
    assert_eq!(found.differences, []);
}

#[test]
fn the_same_session_with_the_simulated_server_has_no_difference() {
    let world = |pause: u64| {
        let mut world = World::ready(ServerConfig { error_every: None, ..ServerConfig::default() });
        world.run_for(Duration::from_secs(pause));
        for number in 1..4 {
            world.say(&format!("Tell me a story, number {number}"));
            world.run_for(Duration::from_secs(20));
        }
        world.recorder
    };
    let (left, right) = (world(1), world(95));
    let found = RecordComparison::of(&left, &right);
    assert_eq!(found.differences, []);
    assert_eq!(found.turns.len(), 4);
}

#[test]
fn a_tool_that_failed_is_the_first_divergence() {
    let left = session(&turns());
    let mut failing = turns();
    failing[1].tool = Some(("search", 3, Some("timed out after 5 s")));
    failing[1].answer = "I could not find anything.";
    let right = session(&failing);
    let found = compare(&left, &right);
    let [tool, answer] = &found.differences[..] else { panic!("{:#?}", found.differences) };
    let outcomes = Both { left: CallOutcome::Done, right: CallOutcome::Failed("timed out after 5 s".into()) };
    assert_eq!(tool.change, RecordChange::ToolOutcome { tool: "search".into(), outcomes });
    assert_eq!(kind_of(left.recorder(), tool.rows.left), "tool_result");
    assert_eq!(kind_of(right.recorder(), tool.rows.right), "tool_error");
    assert!(matches!(answer.change, RecordChange::Answer(_)), "{answer:?}");
    assert_eq!((tool.turn, answer.turn, found.first_divergence), (Some(2), Some(2), Some(0)));
    assert_eq!(found.turns[2].words.as_deref(), Some("Look for trains."));
    assert_eq!(
        tool.describe(NAMES),
        "The call of the tool “search” ended in another way. In Monday: it worked. In Tuesday: it failed (“timed out after 5 s”)."
    );
}

#[test]
fn another_model_that_is_slower_is_told_once_for_all_turns() {
    let left = session(&turns());
    let slower = |turn: Turn| Turn { model: "llama3:70b", thinking: turn.thinking * 3, ..turn };
    let right = session(&turns().into_iter().map(slower).collect::<Vec<_>>());
    let found = compare(&left, &right);
    let [model, speed] = &found.differences[..] else { panic!("{:#?}", found.differences) };
    let RecordChange::Fields { kind, fields, count } = &model.change else { panic!("{model:?}") };
    assert_eq!((kind.as_str(), fields[0].path.as_str(), *count), ("llm_start", "model", 4));
    let RecordChange::Speed { stages, times, turns } = &speed.change else { panic!("{speed:?}") };
    assert_eq!(*stages, Both { left: Stage::Model("gemma2:2b".into()), right: Stage::Model("llama3:70b".into()) });
    assert_eq!((times.right.checked_sub(times.left), *turns), (Some(Duration::from_secs(2)), 4));
    assert_eq!((speed.kind(), speed.turn), (DifferenceKind::Speed, None));
    assert_eq!(found.first_divergence, Some(0));
    assert_eq!(
        model.describe(NAMES),
        "The event llm_start differs 4 times in the same way. model: “gemma2:2b” in Monday, “llama3:70b” in Tuesday."
    );
}

#[test]
fn a_different_speed_alone_is_no_divergence() {
    let mut slow = turns();
    slow[1].thinking = 1_500;
    let mut usual = turns();
    for turn in slow.iter_mut().chain(&mut usual) {
        turn.tokens = 0;
    }
    // Half a second more in one of several turns is usual.
    assert_eq!(compare(&session(&usual), &session(&slow)).differences, []);
    slow[1].thinking = 4_000;
    let found = compare(&session(&usual), &session(&slow));
    let RecordChange::Speed { turns: 1, times, .. } = &only(&found).change else { panic!("{found:?}") };
    assert_eq!(times.right.checked_sub(times.left), Some(Duration::from_secs(3)));
    assert_eq!((found.differences[0].turn, found.first_divergence), (Some(2), None));
    // Of one turn, 200 ms and a fifth are enough.
    let one = |thinking| session(&[Turn { thinking, tokens: 0, ..Turn::default() }]);
    assert_eq!(compare(&one(1_000), &one(1_190)).differences, []);
    assert_eq!(compare(&one(2_000), &one(2_300)).differences, []);
    assert!(
        only(&compare(&one(1_000), &one(1_300))).describe(NAMES).starts_with("Language model was slower in Tuesday.")
    );
}

#[test]
fn an_event_type_that_is_missing_is_told_once() {
    let left = session(&turns());
    let right = session(&turns().into_iter().map(|turn| Turn { remembers: false, ..turn }).collect::<Vec<_>>());
    let found = compare(&left, &right);
    let expected =
        RecordChange::Event { kind: "memory_retrieve".into(), count: 4, only_in: OnlyIn::Left, is_absent: true };
    assert_eq!(only(&found).change, expected);
    // In one turn only, it is missing there.
    let mut once = turns();
    once[3].remembers = false;
    let found = compare(&left, &session(&once));
    let RecordChange::Event { count: 1, is_absent: false, .. } = only(&found).change else { panic!("{found:?}") };
    assert_eq!(found.differences[0].turn, Some(4));
}

#[test]
fn tokens_that_are_missing_although_answers_come_are_told() {
    let silent =
        session(&turns().into_iter().map(|turn| Turn { tokens: 0, thinking: 1_030, ..turn }).collect::<Vec<_>>());
    let found = compare(&session(&turns()), &silent);
    let RecordChange::Event { kind, count: 20, only_in: OnlyIn::Left, is_absent: true } = &only(&found).change else {
        panic!("{found:?}")
    };
    assert_eq!(kind, "llm_token");
}

#[test]
fn an_argument_that_changed_is_named() {
    let mut other = turns();
    other[1].tool = Some(("search", 4, None));
    let found = compare(&session(&turns()), &session(&other));
    let fields = vec![history::Difference { path: "number".into(), left: Some(json!(3)), right: Some(json!(4)) }];
    assert_eq!(only(&found).change, RecordChange::Arguments { tool: "search".into(), fields });
    assert_eq!(
        only(&found).describe(NAMES),
        "The tool “search” got different arguments. number: 3 in Monday, 4 in Tuesday."
    );
    other[1].tool = None;
    let found = compare(&session(&turns()), &session(&other));
    assert_eq!(only(&found).change, RecordChange::ToolCall { tool: "search".into(), only_in: OnlyIn::Left });
    other[1].tool = Some(("browse", 3, None));
    let found = compare(&session(&turns()), &session(&other));
    assert_eq!(found.differences.len(), 2, "{found:?}");
}

#[test]
fn an_answer_that_was_cut_off_is_told_without_what_follows_from_it() {
    let mut cut = turns();
    cut[0].is_cut_off = true;
    let found = compare(&session(&turns()), &session(&cut));
    let outcome = RecordChange::Outcome(Both { left: TurnOutcome::Answered, right: TurnOutcome::CutOff });
    assert_eq!(only(&found).change, outcome);
    let mut unfinished = turns();
    unfinished[3].is_cut_off = true;
    let found = compare(&session(&turns()), &session(&unfinished));
    let outcome = RecordChange::Outcome(Both { left: TurnOutcome::Answered, right: TurnOutcome::Unfinished });
    assert_eq!(only(&found).change, outcome);
}

#[test]
fn a_model_that_failed_is_told_with_its_error_and_not_twice() {
    let mut right = session(&turns()[..3]);
    right.say("Good night.");
    right.event("conversation_turn", json!({"role": "user", "content": "Good night."}));
    right.event("memory_retrieve", json!({"query": "Good night.", "results_count": 2}));
    right.event("llm_start", json!({"model": "gemma2:2b"}));
    right.event("llm_error", json!({"message": "out of memory"}));
    let found = compare(&session(&turns()), &right);
    let failed = TurnOutcome::Failed("out of memory".into());
    assert_eq!(only(&found).change, RecordChange::Outcome(Both { left: TurnOutcome::Answered, right: failed }));
    assert_eq!(
        only(&found).describe(NAMES),
        "The turn ended differently. In Monday: it was answered. In Tuesday: the language model failed (“out of memory”)."
    );
}

#[test]
fn an_answer_with_another_text_is_shown_from_where_it_differs() {
    let mut other = turns();
    let long = "The weather today is going to be nice and warm, with a light wind from the south and little rain.";
    other[0].answer = "The weather today is going to be nice and warm, with a light wind from the north and much rain.";
    let mut usual = turns();
    usual[0].answer = long;
    let found = compare(&session(&usual), &session(&other));
    let words = only(&found).describe(NAMES);
    assert!(words.starts_with("The answer differs. In Monday: “…"), "{words}");
    assert!(words.contains("the south and little rain.”. In Tuesday: “…"), "{words}");
    // Only whitespace.
    usual[0].answer = "It is  sunny\ntoday. ";
    assert_eq!(compare(&session(&usual), &session(&turns())).differences, []);
}

#[test]
fn a_text_that_came_in_another_order_is_told_once() {
    let mut other = turns();
    other.swap(0, 3);
    let found = compare(&session(&turns()), &session(&other));
    assert!(found.differences.iter().all(|difference| difference.change == RecordChange::TurnMoved), "{found:#?}");
    assert_eq!(found.differences.len(), 2);
    assert_eq!(found.turns.len(), 5);
}

#[test]
fn a_turn_that_only_one_has_is_one_difference() {
    let mut more = turns();
    more.insert(2, Turn { tool: Some(("clock", 1, None)), ..ask("What time is it?") });
    let found = compare(&session(&turns()), &session(&more));
    assert_eq!(only(&found).change, RecordChange::Turn(OnlyIn::Right));
    assert_eq!(found.turns[3].words.as_deref(), Some("What time is it?"));
    assert_eq!(only(&found).describe(NAMES), "Only Tuesday has this turn.");
}

#[test]
fn words_that_were_recognized_in_another_way_are_the_same_turn() {
    let mut other = turns();
    other[2].question = "Turn on the lights.";
    let found = compare(&session(&turns()), &session(&other));
    let words = found.differences.iter().map(|difference| &difference.change).collect::<Vec<_>>();
    assert!(matches!(words[0], RecordChange::Words(_)), "{words:#?}");
    // The memory was searched for other words.
    assert!(matches!(words[1..], [RecordChange::Fields { .. }]), "{words:#?}");
}

#[test]
fn a_message_with_another_fate_is_told() {
    let written = MessageState::Written { conn: CONN, attempt: 1 };
    let delivered = MessageState::Delivered(Acknowledgement::Echo);
    let failed = MessageState::Failed(Failure::QueueFull { limit: 5 });
    let (mut left, mut right) = (session(&turns()), session(&turns()));
    left.command(Command::TtsStop, &[MessageState::Queued, written, delivered]);
    right.command(Command::TtsStop, &[MessageState::Queued, failed]);
    let found = compare(&left, &right);
    let states = Both { left: "delivered", right: "failed" };
    assert_eq!(only(&found).change, RecordChange::Fate { kind: "tts_stop".into(), text: String::new(), states });
    assert_eq!(found.differences[0].turn, Some(4));
    let found = compare(&left, &session(&turns()));
    let expected = RecordChange::Message { kind: "tts_stop".into(), text: String::new(), only_in: OnlyIn::Left };
    assert_eq!(only(&found).change, expected);
}

#[test]
fn a_text_that_coda_read_and_did_not_take_up_is_a_turn_without_an_answer() {
    let mut right = session(&turns()[..3]);
    right.say("Good night.");
    let found = compare(&session(&turns()), &right);
    let outcome = RecordChange::Outcome(Both { left: TurnOutcome::Answered, right: TurnOutcome::Unanswered });
    assert_eq!(found.differences[0].change, outcome);
    assert_eq!(found.differences[0].turn, Some(4));
}

#[test]
fn problems_of_the_connection_and_errors_are_told() {
    let mut right = session(&turns()[..2]);
    right.0.lose(Trace::broken());
    right.0.phase(Phase::Ready { conn: CONN, since: at(right.0.now), client_id: None }, None);
    right.0.resumed(true, 0, 0);
    right.event("system_error", json!({"message": "task 17 was destroyed"}));
    right.event("system_error", json!({"message": "task 18 was destroyed"}));
    right.all(&turns()[2..]);
    let found = compare(&session(&turns()), &right);
    let [lost, restarted, error] = &found.differences[..] else { panic!("{:#?}", found.differences) };
    let counts = Both { left: 0, right: 1 };
    assert_eq!(lost.change, RecordChange::Connection { problem: ConnectionProblem::Lost, counts });
    assert_eq!(restarted.change, RecordChange::Connection { problem: ConnectionProblem::Restarted, counts });
    assert_eq!(lost.describe(NAMES), "The connection was lost: never in Monday, once in Tuesday.");
    let RecordChange::Error { count: 2, only_in: OnlyIn::Right, .. } = error.change else { panic!("{error:?}") };
    assert_eq!((lost.turn, error.turn, error.rows.left), (Some(2), Some(2), None));
}

#[test]
fn with_an_empty_record_all_turns_are_missing() {
    let left = session(&turns());
    let empty = Recorder::new(Limits::default());
    let found = RecordComparison::of(left.recorder(), &empty);
    assert!(found.differences.iter().all(|difference| difference.rows.right.is_none()));
    let missing = found.differences.iter().filter(|difference| difference.change == RecordChange::Turn(OnlyIn::Left));
    assert_eq!((missing.count(), found.differences.len()), (4, 4));
    assert_eq!(RecordComparison::of(&empty, &empty).differences, []);
}

#[test]
fn a_foreign_recording_is_compared_by_its_frames() {
    let left = session(&turns());
    let recording = Recording::of(left.recorder(), left.recorder().rows(..));
    let text = export_jsonl(&recording);
    let own = |text: &str| {
        let mut recorder = Recorder::new(Limits { rows: usize::MAX, bytes: usize::MAX });
        Playback::new(&Recording::import(text).unwrap().recording).record(&mut recorder);
        recorder
    };
    assert_eq!(RecordComparison::of(left.recorder(), &own(&text)).differences, []);
    let bare: Vec<String> = text
        .lines()
        .filter(|line| !line.contains(r#""dir":"note""#))
        .map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            line.as_object_mut().unwrap().remove("coda");
            line.to_string()
        })
        .collect();
    let foreign = own(&bare.join("\n"));
    assert!(foreign.is_foreign());
    assert_eq!(RecordComparison::of(left.recorder(), &foreign).differences, []);
    let mut failing = turns();
    failing[1].tool = Some(("search", 3, Some("no network")));
    let found = RecordComparison::of(&foreign, session(&failing).recorder());
    assert!(matches!(only(&found).change, RecordChange::ToolOutcome { .. }));
}

fn mirrored(difference: &RecordDifference) -> RecordDifference {
    fn swap<T>(both: Both<T>) -> Both<T> {
        Both { left: both.right, right: both.left }
    }
    let other = |only_in: OnlyIn| if only_in == OnlyIn::Left { OnlyIn::Right } else { OnlyIn::Left };
    let fields = |fields: Vec<history::Difference>| {
        let mut fields: Vec<_> = fields
            .into_iter()
            .map(|field| history::Difference { path: field.path, left: field.right, right: field.left })
            .collect();
        fields.sort_by(|one, other| one.path.cmp(&other.path));
        fields
    };
    let change = match difference.change.clone() {
        RecordChange::Turn(only_in) => RecordChange::Turn(other(only_in)),
        RecordChange::TurnMoved => RecordChange::TurnMoved,
        RecordChange::Words(words) => RecordChange::Words(swap(words)),
        RecordChange::Outcome(outcomes) => RecordChange::Outcome(swap(outcomes)),
        RecordChange::Answer(texts) => RecordChange::Answer(swap(texts)),
        RecordChange::ToolCall { tool, only_in } => RecordChange::ToolCall { tool, only_in: other(only_in) },
        RecordChange::ToolMoved { tool } => RecordChange::ToolMoved { tool },
        RecordChange::Arguments { tool, fields: changed } => RecordChange::Arguments { tool, fields: fields(changed) },
        RecordChange::ToolOutcome { tool, outcomes } => RecordChange::ToolOutcome { tool, outcomes: swap(outcomes) },
        RecordChange::Message { kind, text, only_in } => RecordChange::Message { kind, text, only_in: other(only_in) },
        RecordChange::MessageMoved { kind, text } => RecordChange::MessageMoved { kind, text },
        RecordChange::Fate { kind, text, states } => RecordChange::Fate { kind, text, states: swap(states) },
        RecordChange::Event { kind, count, only_in, is_absent } => {
            RecordChange::Event { kind, count, only_in: other(only_in), is_absent }
        }
        RecordChange::Fields { kind, fields: changed, count } => {
            RecordChange::Fields { kind, fields: fields(changed), count }
        }
        RecordChange::Speed { stages, times, turns } => {
            RecordChange::Speed { stages: swap(stages), times: swap(times), turns }
        }
        RecordChange::Connection { problem, counts } => RecordChange::Connection { problem, counts: swap(counts) },
        RecordChange::Error { error, count, only_in } => RecordChange::Error { error, count, only_in: other(only_in) },
    };
    // The turns of one side only stand in another order.
    RecordDifference { turn: None, rows: swap(difference.rows), change }
}

fn sorted(differences: impl Iterator<Item = RecordDifference>) -> Vec<String> {
    let mut words: Vec<String> = differences.map(|difference| format!("{difference:?}")).collect();
    words.sort();
    words
}

fn any_turn() -> impl Strategy<Value = Turn> {
    let question = prop::sample::select(vec!["one", "two", "three"]);
    let tool = prop::option::of((
        prop::sample::select(vec!["search", "clock"]),
        0..2_u32,
        prop::option::of(prop::sample::select(vec!["timed out", "no network"])),
    ));
    let model = prop::sample::select(vec!["a", "b"]);
    let thinking = prop::sample::select(vec![100, 1_000, 5_000]);
    let answer = prop::sample::select(vec!["yes", "no"]);
    (question, any::<bool>(), tool, model, thinking, 0..4_usize, answer, any::<bool>(), any::<bool>()).prop_map(
        |(question, is_spoken, tool, model, thinking, tokens, answer, is_cut_off, remembers)| Turn {
            question,
            is_spoken,
            tool,
            model,
            thinking,
            tokens,
            answer,
            is_cut_off,
            remembers,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn reversed_records_have_mirrored_differences(
        left in prop::collection::vec(any_turn(), 0..6),
        right in prop::collection::vec(any_turn(), 0..6),
    ) {
        let (left, right) = (session(&left), session(&right));
        let (there, back) = (compare(&left, &right), compare(&right, &left));
        let forth = sorted(there.differences.iter().map(|difference| mirrored(&mirrored(difference))));
        prop_assert_eq!(forth, sorted(back.differences.iter().map(mirrored)));
        prop_assert_eq!(there.first_divergence.is_some(), back.first_divergence.is_some());
        prop_assert_eq!(there.turns.len(), back.turns.len());
        for difference in there.differences.iter().chain(&back.differences) {
            prop_assert!(difference.turn.is_none_or(|turn| turn < there.turns.len()));
            prop_assert!(!difference.describe(NAMES).is_empty());
        }
        prop_assert_eq!(compare(&left, &left).differences, vec![]);
    }
}

/// A measurement rather than a test: prints what it costs to compare two records of 100,000 rows.
#[test]
#[ignore = "prints a figure"]
fn what_comparing_costs() {
    let record = |seed: u64| {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut session = Session::new();
        let questions = ["one", "two", "three", "four", "five", "six", "seven"];
        while session.recorder().len() < 99_000 {
            let question = questions[random.usize(0..questions.len())];
            session.turn(&Turn {
                question,
                tokens: random.usize(0..40),
                tool: Some(("search", random.u32(0..3), None)),
                ..Turn::default()
            });
        }
        session
    };
    let (left, right) = (record(1), record(2));
    for (name, right) in [("itself", &left), ("another", &right)] {
        let start = std::time::Instant::now();
        let found = compare(&left, right);
        eprintln!(
            "{:?} against {name}: {} rows, {} turns, {} differences",
            start.elapsed(),
            left.recorder().len(),
            found.turns.len(),
            found.differences.len()
        );
    }
    let mut events = [Session::new(), Session::new()];
    for (session, seed) in events.iter_mut().zip([3, 4]) {
        let mut random = fastrand::Rng::with_seed(seed);
        for _ in 0..99_000 {
            let text = format!("memory {}", random.u32(0..500));
            session.event("memory_store", json!({"content_preview": text, "memory_type": "fact", "importance": 0.5}));
        }
    }
    let start = std::time::Instant::now();
    let found = compare(&events[0], &events[1]);
    eprintln!("{:?} for 99,000 events of one type, {} differences", start.elapsed(), found.differences.len());
}
