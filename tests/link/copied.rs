//! Copied from a recording by the debugger. Save it in tests/link, name it in tests/link/main.rs, and give the
//! test the name of what it shows.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use coda_dashboard::link::{Input, LinkEvent, Origin};

use crate::world::{World, millis};

#[test]
fn what_was_recorded_happens_again() {
    let mut world = World::ready();
    let origin = Origin::new("recording", "copy");
    let before = world.server.received().len();
    let text = r#"{"type":"stt_start","data":{}}"#.into();
    world.input(Input::Raw { text, origin: origin.clone() });
    world.run_for(millis(101));
    let text = r#"{"type":"stt_start","data":{}}"#.into();
    world.input(Input::Raw { text, origin: origin.clone() });
    world.run_for(millis(101));
    let text = r#"{"type":"stt_start","data":{"message_id":"a1"}}"#.into();
    world.input(Input::Raw { text, origin: origin.clone() });
    world.run_for(millis(100));
    let text = r#"{"type":"stt_start","data":{"message_id":"a1"}}"#.into();
    world.input(Input::Raw { text, origin: origin.clone() });
    world.run_for(millis(100));
    let text = r#"{"type":"stt_start","data":{"message_id":"a2"}}"#.into();
    world.input(Input::Raw { text, origin: origin.clone() });
    world.run_for(millis(1_000));
    let received = &world.server.received()[before..];
    assert_eq!(received.len(), 5, "all were read");
    assert_eq!(received.iter().filter(|message| !message.acted).count(), 2, "known already");
    let texts = world.events.iter().filter_map(|event| match event {
        LinkEvent::FrameIn { text, .. } => Some(text),
        _ => None,
    });
    let echoes = texts.filter(|text| text.contains("client_message") && !text.contains("\"ping\""));
    assert_eq!(echoes.count(), 3, "echoes");
}
