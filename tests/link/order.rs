//! Incoming events: each is delivered once, replays are merged, restarts and gaps are reported.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use coda_dashboard::link::{ConnId, GapReport, Input, Link, LinkConfig, LinkEvent};
use coda_dashboard::protocol::Event;
use coda_dashboard::sim::ServerConfig;

use crate::world::{World, millis, seconds};

fn frame(seq: u64, token: &str) -> String {
    format!(r#"{{"version":"1.0","seq":{seq},"timestamp":5.0,"type":"llm_token","data":{{"token":"{token}"}}}}"#)
}

fn replay(seqs: &[u64]) -> String {
    let events: Vec<String> = seqs.iter().map(|seq| frame(*seq, &seq.to_string())).collect();
    format!(r#"{{"type":"replay","events":[{}]}}"#, events.join(","))
}

/// A connected link that receives further frames from the test. The simulated server has answered its first ping.
fn scripted() -> (World, ConnId) {
    let mut world = World::ready();
    world.reachable = false;
    let conn = world.link.status().phase.conn().expect("a live socket");
    (world, conn)
}

fn receive(world: &mut World, conn: ConnId, text: &str) {
    world.input(Input::Frame(conn, text.into()));
}

fn tokens(world: &World) -> Vec<String> {
    let token = |event: &Event| match event {
        Event::LlmToken(token) => Some(token.token.clone()),
        _ => None,
    };
    world.server_events().filter_map(|event| token(&event.event)).collect()
}

fn resumed(world: &World) -> Vec<GapReport> {
    let resumed = |event: &LinkEvent| match event {
        LinkEvent::Resumed { resumed, .. } => Some(*resumed),
        _ => None,
    };
    world.events.iter().filter_map(resumed).collect()
}

#[test]
fn a_replay_fills_a_gap_and_applies_each_event_once() {
    let (mut world, conn) = scripted();
    receive(&mut world, conn, &frame(100, "100"));
    receive(&mut world, conn, &frame(104, "104"));
    receive(&mut world, conn, &replay(&[99, 100, 102, 104]));
    receive(&mut world, conn, &replay(&[102, 103]));
    assert_eq!(tokens(&world), ["100", "104", "99", "102", "103"]);
    world.run_for(seconds(1));
    let last = resumed(&world).pop().expect("a gap was noticed");
    assert_eq!((last.missed, last.recovered, last.restarted), (3, 2, false));
}

#[test]
fn a_replay_that_comes_first_is_put_before_the_live_events() {
    let (mut world, conn) = scripted();
    receive(&mut world, conn, &frame(100, "100"));
    world.reachable = true;
    world.drop_connection();
    // The simulated server's sequence numbers are below 100, so it looks restarted.
    world.run_for(seconds(1));
    let last = resumed(&world).pop().expect("told");
    assert!(last.restarted);
    assert_eq!(last.epoch, 2);
}

#[test]
fn a_quiet_reconnect_misses_nothing_that_was_numbered_but_more_is_unknown() {
    let mut world = World::ready();
    world.run_for(seconds(6));
    world.drop_connection();
    world.run_for(seconds(1));
    let last = resumed(&world).pop().expect("told");
    assert_eq!(
        last,
        GapReport { epoch: 1, reconnected: true, restarted: false, missed: 0, recovered: 0, more_unknown: true }
    );
}

#[test]
fn server_times_become_times_of_day() {
    let mut world = World::new(ServerConfig { metrics_interval: Some(seconds(1)), ..ServerConfig::quiet() }, 4);
    world.connect();
    world.run_for(seconds(5));
    let now = world.clock().wall.timestamp_millis();
    let times: Vec<i64> = world.server_events().map(|event| event.time.timestamp_millis()).collect();
    assert!(!times.is_empty());
    assert!(times.iter().all(|time| (now - 6_000..=now).contains(time)), "{times:?} at {now}");
    assert!(times.is_sorted());
}

fn timed(seq: u64, timestamp: f64) -> String {
    format!(r#"{{"seq":{seq},"timestamp":{timestamp},"type":"llm_token","data":{{"token":"a"}}}}"#)
}

/// Returns by how many milliseconds the last event's mapped time precedes its arrival.
fn shown_early(world: &World) -> i64 {
    let event = world.server_events().last().expect("an event");
    event.at.wall.timestamp_millis() - event.time.timestamp_millis()
}

#[test]
fn a_step_of_the_servers_clock_leaves_no_wrong_time_behind() {
    // Servers send two kinds of timestamps: monotonic seconds, and seconds since 1970.
    for is_wall in [false, true] {
        for step in [-3_600.0, -60.0, 60.0] {
            let (mut world, conn) = scripted();
            let origin = if is_wall { seconds_of(&world) } else { 20_000.0 };
            receive(&mut world, conn, &timed(200, origin));
            world.run_for(seconds(1));
            receive(&mut world, conn, &timed(201, origin + 1.0));
            assert_eq!(shown_early(&world), 0);
            for seq in 202..206_u32 {
                world.run_for(seconds(1));
                receive(&mut world, conn, &timed(seq.into(), origin + f64::from(seq - 200) + step));
                assert_eq!(shown_early(&world), 0, "step {step}, wall clock: {is_wall}, event {seq}");
            }
            receive(&mut world, conn, &format!(r#"{{"type":"replay","events":[{}]}}"#, timed(150, origin - 9.0)));
            assert!(shown_early(&world) >= 0, "nothing is later than its arrival");
        }
    }
}

/// The local wall clock in seconds since 1970.
fn seconds_of(world: &World) -> f64 {
    #[expect(clippy::cast_precision_loss)]
    let millis = world.clock().wall.timestamp_millis() as f64;
    millis / 1_000.0
}

#[test]
fn nothing_that_a_server_can_send_stops_the_link() {
    let mut world = World::ready();
    let conn = world.link.status().phase.conn().expect("a live socket");
    let deep = "[".repeat(100_000);
    let nested = r#"{"type":"replay","events":[{"type":"replay","events":[]},{"type":"llm_token","seq":1e999}]}"#;
    for text in ["", "null", "{}", r#"{"type":null}"#, nested, &deep, r#"{"type":"auth_challenge"}"#, "\u{0}"] {
        receive(&mut world, conn, text);
    }
    world.input(Input::Binary(conn, 12));
    let id = world.say("still there?");
    world.run_for(millis(100));
    assert!(world.is_delivered(id));
    assert!(world.link.status().counters.unreadable >= 6);
}

#[test]
fn events_that_overtake_each_other_are_each_applied_once_at_once_and_nothing_was_missed() {
    let (mut world, conn) = scripted();
    let last = world.server_events().filter_map(|event| event.seq).max().expect("the hello was echoed");
    for (ahead, token) in [(1, "a"), (3, "c"), (2, "b"), (3, "c again"), (2, "b again"), (4, "d")] {
        receive(&mut world, conn, &frame(last + ahead, token));
    }
    assert_eq!(tokens(&world), ["a", "c", "b", "d"]);
    assert!(world.server_events().all(|event| event.epoch == 1), "no restart");
    world.run_for(seconds(2));
    assert_eq!(resumed(&world), []);
}

#[test]
fn what_is_still_missing_after_a_second_was_missed_within_the_connection() {
    let (mut world, conn) = scripted();
    let last = world.server_events().filter_map(|event| event.seq).max().expect("the hello was echoed");
    receive(&mut world, conn, &frame(last + 4, "d"));
    receive(&mut world, conn, &frame(last + 2, "b"));
    world.run_for(millis(999));
    assert_eq!(resumed(&world), []);
    world.run_for(millis(1));
    let gap =
        GapReport { epoch: 1, reconnected: false, restarted: false, missed: 3, recovered: 1, more_unknown: false };
    assert_eq!(resumed(&world), [gap]);
    world.run_for(seconds(5));
    assert_eq!(resumed(&world), [gap], "told once");
}

#[test]
fn a_replay_that_comes_just_after_the_live_events_counts_as_recovered() {
    let (mut world, conn) = scripted();
    let last = world.server_events().filter_map(|event| event.seq).max().expect("the hello was echoed");
    receive(&mut world, conn, &frame(last + 3, "c"));
    receive(&mut world, conn, &replay(&[last + 1, last + 2]));
    world.run_for(seconds(2));
    assert_eq!(resumed(&world), []);
}

#[test]
fn an_event_that_came_and_could_not_be_read_was_not_missed() {
    let (mut world, conn) = scripted();
    let last = world.server_events().filter_map(|event| event.seq).max().expect("the hello was echoed");
    let broken = |seq: u64| format!(r#"{{"seq":{seq},"type":"llm_token","data":{{"token":5}}}}"#);
    receive(&mut world, conn, &broken(last + 1));
    receive(&mut world, conn, &frame(last + 2, "b"));
    receive(&mut world, conn, &frame(last + 4, "d"));
    receive(&mut world, conn, &format!(r#"{{"type":"replay","events":[{}]}}"#, broken(last + 3)));
    world.run_for(seconds(2));
    assert_eq!(tokens(&world), ["b", "d"]);
    assert_eq!(world.link.status().counters.unreadable, 2);
    assert_eq!(resumed(&world), []);
}

fn session(seq: u64, id: &str) -> String {
    format!(r#"{{"version":"1.0","seq":{seq},"type":"conversation_start","data":{{"session_id":"{id}"}}}}"#)
}

fn sessions(world: &World) -> Vec<String> {
    let id = |event: &Event| match event {
        Event::ConversationStart(start) => Some(start.session_id.0.clone()),
        _ => None,
    };
    world.server_events().filter_map(|event| id(&event.event)).collect()
}

/// Reloads the page: another link, which is told what the first one has received.
fn reload(world: &mut World) -> ConnId {
    let received = serde_json::to_string(&world.link.received()).expect("written");
    world.link = Link::new(LinkConfig::default(), 9);
    world.events.clear();
    let received = serde_json::from_str(&received).expect("read");
    world.input(Input::Recall { url: "ws://localhost:8765".into(), received });
    accept(world)
}

/// Lets a little more than a second pass, with nothing on the network.
fn pass_a_second(world: &mut World) {
    world.now = world.now + millis(1_100);
    world.input(Input::Tick);
}

/// Connects the link to a server that does no more than the test says.
fn accept(world: &mut World) -> ConnId {
    world.reachable = false;
    world.connect();
    let conn = world.link.status().phase.conn().expect("a live socket");
    world.input(Input::Opened(conn));
    receive(world, conn, r#"{"type":"auth_challenge","data":{"token":"t"}}"#);
    receive(world, conn, r#"{"type":"auth_result","data":{"success":true,"client_id":"c"}}"#);
    conn
}

#[test]
fn after_a_reload_a_replay_brings_only_what_is_new() {
    let mut world = World::new(ServerConfig::quiet(), 7);
    let conn = accept(&mut world);
    receive(&mut world, conn, &session(60, "a"));
    receive(&mut world, conn, &frame(61, "61"));
    receive(&mut world, conn, &frame(64, "64"));
    let conn = reload(&mut world);
    let events = [session(60, "a"), frame(61, "61"), frame(62, "62"), frame(64, "64"), frame(66, "66")];
    receive(&mut world, conn, &format!(r#"{{"type":"replay","events":[{}]}}"#, events.join(",")));
    receive(&mut world, conn, &frame(70, "70"));
    pass_a_second(&mut world);
    assert_eq!(tokens(&world), ["62", "66", "70"]);
    assert_eq!(sessions(&world), Vec::<String>::new());
    assert_eq!(resumed(&world), [], "the page was not there");
    receive(&mut world, conn, &frame(72, "72"));
    pass_a_second(&mut world);
    assert_eq!(resumed(&world).len(), 1, "now it was");
}

#[test]
fn a_restart_that_numbers_have_passed_is_known_by_its_session() {
    let mut world = World::new(ServerConfig::quiet(), 7);
    let conn = accept(&mut world);
    receive(&mut world, conn, &session(60, "a"));
    let conn = reload(&mut world);
    let events = [session(3, "b"), frame(4, "4")];
    receive(&mut world, conn, &format!(r#"{{"type":"replay","events":[{}]}}"#, events.join(",")));
    receive(&mut world, conn, &frame(70, "70"));
    assert_eq!(sessions(&world), ["b"]);
    assert_eq!(tokens(&world), ["4", "70"]);
    let epochs: Vec<u32> = world.server_events().map(|event| event.epoch).collect();
    assert!(epochs.iter().all(|epoch| *epoch == 2), "{epochs:?}");
}

#[test]
fn what_was_received_from_another_server_counts_for_nothing() {
    let mut world = World::new(ServerConfig::quiet(), 7);
    let conn = accept(&mut world);
    receive(&mut world, conn, &frame(60, "60"));
    let received = world.link.received();
    world.link = Link::new(LinkConfig::default(), 9);
    world.events.clear();
    world.input(Input::Recall { url: "ws://elsewhere:1".into(), received });
    let conn = accept(&mut world);
    receive(&mut world, conn, &frame(1, "1"));
    assert_eq!(tokens(&world), ["1"]);
}
