//! A link that is written down and read back goes on as if nothing had happened.

use chrono::{DateTime, Utc};
use coda_dashboard::link::{
    Action, ConnId, DisconnectReason, Hold, Input, Link, LinkConfig, LinkEvent, MessageState, Origin, PhaseKind,
    Submission,
};
use coda_dashboard::protocol::{Command, Instant, Moment};
use coda_dashboard::sim::ServerConfig;
use proptest::prelude::*;

use crate::chaos::{Operation, carry_out, operation};
use crate::world::{World, millis, seconds};

fn run(config: ServerConfig, seed: u64, operations: &[(bool, Operation)]) {
    let mut world = World::new(config, seed);
    world.copy_link();
    world.connect();
    for (number, (copies, operation)) in operations.iter().enumerate() {
        if *copies {
            world.copy_link();
        }
        carry_out(&mut world, operation, number);
    }
    world.run_for(seconds(30));
    let twin = world.twin.as_ref().expect("a twin");
    assert_eq!(twin.status(), world.link.status());
    assert_eq!(twin.metrics(world.clock()), world.link.metrics(world.clock()));
    assert_eq!(serde_json::to_string(twin).unwrap(), serde_json::to_string(&world.link).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_link_read_back_at_any_point_acts_like_the_original(
        seed in any::<u64>(),
        is_talkative in any::<bool>(),
        operations in prop::collection::vec((any::<bool>(), operation()), 1..30),
    ) {
        run(if is_talkative { ServerConfig::default() } else { ServerConfig::quiet() }, seed, &operations);
    }
}

#[test]
fn times_at_the_ends_of_the_calendar_are_read_back() {
    for wall in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let moment = Moment { mono: Instant::from_micros(u64::MAX), wall };
        let text = serde_json::to_string(&moment).unwrap();
        assert_eq!(serde_json::from_str::<Moment>(&text).unwrap(), moment);
    }
}

#[test]
fn every_input_is_read_back() {
    let mut world = World::seasoned();
    world.drop_connection();
    world.say("one");
    let waiting = world.link.waiting();
    for input in [
        Input::Restore { waiting, ask: true },
        Input::Configure(LinkConfig::default()),
        Input::Frame(ConnId(3), "{\"type\": \"x\"}".into()),
        Input::Tick,
        Input::Doubt,
    ] {
        let text = serde_json::to_string(&input).unwrap();
        assert_eq!(serde_json::from_str::<Input>(&text).unwrap(), input);
    }
}

#[test]
fn a_connection_whose_tab_is_gone_is_replaced_at_once() {
    let mut world = World::seasoned();
    let id = world.say("in flight");
    let conn = world.link.status().phase.conn().expect("a connection");
    world.drop_connection();
    world.input(Input::Abandoned(conn));
    let status = world.link.status();
    assert_eq!(status.phase.kind(), PhaseKind::Opening);
    assert_eq!(status.outage.map(|outage| outage.reason), Some(DisconnectReason::TabGone));
    world.run_for(millis(100));
    assert_eq!(world.phase(), PhaseKind::Ready);
    assert!(world.is_delivered(id));
    assert_eq!(world.received(id).1, 1, "acted once");
    world.input(Input::Abandoned(conn));
    assert_eq!(world.phase(), PhaseKind::Ready, "an old socket means nothing");
}

#[test]
fn in_doubt_nothing_is_sent_without_the_user() {
    let mut world = World::seasoned();
    world.reachable = false;
    world.drop_connection();
    world.run_for(millis(10));
    let queued = world.say("queued");
    world.input(Input::Doubt);
    world.reachable = true;
    world.run_for(seconds(15));
    assert_eq!(*world.state(queued), MessageState::Held(Hold::User));
    world.input(Input::SendNow(queued));
    world.run_for(seconds(1));
    assert!(world.is_delivered(queued));
    let written = world.say("written");
    world.input(Input::Doubt);
    assert_eq!(*world.state(written), MessageState::Unconfirmed);
    world.run_for(seconds(1));
    assert!(world.is_delivered(written), "its echo still tells");
    assert_eq!(world.received(written).1, 1);
}

#[test]
fn a_text_that_the_link_has_already_is_not_restored_again() {
    let mut world = World::seasoned();
    world.reachable = false;
    world.drop_connection();
    world.run_for(millis(10));
    let id = world.say("one");
    let waiting = world.link.waiting();
    world.input(Input::Restore { waiting: waiting.clone(), ask: false });
    assert_eq!(world.link.status().queued, 1);
    world.reachable = true;
    world.run_for(seconds(15));
    assert!(world.is_delivered(id));
    world.input(Input::Restore { waiting, ask: false });
    assert_eq!((world.link.status().queued, world.received(id).1), (0, 1));
}

#[test]
fn a_message_can_be_given_its_id() {
    let mut world = World::ready();
    let id = world.say("one");
    let mut link = Link::new(LinkConfig::default(), 3);
    let submission = Submission { command: Command::DemoFlow, origin: Origin::new("test", "send"), resend_of: None };
    link.handle_as(world.clock(), id, Input::Submit(submission));
    assert!(matches!(link.poll_action(), Some(Action::Emit(LinkEvent::Message(status))) if status.id == id));
}
