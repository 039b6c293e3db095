//! Texts that are held: until the end of Coda's turn, or for another address.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use coda_dashboard::link::{
    Acknowledgement, Hold, Input, LinkConfig, LinkEvent, MessageId, MessageState, PersistedMessage,
};
use coda_dashboard::protocol::Command;
use coda_dashboard::sim::ServerConfig;

use crate::world::{World, millis};

const OTHER: &str = "ws://127.0.0.1:9999";

/// A world whose server replies to texts.
fn talking() -> World {
    let mut world = World::new(ServerConfig { greeting: false, ..ServerConfig::default() }, 7);
    world.connect();
    hold_texts(&mut world);
    world.run_for(millis(2_000));
    world
}

fn hold_texts(world: &mut World) {
    world.input(Input::Configure(LinkConfig { hold_texts: true, ..LinkConfig::default() }));
}

fn held_for_turn() -> MessageState {
    MessageState::Held(Hold::Turn)
}

#[test]
fn a_text_during_an_answer_waits_for_its_end_and_is_then_taken_up() {
    let mut world = talking();
    world.say("tell me a joke");
    world.run_for(millis(300));
    let second = world.say("and another one");
    world.run_for(millis(50));
    assert_eq!(*world.state(second), held_for_turn());
    assert_eq!(world.received(second), (0, 0));
    world.run_until_holds("the second read", millis(60_000), |world| world.received(second) == (1, 1));
    let answered = |event: &LinkEvent| matches!(event, LinkEvent::Event(event) if event.event.kind() == "llm_result");
    assert!(world.events.iter().any(answered), "not before the first was answered");
    world.run_for(millis(50));
    assert_eq!(*world.state(second), MessageState::Delivered(Acknowledgement::Echo));
}

#[test]
fn the_second_of_two_texts_that_waited_out_an_outage_waits_for_the_answer_to_the_first() {
    let mut world = talking();
    world.reachable = false;
    world.drop_connection();
    world.run_for(millis(100));
    let (first, second) = (world.say("one"), world.say("two"));
    world.reachable = true;
    world.run_until_holds("the first delivered", millis(15_000), |world| world.is_delivered(first));
    world.run_for(millis(50));
    assert_eq!(*world.state(second), held_for_turn());
    world.run_until_holds("the second delivered", millis(60_000), |world| world.is_delivered(second));
}

#[test]
fn a_held_text_can_be_sent_now_or_taken_back() {
    let mut world = talking();
    world.say("tell me a joke");
    world.run_for(millis(300));
    let (now, never) = (world.say("at once"), world.say("not at all"));
    world.run_for(millis(50));
    world.input(Input::SendNow(now));
    world.input(Input::Cancel(never));
    world.run_for(millis(100));
    assert_eq!(world.received(now).0, 1);
    assert!(matches!(world.state(never), MessageState::Cancelled(_)));
}

