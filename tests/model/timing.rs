//! The response gap, the speed of models, and the comparison of stages with their past, each against a trace made by
//! hand.

use std::sync::Arc;
use std::time::Duration;

use coda_dashboard::link::{ConnId, FrameId, MessageId, MessageState, MessageStatus, Origin, ServerEvent};
use coda_dashboard::model::{DurationHistory, GapPart, Model, Spread, Stage, Timings, TurnEnd, TurnTiming};
use coda_dashboard::protocol::{Command, Frame, Instant, Moment, decode, utc_from_millis};
use serde_json::{Value, json};

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn at(now: u64) -> Moment {
    Moment { mono: Instant::from_millis(now), wall: utc_from_millis(1_795_374_566_500 + i64::try_from(now).unwrap()) }
}

/// The model, fed with events at times in milliseconds.
#[derive(Default)]
struct Trace {
    timings: Timings,
}

impl Trace {
    fn event(&mut self, now: u64, kind: &str, data: Value) {
        self.event_answering(now, kind, data, None);
    }

    fn event_answering(&mut self, now: u64, kind: &str, data: Value, answers: Option<MessageId>) {
        let frame = json!({"type": kind, "seq": now, "data": data}).to_string();
        let Ok(Frame::Event(envelope)) = decode(&frame) else { panic!("not an event: {frame}") };
        let at = at(now);
        let (frame, event) = (FrameId(now), envelope.event);
        self.timings.apply(&ServerEvent {
            frame,
            epoch: 1,
            seq: Some(now),
            time: at.wall,
            at,
            replayed: false,
            answers,
            event,
        });
    }

    fn said(&mut self, now: u64, role: &str, content: &str) {
        self.event(now, "conversation_turn", json!({"role": role, "content": content}));
    }

    fn token(&mut self, now: u64) {
        self.event(now, "llm_token", json!({"token": "a "}));
    }

    /// A text of this page: written, then echoed.
    fn text(&mut self, written: u64, echoed: u64, text: &str) {
        let id = MessageId::parse(&format!("{written:032x}")).unwrap();
        self.timings.apply_message(&MessageStatus {
            id,
            command: Arc::new(Command::TextInput { text: text.into() }),
            origin: Origin::new("test", "say"),
            created: at(written - 5),
            resend_of: None,
            at: at(written),
            state: MessageState::Written { conn: ConnId(1), attempt: 1 },
        });
        let data = json!({"client_id": "a", "message_type": "text_input", "message_data": {"text": text}});
        self.event_answering(echoed, "client_message", data, Some(id));
    }

    fn only_turn(&self) -> &TurnTiming {
        assert_eq!(self.timings.turns().len(), 1);
        &self.timings.turns()[0]
    }
}

fn parts(turn: &TurnTiming) -> Vec<(GapPart, u128)> {
    turn.gap().parts().map(|(part, time)| (part, time.as_millis())).collect()
}

