//! The debugger's access to the link: frames that bypass the queue, and protections turned off.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use coda_dashboard::link::{Acknowledgement, FramePurpose, Input, LinkConfig, LinkEvent, MessageState, Origin};

use crate::world::{World, millis, seconds};

const ORIGIN: Origin = Origin::new("debugger", "send raw");

fn raw(world: &mut World, text: &str) {
    world.input(Input::Raw { text: text.into(), origin: ORIGIN });
}

fn raw_frames_written(world: &World) -> usize {
    let is_raw = |event: &&LinkEvent| matches!(event, LinkEvent::FrameOut { purpose: FramePurpose::Raw(origin), .. } if *origin == ORIGIN);
    world.events.iter().filter(is_raw).count()
}

fn unprotect(world: &mut World, on: bool) {
    world.input(Input::Configure(LinkConfig { is_unprotected: on, ..LinkConfig::default() }));
}

#[test]
fn a_raw_frame_passes_what_waits_and_is_told_apart() {
    let mut world = World::ready();
    for number in 0..3 {
        world.say(&number.to_string());
    }
    raw(&mut world, r#"{"type":"ping","data":{}}"#);
    assert_eq!(raw_frames_written(&world), 1);
    assert_eq!(world.link.status().queued, 2);
}

#[test]
fn a_raw_frame_is_not_written_without_a_ready_connection() {
    let mut world = World::ready();
    world.input(Input::Disconnect);
    raw(&mut world, r#"{"type":"ping","data":{}}"#);
    world.connect();
    world.run_for(seconds(1));
    assert_eq!(raw_frames_written(&world), 0);
}

#[test]
fn the_answer_to_a_raw_copy_is_not_taken_for_the_answer_to_a_message() {
    let mut world = World::ready();
    world.latency = millis(1_012);
    let text = r#"{"type":"text_input","data":{"text":"raw"}}"#;
    raw(&mut world, text);
    raw(&mut world, text);
    let id = world.say("hello");
    // The text is written again after two seconds. The answer to the raw copy follows immediately.
    world.run_for(seconds(3));
    assert_eq!(world.state(id), &MessageState::Delivered(Acknowledgement::Echo));
}

#[test]
fn the_echo_of_a_raw_frame_leaves_no_answer_owed() {
    let mut world = World::ready();
    raw(&mut world, r#"{"type":"text_input","data":{"text":"raw"}}"#);
    world.run_for(seconds(1));
    world.server.config_mut().echo = coda_dashboard::sim::Echo::SwallowNext(1);
    let id = world.say("hello");
    world.run_for(seconds(3));
    assert_eq!(world.state(id), &MessageState::Delivered(Acknowledgement::Duplicate), "its echo was asked for");
}

#[test]
fn bytes_that_are_no_frame_owe_no_answer() {
    let mut world = World::ready();
    raw(&mut world, "not json");
    raw(&mut world, "{}");
    let id = world.say("hello");
    world.run_for(seconds(1));
    assert_eq!(world.state(id), &MessageState::Delivered(Acknowledgement::Echo));
}

#[test]
fn without_protections_equal_messages_go_out_at_once() {
    let mut world = World::ready();
    unprotect(&mut world, true);
    let ids = [world.say("hello"), world.say("hello"), world.say("again")];
    assert_eq!(world.link.status().in_flight, 3);
    world.run_for(seconds(1));
    assert!(ids.iter().all(|id| world.is_delivered(*id)));
}

#[test]
fn turning_the_protections_off_and_on_is_told_once_each() {
    let mut world = World::ready();
    for on in [true, true, false, false] {
        unprotect(&mut world, on);
    }
    let told: Vec<bool> = world
        .events
        .iter()
        .filter_map(|event| match event {
            LinkEvent::Protections { on, .. } => Some(*on),
            _ => None,
        })
        .collect();
    assert_eq!(told, [false, true]);
}
