//! The heartbeat detects silent and deaf connections in time and leaves healthy ones alone.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use coda_dashboard::link::{DisconnectReason, Input, PageHint, PhaseKind};
use coda_dashboard::sim::Echo;

use crate::world::{World, millis, seconds};

fn time_to_notice(world: &mut World) -> std::time::Duration {
    world.run_until_holds("the end ", seconds(100), |world| world.phase() != PhaseKind::Ready)
}

#[test]
fn an_idle_healthy_connection_stays_for_a_day() {
    let mut world = World::ready();
    world.run_for(seconds(24 * 3_600));
    assert_eq!(world.opened, 1);
    let pings = world.server.received().iter().filter(|message| message.kind == "ping").count();
    assert!((8_000..10_000).contains(&pings), "{pings} pings a day");
}

#[test]
fn a_half_open_connection_is_found_within_thirteen_seconds_when_idle() {
    let mut world = World::ready();
    world.go_half_open();
    let took = time_to_notice(&mut world);
    assert!(took <= seconds(13), "{took:?}");
    assert_eq!(world.link.status().outage.map(|outage| outage.reason), Some(DisconnectReason::Silent));
}

#[test]
fn a_half_open_connection_is_found_within_six_seconds_while_something_is_in_flight() {
    let mut world = World::seasoned();
    world.go_half_open();
    let id = world.say("hello");
    let took = time_to_notice(&mut world);
    assert!(took <= seconds(6), "{took:?}");
    world.run_for(seconds(2));
    assert!(world.is_delivered(id), "{:?}", world.states[&id]);
    assert_eq!(world.received(id).1, 1);
}

#[test]
fn after_a_pause_a_dead_connection_is_found_within_a_second() {
    for hint in [PageHint::Online, PageHint::Visible] {
        let mut world = World::ready();
        world.go_half_open();
        world.input(Input::Hint(hint));
        let took = time_to_notice(&mut world);
        assert!(took <= seconds(1), "{hint:?}: {took:?}");
    }
}

#[test]
fn after_a_sleep_a_dead_connection_is_found_within_a_second() {
    let mut world = World::ready();
    world.go_half_open();
    world.now = world.now + seconds(3_600);
    let took = time_to_notice(&mut world);
    assert!(took <= seconds(1), "{took:?}");
}

#[test]
fn after_a_sleep_a_living_connection_is_kept() {
    let mut world = World::ready();
    world.now = world.now + seconds(3_600);
    world.run_for(seconds(5));
    assert_eq!((world.phase(), world.opened), (PhaseKind::Ready, 1));
}

#[test]
fn a_deaf_connection_is_found_although_the_server_still_answers() {
    let mut world = World::ready();
    world.server.config_mut().echo = Echo::Never;
    let took = time_to_notice(&mut world);
    assert!(took <= seconds(66), "{took:?}");
    assert_eq!(world.link.status().outage.map(|outage| outage.reason), Some(DisconnectReason::Deaf));
}

#[test]
fn one_lost_echo_is_no_reason_to_leave() {
    let mut world = World::ready();
    world.server.config_mut().echo = Echo::SwallowNext(1);
    world.say("hello");
    world.run_for(seconds(30));
    assert_eq!((world.phase(), world.opened), (PhaseKind::Ready, 1));
}

#[test]
fn a_connection_that_never_holds_is_tried_ever_more_slowly() {
    let mut world = World::ready();
    for _ in 0..8 {
        world.drop_connection();
        world.run_for(millis(3));
        world.run_until_holds("ready", seconds(30), |world| world.phase() == PhaseKind::Ready);
    }
    let before = world.now;
    for _ in 0..10 {
        world.drop_connection();
        world.run_for(millis(3));
        world.run_until_holds("ready", seconds(30), |world| world.phase() == PhaseKind::Ready);
    }
    assert!(
        world.now.duration_since(before) > seconds(15),
        "{:?} for ten reconnects",
        world.now.duration_since(before)
    );
}