#[test]
fn the_gap_of_a_spoken_turn_begins_when_the_user_lets_go_and_its_parts_add_up_to_the_whole() {
    let mut trace = Trace::default();
    trace.event(1_000, "stt_start", json!({"mode": "push_to_talk"}));
    trace.event(2_500, "client_message", json!({"client_id": "a", "message_type": "stt_stop", "message_data": {}}));
    trace.event(2_900, "stt_result", json!({"text": "what time is it", "duration_seconds": 0.3, "confidence": 0.9}));
    trace.said(2_920, "user", "what time is it");
    trace.event(3_000, "llm_start", json!({"model": "gemma", "prompt_tokens": 412}));
    trace.event(3_200, "tool_call", json!({"tool_name": "clock"}));
    trace.event(3_250, "tool_result", json!({"tool_name": "clock", "duration_seconds": 0.05}));
    trace.token(3_700);
    trace.token(3_800);
    trace.token(3_900);
    trace.event(4_000, "llm_result", json!({"text": "a a a", "has_tool_calls": false}));
    trace.said(4_010, "assistant", "a a a");
    trace.event(4_060, "tts_start", json!({"text": "a a a"}));
    trace.event(4_660, "tts_result", json!({"duration_seconds": 0.6, "audio_duration_seconds": 2.0}));
    let turn = trace.only_turn();
    assert_eq!((turn.is_spoken, turn.end, turn.started), (true, Some(TurnEnd::Spoken), at(2_500)));
    assert_eq!(
        parts(turn),
        [
            (GapPart::Recognition, 400),
            (GapPart::Preparing, 100),
            (GapPart::FirstToken, 650),
            (GapPart::Writing, 300),
            (GapPart::Tools, 50),
            (GapPart::HandOff, 60),
            (GapPart::Synthesis, 600),
        ]
    );
    let sum: Duration = turn.gap().parts().map(|(_, time)| time).sum();
    assert_eq!((sum, turn.gap().total()), (millis(2_160), millis(2_160)));
    assert_eq!(
        (turn.first_token, turn.until_readable),
        (Some(millis(650)), Some(millis(1_200))),
        "the tool is not the model"
    );
    assert_eq!((turn.tokens, turn.tokens_per_second()), (3, Some(10.0)));
    assert_eq!((turn.model.as_deref(), turn.prompt_tokens), (Some("gemma"), Some(412)));
}

#[test]
fn the_gap_of_a_typed_turn_begins_when_its_text_was_first_written() {
    let mut trace = Trace::default();
    trace.text(100, 130, "hello");
    trace.said(150, "user", "hello");
    trace.event(200, "llm_start", json!({"model": "gemma"}));
    trace.token(900);
    trace.said(1_000, "assistant", "a");
    trace.event(1_050, "tts_start", json!({"text": "a"}));
    trace.event(1_250, "tts_result", json!({}));
    let turn = trace.only_turn();
    assert_eq!((turn.is_spoken, turn.started), (false, at(100)));
    assert_eq!(
        parts(turn),
        [
            (GapPart::Sending, 30),
            (GapPart::Preparing, 70),
            (GapPart::FirstToken, 700),
            (GapPart::Writing, 100),
            (GapPart::HandOff, 50),
            (GapPart::Synthesis, 200),
        ]
    );
    assert_eq!(turn.gap().total(), millis(1_150));
    assert_eq!(turn.tokens_per_second(), None, "one token has no speed");
}

#[test]
fn words_whose_end_nobody_told_end_where_their_recognition_began_but_not_before_the_microphone_was_open() {
    for (duration, started) in [(json!(0.2), 1_800), (json!(9.0), 1_000), (json!(null), 2_000)] {
        let mut trace = Trace::default();
        trace.event(1_000, "stt_start", json!({}));
        trace.event(2_000, "stt_result", json!({"text": "hi", "duration_seconds": duration}));
        trace.said(2_000, "user", "hi");
        trace.event(2_100, "llm_error", json!({"message": "no"}));
        assert_eq!((trace.only_turn().started, trace.only_turn().end), (at(started), Some(TurnEnd::Failed)));
    }
}

#[test]
fn time_without_any_stage_is_unexplained_and_the_running_turn_grows_with_the_clock() {
    let mut trace = Trace::default();
    trace.said(0, "user", "hi");
    trace.event(100, "llm_start", json!({}));
    trace.event(300, "llm_result", json!({"text": "", "has_tool_calls": true}));
    trace.event(400, "memory_update", json!({"memory_id": "1", "field": "a"}));
    let running = trace.timings.current(Instant::from_millis(1_000)).unwrap();
    assert_eq!(parts(&running), [(GapPart::Preparing, 100), (GapPart::FirstToken, 200), (GapPart::Unexplained, 700)]);
    assert_eq!(running.gap().total(), millis(1_000));
    assert!(trace.timings.turns().is_empty());
}

