//! Outgoing messages: each is settled, and none is executed twice.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use coda_dashboard::link::{Acknowledgement, Cancellation, Failure, Input, LinkConfig, MessageState};
use coda_dashboard::protocol::{Command, SttStart};
use coda_dashboard::sim::{Challenge, Echo, ServerConfig};

use crate::world::{World, millis, seconds};

const START: Command = Command::SttStart(SttStart::Continuous);

#[test]
fn a_message_is_delivered_by_its_echo() {
    let mut world = World::ready();
    let id = world.say("hello");
    world.run_for(millis(50));
    assert_eq!(world.state(id), &MessageState::Delivered(Acknowledgement::Echo));
    assert_eq!(world.received(id), (1, 1));
    assert_eq!(world.link.status().counters.round_trip, Some(millis(2)));
}

#[test]
fn one_message_is_in_flight_at_a_time_with_a_gap_between() {
    let mut world = World::ready();
    let ids: Vec<_> = (0..10).map(|number| world.say(&number.to_string())).collect();
    world.run_for(seconds(1));
    assert!(ids.iter().all(|id| world.is_delivered(*id)));
    let texts: Vec<_> = world.server.received().iter().filter(|message| message.kind == "text_input").collect();
    assert_eq!(texts.iter().map(|message| message.data["text"].as_str().unwrap()).collect::<String>(), "0123456789");
    assert!(texts.windows(2).all(|pair| pair[1].at.duration_since(pair[0].at) >= millis(20)));
}

#[test]
fn a_lost_echo_is_asked_for_with_the_same_bytes_and_acts_once() {
    let mut world = World::ready();
    world.server.config_mut().echo = Echo::SwallowNext(1);
    let id = world.say("hello");
    world.run_for(seconds(3));
    assert_eq!(world.state(id), &MessageState::Delivered(Acknowledgement::Duplicate));
    assert_eq!(world.received(id), (2, 1));
}

#[test]
fn a_message_that_the_connection_lost_is_written_again_on_the_next() {
    let mut world = World::seasoned();
    let id = world.say("hello");
    world.drop_connection();
    world.run_for(seconds(2));
    assert!(world.is_delivered(id), "{:?}", world.states[&id]);
    assert_eq!(world.received(id).1, 1);
}

#[test]
fn a_message_whose_echo_the_connection_lost_does_not_act_twice() {
    let mut world = World::seasoned();
    let id = world.say("hello");
    world.run_for(millis(1));
    assert_eq!(world.received(id), (1, 1), "read, and its echo under way");
    world.drop_connection();
    world.run_for(seconds(2));
    assert_eq!(world.state(id), &MessageState::Delivered(Acknowledgement::Duplicate));
    assert_eq!(world.received(id), (2, 1));
}

#[test]
fn after_a_restart_a_text_is_not_sent_again_behind_the_users_back() {
    let mut world = World::seasoned();
    let id = world.say("hello");
    world.run_for(millis(1));
    world.restart_server();
    world.run_for(seconds(6));
    assert_eq!(world.state(id), &MessageState::Unconfirmed);
    let resend_of = world.send_again("hello", id);
    world.run_for(seconds(1));
    assert!(world.is_delivered(resend_of));
    assert_eq!(world.state(id), &MessageState::Cancelled(Cancellation::SentAgain { by: resend_of }));
}

#[test]
fn where_a_restart_cannot_be_ruled_out_a_text_is_not_sent_again_either() {
    let mut world = World::ready();
    let id = world.say("hello");
    world.drop_connection();
    world.run_for(seconds(2));
    assert_eq!(world.state(id), &MessageState::Unconfirmed, "the server's numbers are still too small to tell");
    assert_eq!(world.received(id), (0, 0));
}

