//! The link's metrics.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use coda_dashboard::link::{Input, LinkEvent, Metrics};
use coda_dashboard::protocol::Command;
use coda_dashboard::sim::{Echo, ServerConfig};

use crate::world::{World, millis, seconds};

fn metrics(world: &World) -> Metrics {
    world.link.metrics(world.clock())
}

#[test]
fn round_trips_and_waits_are_spread_over_their_percentiles() {
    let mut world = World::ready();
    for number in 0..100 {
        world.latency = if number < 90 { millis(1) } else { millis(50) };
        world.say(&number.to_string());
        world.run_for(millis(300));
    }
    let round_trip = metrics(&world).round_trip;
    assert_eq!(round_trip.count, 101, "one ping and a hundred texts");
    assert!(round_trip.p50 < millis(3), "{round_trip:?}");
    assert!(round_trip.p95 > millis(95) && round_trip.max < millis(105), "{round_trip:?}");
    assert_eq!(metrics(&world).queue_wait.count, 100);
    assert_eq!(metrics(&world).outcomes.echoed, 100);
}

#[test]
fn uptime_counts_the_time_that_a_connection_was_wanted_and_there() {
    let mut world = World::new(ServerConfig::quiet(), 3);
    world.run_for(seconds(50));
    assert_eq!(metrics(&world).uptime(), None, "none was wanted");
    world.connect();
    world.run_for(seconds(60));
    world.reachable = false;
    world.drop_connection();
    world.run_for(seconds(30));
    world.reachable = true;
    world.run_for(seconds(30));
    let measured = metrics(&world);
    let uptime = measured.uptime().unwrap();
    assert!((0.65..0.76).contains(&uptime), "{uptime}");
    assert_eq!(measured.reconnects, 1);
    assert!((seconds(30)..seconds(40)).contains(&measured.recovery.max), "{:?}", measured.recovery);
    world.input(Input::Disconnect);
    let offline = metrics(&world);
    world.run_for(seconds(500));
    assert_eq!(metrics(&world).uptime(), offline.uptime(), "being offline on purpose is no outage");
}

#[test]
fn retries_suppressed_duplicates_and_unknown_outcomes_are_counted() {
    let mut world = World::ready();
    world.server.config_mut().echo = Echo::SwallowNext(1);
    world.say("lost echo");
    world.run_for(seconds(3));
    world.send(Command::DemoFlow);
    world.send(Command::DemoFlow);
    world.run_for(seconds(1));
    let measured = metrics(&world);
    assert_eq!(measured.retries, 1);
    assert_eq!((measured.outcomes.proven, measured.outcomes.echoed, measured.outcomes.suppressed), (1, 1, 1));
}

#[test]
fn missed_events_are_counted_as_they_are_told_without_those_that_came_after_all() {
    let mut world = World::ready();
    let conn = world.link.status().phase.conn().expect("a live socket");
    let last = world.server_events().filter_map(|event| event.seq).max().expect("the hello was echoed");
    for ahead in [1_000, 7, 8] {
        let frame = format!(r#"{{"seq":{},"type":"llm_token","data":{{"token":"a"}}}}"#, last + ahead);
        world.input(Input::Frame(conn, frame.into()));
    }
    world.run_for(seconds(2));
    let measured = metrics(&world);
    assert_eq!((measured.missed_open, measured.missed_away, measured.recovered), (997, 0, 2));
    let missed = world.events.iter().filter_map(|event| match event {
        LinkEvent::Resumed { resumed, .. } => Some(resumed.lost()),
        _ => None,
    });
    assert_eq!(missed.sum::<u64>(), measured.missed_open);
}

#[test]
fn rates_are_over_the_last_ten_seconds() {
    let mut world = World::ready();
    for number in 0..40 {
        world.say(&number.to_string());
        world.run_for(millis(250));
    }
    let busy = metrics(&world);
    assert!((3.5..4.5).contains(&busy.frames_out_rate), "{}", busy.frames_out_rate);
    world.run_for(seconds(30));
    let idle = metrics(&world);
    assert!(idle.frames_out_rate < 0.3, "{}", idle.frames_out_rate);
}

#[test]
fn a_message_that_was_written_twice_has_no_round_trip() {
    let mut world = World::ready();
    let before = metrics(&world).round_trip.count;
    world.server.config_mut().echo = Echo::SwallowNext(1);
    let text = world.say("written twice");
    world.run_until_holds("delivered", seconds(5), |world| world.is_delivered(text));
    assert_eq!(metrics(&world).retries, 1);
    assert_eq!(metrics(&world).round_trip.count, before, "nobody knows which copy was answered");
}