#[test]
fn a_turn_ends_as_what_it_was_when_the_next_begins() {
    let mut trace = Trace::default();
    trace.said(0, "user", "one");
    trace.event(10, "llm_start", json!({}));
    trace.said(20, "assistant", "answer");
    trace.said(500, "user", "two");
    trace.event(510, "llm_start", json!({}));
    trace.event(520, "llm_result", json!({"text": "x", "has_tool_calls": true}));
    trace.said(900, "user", "three");
    let ends: Vec<_> = trace.timings.turns().iter().map(|turn| turn.end).collect();
    assert_eq!(ends, [Some(TurnEnd::Written), Some(TurnEnd::CutOff)]);
    assert_eq!(trace.timings.gap_spread(None), None, "no turn was spoken to its end");
}

#[test]
fn a_text_that_comes_while_the_model_works_begins_no_turn() {
    let mut trace = Trace::default();
    trace.said(0, "user", "one");
    trace.event(10, "llm_start", json!({}));
    trace.said(20, "user", "two");
    trace.said(100, "assistant", "answer");
    trace.event(110, "tts_start", json!({}));
    trace.event(200, "tts_result", json!({}));
    assert_eq!(trace.only_turn().gap().total(), millis(200));
}

#[test]
fn models_are_compared_by_their_own_turns() {
    let mut trace = Trace::default();
    for turn in 0..10_u64 {
        let start = turn * 10_000;
        let (model, wait, gap) = if turn % 2 == 0 { ("quick", 100 + turn * 10, 20) } else { ("slow", 900, 100) };
        trace.said(start, "user", "hi");
        trace.event(start + 10, "llm_start", json!({"model": model, "prompt_tokens": 100 + turn}));
        for token in 0..5 {
            trace.token(start + 10 + wait + token * gap);
        }
        trace.said(start + 5_000, "assistant", "a");
    }
    trace.said(200_000, "user", "end");
    let models = trace.timings.models();
    let told: Vec<_> = models
        .iter()
        .map(|speed| (&*speed.model, speed.turns, speed.first_token.unwrap(), speed.tokens_per_second.unwrap()))
        .collect();
    let quick = Spread { count: 5, p5: 0.1, p50: 0.14, p95: 0.18 };
    let slow = Spread { count: 5, p5: 0.9, p50: 0.9, p95: 0.9 };
    let (fifty, ten) =
        (Spread { count: 5, p5: 50.0, p50: 50.0, p95: 50.0 }, Spread { count: 5, p5: 10.0, p50: 10.0, p95: 10.0 });
    assert_eq!(told, [("quick", 5, quick, fifty), ("slow", 5, slow, ten)]);
    assert_eq!(models[0].prompt_tokens, Some(Spread { count: 5, p5: 100.0, p50: 104.0, p95: 108.0 }));
}

#[test]
fn a_running_stage_is_compared_with_the_past_ones_of_the_same_tool() {
    let mut trace = Trace::default();
    for (call, took) in [100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000].into_iter().enumerate() {
        let start = call as u64 * 10_000;
        trace.event(start, "tool_call", json!({"tool_name": "search"}));
        trace.event(start + took, "tool_result", json!({"tool_name": "search"}));
    }
    trace.event(200_000, "tool_call", json!({"tool_name": "other"}));
    trace.event(200_100, "tool_error", json!({"tool_name": "other", "message": "no"}));
    let history = trace.timings.history(&Stage::Tool("search".into())).unwrap();
    let comparison = history.compare(millis(950)).unwrap();
    assert_eq!((comparison.count, comparison.p50, comparison.p95), (10, millis(500), millis(1_000)));
    assert_eq!((comparison.shorter, comparison.is_enough()), (9, true));
    assert_eq!(
        trace.timings.history(&Stage::Tool("other".into())),
        None,
        "a failure says nothing of how long it takes"
    );
}

#[test]
fn few_past_durations_are_not_enough_to_be_usual() {
    let mut history = DurationHistory::default();
    assert_eq!(history.compare(millis(1)), None);
    (1..=4).for_each(|time| history.add(millis(time)));
    assert!(!history.compare(millis(1)).unwrap().is_enough());
    (1..=300).for_each(|time| history.add(millis(time)));
    assert_eq!((history.len(), history.percentile(50)), (200, Some(millis(200))), "the last 200 count: 101 to 300");
}