#[test]
fn a_server_that_has_said_too_much_since_may_have_forgotten_the_first_copy() {
    let mut world = World::seasoned();
    world.server.config_mut().echo = Echo::SwallowNext(1);
    let id = world.say("hello");
    world.run_for(millis(5));
    let conn = world.link.status().phase.conn().expect("a live socket");
    for seq in 0..500 {
        let frame = format!(r#"{{"type":"llm_token","seq":{},"data":{{"token":"x"}}}}"#, 1_000 + seq);
        world.input(Input::Frame(conn, frame.into()));
    }
    world.run_for(seconds(8));
    assert_eq!(world.received(id), (1, 1));
    assert_eq!(world.state(id), &MessageState::Unconfirmed);
}

#[test]
fn a_server_without_deduplication_is_never_sent_a_second_copy_of_a_text() {
    let mut world = World::new(ServerConfig { challenge: Challenge::None, ..ServerConfig::quiet() }, 9);
    world.connect();
    world.run_for(seconds(2));
    world.server.config_mut().echo = Echo::SwallowNext(1);
    let id = world.say("hello");
    world.run_for(seconds(10));
    assert_eq!(world.received(id), (1, 1));
    assert_eq!(world.state(id), &MessageState::Unconfirmed);
}

#[test]
fn a_turn_with_its_text_settles_what_was_unconfirmed() {
    let mut world =
        World::new(ServerConfig { challenge: Challenge::None, metrics_interval: None, ..ServerConfig::default() }, 9);
    world.connect();
    world.run_for(seconds(2));
    // The turn of the second text begins after this one's, when the text is already unconfirmed.
    world.say("tell me something long");
    world.run_for(millis(100));
    world.server.config_mut().echo = Echo::SwallowNext(1);
    let id = world.say("and then this");
    world.run_until_holds("unconfirmed", seconds(8), |world| world.state(id) == &MessageState::Unconfirmed);
    world.run_for(seconds(120));
    assert_eq!(world.state(id), &MessageState::Delivered(Acknowledgement::Turn));
}

#[test]
fn the_second_of_two_equal_messages_is_held_back_and_points_to_the_first() {
    let mut world = World::ready();
    let first = world.send(Command::DemoFlow);
    let second = world.send(Command::DemoFlow);
    assert_eq!(world.state(second), &MessageState::Suppressed { original: first });
    world.run_for(millis(100));
    assert_eq!(world.server.received().iter().filter(|message| message.kind == "demo_flow").count(), 1);
}

#[test]
fn what_was_held_back_is_sent_when_the_user_says_so_and_only_once() {
    let mut world = World::ready();
    let first = world.say("hello");
    let held_back = world.say("hello");
    assert_eq!(world.state(held_back), &MessageState::Suppressed { original: first });
    let resend_of = world.send_again("hello", held_back);
    let double_click = world.send_again("hello", held_back);
    assert_eq!(world.state(double_click), &MessageState::Suppressed { original: resend_of });
    world.run_for(millis(100));
    assert!(world.is_delivered(resend_of));
    assert_eq!(
        world.server.received().iter().filter(|message| message.acted && message.kind == "text_input").count(),
        2
    );
}

#[test]
fn stopping_passes_everything_that_waits() {
    let mut world = World::ready();
    world.say("one");
    world.say("two");
    let stop = world.send(Command::TtsStop);
    world.run_for(millis(25));
    assert_eq!(world.received(stop), (1, 1), "it did not wait for the texts");
}

#[test]
fn what_nobody_can_still_want_is_not_sent_after_an_outage() {
    let mut world = World::ready();
    world.reachable = false;
    world.drop_connection();
    world.run_for(millis(5));
    let start = world.send(START);
    let demo = world.send(Command::DemoFlow);
    let text = world.say("still wanted");
    world.run_for(seconds(3));
    assert_eq!(world.state(start), &MessageState::Expired);
    assert_eq!(world.state(demo), &MessageState::Queued);
    world.run_for(seconds(60));
    assert_eq!(world.state(demo), &MessageState::Expired);
    world.reachable = true;
    world.run_for(seconds(12));
    assert!(world.is_delivered(text));
    assert_eq!(world.received(start), (0, 0));
}

#[test]
fn press_and_release_while_offline_undo_each_other() {
    let mut world = World::new(ServerConfig::quiet(), 1);
    let start = world.send(START);
    let stop = world.send(Command::SttStop);
    assert_eq!(world.state(start), &MessageState::Cancelled(Cancellation::Undone { by: stop }));
    assert_eq!(world.state(stop), &MessageState::Cancelled(Cancellation::Undone { by: start }));
}

#[test]
fn a_full_queue_hands_the_message_back_with_the_reason() {
    let mut world = World::new(ServerConfig::quiet(), 1);
    for number in 0..256 {
        world.say(&number.to_string());
    }
    let id = world.say("one too many");
    assert_eq!(world.state(id), &MessageState::Failed(Failure::QueueFull { limit: 256 }));
}

#[test]
fn a_frame_that_the_server_would_not_take_is_refused_with_its_size() {
    let mut world = World::ready();
    let id = world.say(&"ü".repeat(6 * 1024 * 1024));
    assert!(matches!(world.state(id), MessageState::Failed(Failure::TooLarge { bytes, .. }) if *bytes > 12_000_000));
    let fits = world.say(&"x".repeat(10 * 1024 * 1024 - 400));
    world.run_for(seconds(1));
    assert!(world.is_delivered(fits));
}

#[test]
fn a_message_that_waits_can_be_taken_back() {
    let mut world = World::new(ServerConfig::quiet(), 1);
    let id = world.say("never mind");
    world.input(Input::Cancel(id));
    world.connect();
    world.run_for(seconds(1));
    assert_eq!(world.state(id), &MessageState::Cancelled(Cancellation::ByUser));
    assert_eq!(world.received(id), (0, 0));
}

#[test]
fn nothing_is_written_while_the_socket_has_too_much_to_send() {
    let mut world = World::ready();
    let conn = world.link.status().phase.conn().expect("a live socket");
    world.input(Input::Buffered(conn, u32::MAX));
    let id = world.say("hello");
    world.run_for(seconds(1));
    assert_eq!(world.received(id), (0, 0));
    world.input(Input::Buffered(conn, 0));
    world.run_for(millis(50));
    assert!(world.is_delivered(id));
}

#[test]
fn texts_outlive_a_reload_in_their_order_and_only_unsent_ones_are_sent() {
    let mut before = World::ready();
    let written = before.say("written");
    before.run_for(millis(1));
    before.go_half_open();
    let waits = before.say("waits");
    let waits_too = before.say("waits too");
    let kept = before.link.waiting();
    assert_eq!(kept.iter().map(|text| text.was_written).collect::<Vec<_>>(), [true, false, false]);

    let mut after = World::new(ServerConfig::quiet(), 11);
    after.input(Input::Restore { waiting: kept, ask: false });
    after.connect();
    after.run_for(seconds(1));
    assert_eq!(after.state(written), &MessageState::Unconfirmed, "the server may have read it");
    assert!(after.is_delivered(waits) && after.is_delivered(waits_too));
    let texts = after.server.received().iter().filter(|message| message.kind == "text_input");
    assert_eq!(texts.map(|message| message.data["text"].as_str().unwrap()).collect::<Vec<_>>(), ["waits", "waits too"]);
    assert_eq!(after.link.waiting().len(), 1);
    after.input(Input::Cancel(written));
    assert_eq!(after.state(written), &MessageState::Cancelled(Cancellation::Left));
    assert!(after.link.waiting().is_empty());
}

#[test]
fn the_late_echo_of_a_text_from_before_a_reload_settles_it() {
    let mut before = World::ready();
    let written = before.say("written");
    before.go_half_open();

    let mut after = World::new(ServerConfig::quiet(), 11);
    after.input(Input::Restore { waiting: before.link.waiting(), ask: false });
    after.connect();
    after.run_for(seconds(1));
    assert_eq!(after.state(written), &MessageState::Unconfirmed);
    let conn = after.link.status().phase.conn().expect("a live socket");
    let data = format!(r#"{{"text":"written","message_id":"{written}"}}"#);
    let echo = format!(
        r#"{{"seq":2,"type":"client_message","data":{{"client_id":"before","message_type":"text_input","message_data":{data}}}}}"#
    );
    after.input(Input::Frame(conn, echo.into()));
    assert_eq!(after.state(written), &MessageState::Delivered(Acknowledgement::Echo));
}

#[test]
fn a_wider_window_lets_so_many_messages_be_in_flight_and_no_more() {
    let mut world = World::ready();
    world.latency = millis(200);
    world.input(Input::Configure(LinkConfig { window: 4, gap: millis(0), ..LinkConfig::default() }));
    let ids: Vec<_> = (0..10).map(|number| world.say(&number.to_string())).collect();
    assert_eq!(world.link.status().in_flight, 4);
    world.run_for(seconds(3));
    assert!(ids.iter().all(|id| world.is_delivered(*id)));
}

#[test]
fn a_connection_that_flaps_does_not_leave_texts_unconfirmed() {
    let mut world = World::seasoned();
    for number in 0..40 {
        let id = world.say(&format!("flap {number}"));
        let is_written = |world: &World| matches!(world.state(id), MessageState::Written { .. });
        world.run_until_holds("written", seconds(11), is_written);
        world.drop_connection();
        world.run_until_holds("an ending", seconds(5), |world| !is_written(world));
        assert!(world.is_delivered(id), "{number}: {:?}", world.states[&id]);
    }
}

#[test]
fn a_turn_with_a_text_proves_that_it_was_read_although_its_echo_never_comes() {
    let mut world = World::ready();
    world.server.config_mut().echo = Echo::Never;
    let text = world.say("what is two and two?");
    world.run_for(millis(50));
    world.receive(
        r#"{"type": "conversation_turn", "seq": 900, "data": {"role": "user", "content": "what is two and two?"}}"#,
    );
    world.restart_server();
    world.run_until_holds("an ending", seconds(15), |world| world.state(text).is_final());
    assert_eq!(*world.state(text), MessageState::Delivered(Acknowledgement::Turn));
    assert_eq!(world.received(text).0, 1, "nothing was written again");
}

#[test]
fn a_message_in_flight_cannot_be_taken_back_and_still_stops_its_double() {
    let mut world = World::ready();
    world.latency = millis(50);
    let first = world.say("once");
    assert!(matches!(world.state(first), MessageState::Written { .. }));
    world.input(Input::Cancel(first));
    let second = world.say("once");
    assert_eq!(*world.state(second), MessageState::Suppressed { original: first });
}
