//! Message traces, recorded on a real link.

use std::time::Duration;

use coda_dashboard::history::{MessageTrace, RowKind, TraceStage, message_trace};
use coda_dashboard::link::{Acknowledgement, MessageId, MessageState, Origin};
use coda_dashboard::protocol::Command;
use coda_dashboard::sim::{Echo, ServerConfig};

use crate::world::World;

fn talkative() -> ServerConfig {
    ServerConfig { greeting: false, error_every: None, ..ServerConfig::default() }
}

fn stages(trace: &MessageTrace) -> Vec<String> {
    let name = |stage: &TraceStage| match stage {
        TraceStage::Created => "created".to_owned(),
        TraceStage::Queued => "queued".to_owned(),
        TraceStage::Written { attempt, .. } => format!("written {attempt}"),
        TraceStage::Answered => "answered".to_owned(),
        TraceStage::Unconfirmed => "unconfirmed".to_owned(),
        TraceStage::Held(_) => "held".to_owned(),
        TraceStage::Settled(state) => format!("{state:?}"),
    };
    trace.steps.iter().map(|step| name(&step.stage)).collect()
}

fn of(world: &World, id: MessageId) -> MessageTrace {
    message_trace(&world.recorder, id).expect("a life")
}

#[test]
fn a_delivered_message_is_told_step_by_step() {
    let mut world = World::ready(ServerConfig::quiet());
    let id = world.say("hello");
    world.run_for(Duration::from_millis(100));
    let trace = of(&world, id);
    assert_eq!(stages(&trace), ["created", "queued", "written 1", "answered", "Delivered(Echo)"]);
    assert_eq!(trace.origin, Origin::new("composer", "press enter"));
    assert_eq!(trace.command.text(), Some("hello"));
    let answered = &trace.steps[3];
    assert_eq!(answered.row, trace.answer);
    assert_eq!(answered.delta, Duration::from_millis(2), "there and back");
    assert!(trace.steps.windows(2).all(|two| two[0].offset + two[1].delta == two[1].offset));
    let frame = |row: Option<u64>| world.recorder.get(row.unwrap()).unwrap().frame().unwrap().to_string();
    assert!(frame(trace.steps[2].row).contains(&id.to_string()), "the write shows its frame");
    assert!(frame(trace.answer).contains("client_message"));
    assert_eq!(trace.turn, [], "nobody is at home");
}

#[test]
fn a_suppressed_message_and_its_original_point_to_each_other() {
    let mut world = World::ready(ServerConfig::quiet());
    let original = world.say("hello");
    let second = world.say("hello");
    world.run_for(Duration::from_millis(100));
    let suppressed = of(&world, second);
    assert_eq!(suppressed.original, Some(original));
    assert_eq!(stages(&suppressed).len(), 2);
    assert!(matches!(suppressed.steps[1].stage, TraceStage::Settled(MessageState::Suppressed { .. })));
    assert_eq!(suppressed.answer, None);
    assert_eq!(of(&world, original).duplicates, [second]);
}

#[test]
fn a_message_that_is_written_again_shows_each_write() {
    let mut world = World::ready(ServerConfig::quiet());
    world.server.config_mut().echo = Echo::SwallowNext(1);
    let id = world.say("hello");
    world.run_for(Duration::from_secs(5));
    let trace = of(&world, id);
    assert_eq!(stages(&trace), ["created", "queued", "written 1", "written 2", "answered", "Delivered(Duplicate)"]);
    assert_eq!(trace.steps[3].delta, Duration::from_secs(2));
    let answer = world.recorder.get(trace.answer.unwrap()).unwrap();
    assert!(matches!(&answer.kind, RowKind::FrameIn { kind, .. } if &**kind == "duplicate_message"), "{answer:?}");
    assert!(matches!(trace.steps[5].stage, TraceStage::Settled(MessageState::Delivered(Acknowledgement::Duplicate))));
}

#[test]
fn a_message_sent_again_by_the_user_is_linked_both_ways() {
    let mut world = World::ready(ServerConfig::quiet());
    let first = world.say("hello");
    world.run_for(Duration::from_millis(100));
    let second = world.send(Command::TextInput { text: "hello".into() }, Some(first));
    world.run_for(Duration::from_millis(100));
    assert_eq!(of(&world, second).resend_of, Some(first));
    assert_eq!(of(&world, first).resent_by, Some(second));
}

#[test]
fn the_turn_that_a_message_began_is_a_waterfall() {
    let mut world = World::ready(talkative());
    world.run_for(Duration::from_secs(2));
    let id = world.say("What is the weather in Rabat?");
    world.run_for(Duration::from_secs(60));
    let next = world.say("Thank you!");
    world.run_for(Duration::from_secs(60));
    let trace = of(&world, id);
    let kinds: Vec<&str> = trace.turn.iter().map(|bar| &*bar.kind).collect();
    for kind in ["conversation_turn", "llm_start", "llm_token", "llm_result", "tts_start"] {
        assert!(kinds.contains(&kind), "{kind} is missing from {kinds:?}");
    }
    assert_eq!(kinds.last(), Some(&"tts_result"));
    assert!(!kinds.contains(&"system_metrics"));
    assert!(trace.turn.iter().any(|bar| bar.count > 3), "tokens share a bar");
    for two in trace.turn.windows(2) {
        assert_eq!(two[0].offset + two[0].length, two[1].offset);
        assert!(two[0].row < two[1].row);
    }
    let last = trace.turn.last().unwrap();
    let second = of(&world, next);
    assert!(!second.turn.is_empty());
    assert!(second.turn.iter().all(|bar| bar.row > last.row), "each turn is one message's");
}

#[test]
fn a_text_that_was_read_during_another_turn_has_no_part_in_it() {
    let mut world = World::ready(talkative());
    world.run_for(Duration::from_secs(2));
    let first = world.say("What is the weather in Rabat?");
    world.run_for(Duration::from_millis(400));
    let meanwhile = world.say("And in Paris?");
    world.run_for(Duration::from_millis(100));
    let waiting = of(&world, meanwhile);
    assert!(waiting.answer.is_some());
    assert_eq!(waiting.turn, [], "the running turn is the other message's");
    world.run_for(Duration::from_secs(60));
    let last = of(&world, first).turn.last().unwrap().row;
    let begun = of(&world, meanwhile);
    assert_eq!(&*begun.turn[0].kind, "conversation_turn");
    assert!(begun.turn[0].row > last);
}

#[test]
fn a_turn_is_the_last_message_s_that_said_its_text() {
    let mut world = World::ready(talkative());
    world.run_for(Duration::from_secs(2));
    world.say("What is the weather in Rabat?");
    world.run_for(Duration::from_millis(400));
    let first = world.say("And in Paris?");
    world.run_for(Duration::from_millis(400));
    let second = world.send(Command::TextInput { text: "And in Paris?".into() }, Some(first));
    world.run_for(Duration::from_secs(30));
    assert_eq!(of(&world, first).turn, []);
    assert!(!of(&world, second).turn.is_empty());
}

#[test]
fn nothing_is_told_of_an_unknown_message() {
    let world = World::ready(ServerConfig::quiet());
    let unknown = MessageId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    assert_eq!(message_trace(&world.recorder, unknown), None);
}