#[test]
fn what_ran_when_the_connection_ended_is_measured_neither_as_a_stage_nor_as_a_turn() {
    let mut trace = Trace::default();
    trace.said(0, "user", "hi");
    trace.event(10, "llm_start", json!({"model": "m"}));
    trace.timings.disconnected();
    trace.event(9_000, "llm_result", json!({"text": "late", "has_tool_calls": false}));
    trace.said(9_010, "assistant", "late");
    assert!(trace.timings.turns().is_empty() && trace.timings.running().is_empty());
    assert_eq!(trace.timings.history(&Stage::Model("m".into())), None);
}

#[test]
fn speech_that_is_reported_when_it_is_over_was_heard_once_it_was_made() {
    let mut trace = Trace::default();
    trace.said(0, "user", "hi");
    trace.event(100, "llm_start", json!({}));
    trace.said(500, "assistant", "hello");
    trace.event(550, "tts_start", json!({"text": "hello"}));
    trace.event(2_000, "tts_progress", json!({"percent_complete": 50}));
    trace.event(4_550, "tts_result", json!({"duration_seconds": 0.3, "audio_duration_seconds": 4.0}));
    assert_eq!(
        parts(trace.only_turn()),
        [(GapPart::Preparing, 100), (GapPart::FirstToken, 400), (GapPart::HandOff, 50), (GapPart::Synthesis, 300),]
    );
}

#[test]
fn the_gap_of_a_running_turn_ends_when_its_speech_is_first_heard() {
    let mut trace = Trace::default();
    trace.said(0, "user", "hi");
    trace.event(100, "llm_start", json!({}));
    trace.said(500, "assistant", "hello");
    trace.event(550, "tts_start", json!({"text": "hello"}));
    trace.event(600, "tts_progress", json!({"percent_complete": 0}));
    let total = |trace: &Trace, now| trace.timings.current(Instant::from_millis(now)).unwrap().gap().total();
    assert_eq!(total(&trace, 800), millis(800));
    trace.event(900, "tts_progress", json!({"percent_complete": 10}));
    trace.event(1_500, "tts_progress", json!({"percent_complete": 50}));
    assert_eq!(total(&trace, 3_000), millis(900));
}

#[test]
fn speech_that_goes_on_while_the_next_turn_runs_belongs_to_its_own_turn() {
    let mut trace = Trace::default();
    trace.said(0, "user", "one");
    trace.event(100, "llm_start", json!({}));
    trace.said(500, "assistant", "first answer");
    trace.event(600, "tts_start", json!({"text": "first  answer"}));
    trace.said(1_000, "user", "two");
    trace.event(1_100, "llm_start", json!({}));
    trace.said(1_500, "assistant", "second answer");
    trace.event(4_000, "tts_result", json!({"duration_seconds": 0.2}));
    trace.event(4_100, "tts_start", json!({"text": "second answer"}));
    trace.event(8_000, "tts_result", json!({"duration_seconds": 0.3}));
    let told: Vec<_> = trace
        .timings
        .turns()
        .iter()
        .map(|turn| (turn.number, turn.end, turn.gap().total(), turn.gap().part(GapPart::Synthesis)))
        .collect();
    let spoken = Some(TurnEnd::Spoken);
    assert_eq!(told, [(1, spoken, millis(800), millis(200)), (2, spoken, millis(3_400), millis(300))]);
}

#[test]
fn tokens_that_are_reported_twice_count_once() {
    let mut trace = Trace::default();
    trace.said(0, "user", "hi");
    trace.event(100, "llm_start", json!({}));
    for token in 0..5_u64 {
        for _ in 0..2 {
            trace.event(200 + token * 100, "llm_token", json!({"token": "a", "token_index": token}));
        }
    }
    trace.event(700, "llm_error", json!({"message": "no"}));
    assert_eq!((trace.only_turn().tokens, trace.only_turn().tokens_per_second()), (5, Some(10.0)));
}