#[test]
fn a_turn_that_never_ends_does_not_hold_a_text_for_ever() {
    let mut world = World::ready();
    hold_texts(&mut world);
    world.receive(r#"{"type": "llm_start", "data": {}}"#);
    let text = world.say("is anybody there?");
    world.run_for(millis(100));
    assert_eq!(*world.state(text), held_for_turn());
    let patience = LinkConfig::default().turn_patience;
    world.run_until_holds("delivered", patience + millis(1_000), |world| world.is_delivered(text));
}

#[test]
fn a_stop_overtakes_a_held_text() {
    let mut world = talking();
    world.say("tell me a joke");
    world.run_for(millis(300));
    let text = world.say("later");
    let stop = world.send(Command::TtsStop);
    world.run_for(millis(100));
    assert!(world.is_delivered(stop) && !world.is_delivered(text));
}

#[test]
fn with_the_setting_off_nothing_is_held_for_a_turn() {
    let mut world = talking();
    world.input(Input::Configure(LinkConfig::default()));
    world.say("tell me a joke");
    world.run_for(millis(300));
    let second = world.say("and another one");
    world.run_for(millis(100));
    assert!(world.is_delivered(second));
}

#[test]
fn a_text_for_one_server_never_goes_to_another_by_itself() {
    let mut world = World::ready();
    world.reachable = false;
    world.drop_connection();
    world.run_for(millis(100));
    let text = world.say("for your ears only");
    world.reachable = true;
    world.input(Input::Connect { url: OTHER.into() });
    let own = world.say("for the other");
    world.run_for(millis(20_000));
    let url = "ws://localhost:8765".into();
    assert_eq!(*world.state(text), MessageState::Held(Hold::Address { url }));
    assert_eq!(world.received(text), (0, 0));
    assert!(world.is_delivered(own), "what is meant for the other goes there");
    let restarted = |event: &LinkEvent| matches!(event, LinkEvent::Resumed { resumed, .. } if resumed.restarted);
    assert!(!world.events.iter().any(restarted), "another address is no restart");

    world.connect();
    world.run_until_holds("delivered at home", millis(15_000), |world| world.is_delivered(text));
}

#[test]
fn the_user_may_send_a_text_to_the_other_server() {
    let mut world = World::ready();
    world.reachable = false;
    world.drop_connection();
    world.run_for(millis(100));
    let text = world.say("for anybody");
    world.reachable = true;
    world.input(Input::Connect { url: OTHER.into() });
    world.run_for(millis(5_000));
    world.input(Input::SendNow(text));
    world.run_until_holds("delivered there", millis(15_000), |world| world.is_delivered(text));
}

#[test]
fn a_text_that_was_written_to_one_server_is_not_written_to_another() {
    let mut world = World::ready();
    world.go_half_open();
    let text = world.say("lost on the way");
    world.run_for(millis(100));
    world.input(Input::Connect { url: OTHER.into() });
    world.run_for(millis(20_000));
    assert_eq!(*world.state(text), MessageState::Unconfirmed);
    assert_eq!(world.received(text), (0, 0));
}

#[test]
fn a_text_sent_again_is_still_meant_for_its_server() {
    let mut world = World::ready();
    world.go_half_open();
    let first = world.say("lost on the way");
    world.run_for(millis(100));
    world.input(Input::Connect { url: OTHER.into() });
    world.run_for(millis(20_000));
    assert_eq!(*world.state(first), MessageState::Unconfirmed);

    let second = world.send_again("lost on the way", first);
    world.run_for(millis(5_000));
    assert_eq!(*world.state(second), MessageState::Held(Hold::Address { url: "ws://localhost:8765".into() }));
    world.input(Input::SendNow(second));
    world.run_until_holds("delivered there", millis(15_000), |world| world.is_delivered(second));
}

#[test]
fn texts_remember_their_address_over_a_reload() {
    let mut before = World::ready();
    before.reachable = false;
    before.drop_connection();
    before.run_for(millis(100));
    before.say("wait for home");
    let kept = before.link.waiting();
    assert_eq!(&*kept[0].url, "ws://localhost:8765");

    let mut after = World::new(ServerConfig::quiet(), 8);
    after.input(Input::Connect { url: OTHER.into() });
    after.input(Input::Restore { waiting: kept.clone(), ask: false });
    after.run_for(millis(5_000));
    assert_eq!(after.received(kept[0].id), (0, 0));
    after.connect();
    after.run_until_holds("delivered at home", millis(15_000), |world| world.received(kept[0].id) == (1, 1));
}

#[test]
fn a_text_that_another_tab_may_send_waits_for_the_user() {
    let mut before = World::ready();
    before.reachable = false;
    before.drop_connection();
    before.run_for(millis(100));
    let id = before.say("once only");
    let mut after = World::ready();
    after.input(Input::Restore { waiting: before.link.waiting(), ask: true });
    after.run_for(millis(5_000));
    assert_eq!(*after.state(id), MessageState::Held(Hold::User));
    after.input(Input::SendNow(id));
    after.run_until_holds("delivered", millis(1_000), |world| world.is_delivered(id));
}

/// Returns what a tab stores before a reload.
fn kept(world: &World) -> Vec<PersistedMessage> {
    let kept = serde_json::to_string(&world.link.waiting()).unwrap();
    serde_json::from_str(&kept).unwrap()
}

fn reloaded(waiting: Vec<PersistedMessage>, ask: bool) -> World {
    let mut world = World::new(ServerConfig::quiet(), 8);
    world.connect();
    world.input(Input::Restore { waiting, ask });
    world.run_for(millis(2_000));
    world
}

fn offline_text() -> (Vec<PersistedMessage>, MessageId) {
    let mut world = World::new(ServerConfig::quiet(), 7);
    world.reachable = false;
    world.connect();
    let text = world.say("only once");
    (kept(&world), text)
}

#[test]
fn a_text_that_another_tab_may_have_sent_is_still_asked_about_after_a_reload() {
    let (waiting, text) = offline_text();
    let copy = reloaded(waiting, true);
    assert_eq!(*copy.state(text), MessageState::Held(Hold::User));
    let copy = reloaded(kept(&copy), false);
    assert_eq!(*copy.state(text), MessageState::Held(Hold::User));
    assert_eq!(copy.received(text), (0, 0));
}

#[test]
fn a_text_that_the_user_had_sent_after_all_is_not_asked_about_again() {
    let (waiting, text) = offline_text();
    let mut copy = reloaded(waiting, true);
    copy.reachable = false;
    copy.drop_connection();
    copy.run_for(millis(50));
    copy.input(Input::SendNow(text));
    let copy = reloaded(kept(&copy), false);
    assert!(copy.is_delivered(text));
}

fn echo_from_another_tab(text: MessageId) -> String {
    let data = format!(r#"{{"text": "only once", "message_id": "{text}"}}"#);
    let echo = format!(r#"{{"client_id": "other", "message_type": "text_input", "message_data": {data}}}"#);
    format!(r#"{{"version": "1.0", "seq": 900, "timestamp": 1.0, "type": "client_message", "data": {echo}}}"#)
}

#[test]
fn a_text_that_another_tab_was_seen_to_send_is_not_offered_again() {
    let (waiting, text) = offline_text();
    let mut copy = reloaded(Vec::new(), false);
    copy.receive(&echo_from_another_tab(text));
    copy.input(Input::Restore { waiting: waiting.clone(), ask: true });
    assert!(copy.link.waiting().is_empty() && !copy.states.contains_key(&text));

    let mut copy = reloaded(waiting, true);
    copy.receive(&echo_from_another_tab(text));
    assert_eq!(*copy.state(text), MessageState::Delivered(Acknowledgement::Echo));
    assert_eq!(copy.received(text), (0, 0));
}

#[test]
fn a_text_from_before_there_was_an_address_goes_to_the_first_one_after_a_reload_too() {
    let mut page = World::new(ServerConfig::quiet(), 7);
    let text = page.say("no address yet");
    let page = reloaded(kept(&page), false);
    assert!(page.is_delivered(text));
}
