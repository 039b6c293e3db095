//! The simulated bad network.

use std::time::Duration;

use crate::protocol::Instant;
use crate::sim::{Conditions, Direction, Network, Passed};

const START: Instant = Instant::from_millis(1_000);

fn numbers(passed: &[(Instant, Passed)], way: Direction) -> Vec<u32> {
    let frames = passed.iter().filter_map(|(_, passed)| match passed {
        Passed::Frame(own, text) if *own == way => Some(text.parse().unwrap()),
        _ => None,
    });
    frames.collect()
}

/// Sends a hundred frames each way, one per millisecond, and returns the outputs with their times.
fn run(conditions: Conditions, connection: u32) -> Vec<(Instant, Passed)> {
    let mut network = Network::new(conditions, connection, START);
    for number in 0..100_u64 {
        let now = START + Duration::from_millis(number);
        network.enter(now, Direction::ToPage, number.to_string().into());
        network.enter(now, Direction::ToServer, number.to_string().into());
    }
    let mut passed = Vec::new();
    while let Some(at) = network.next_wakeup() {
        while let Some(one) = network.poll(at) {
            let is_lost = one == Passed::Lost;
            passed.push((at, one));
            if is_lost {
                return passed;
            }
        }
    }
    passed
}

#[test]
fn a_good_network_passes_all_in_order() {
    let passed = run(Conditions::default(), 1);
    assert_eq!(numbers(&passed, Direction::ToPage), (0..100).collect::<Vec<_>>());
    assert_eq!(numbers(&passed, Direction::ToServer), (0..100).collect::<Vec<_>>());
}

#[test]
fn delay_and_jitter_hold_frames_back_and_none_overtakes_another() {
    let (delay, jitter) = (Duration::from_millis(50), Duration::from_millis(30));
    let passed = run(Conditions { delay, jitter, seed: 1, ..Conditions::default() }, 1);
    assert_eq!(numbers(&passed, Direction::ToPage), (0..100).collect::<Vec<_>>());
    let (first, last) = (passed[0].0, passed[passed.len() - 1].0);
    assert!(first >= START + delay);
    assert!(last > START + Duration::from_millis(149) && last <= START + Duration::from_millis(99) + delay + jitter);
}

#[test]
fn about_as_many_frames_are_dropped_and_doubled_as_was_asked_for() {
    let dropping = run(Conditions { drop_percent: 20, seed: 3, ..Conditions::default() }, 1);
    assert!((60..=180).contains(&dropping.len()), "{} of 200 came", dropping.len());
    let doubling = run(Conditions { duplicate_percent: 20, seed: 3, ..Conditions::default() }, 1);
    assert!((215..=270).contains(&doubling.len()), "{} came of 200", doubling.len());
}

#[test]
fn a_connection_breaks_about_when_it_should_and_nothing_comes_after() {
    let mean_lifetime = Some(Duration::from_millis(40));
    let passed =
        run(Conditions { mean_lifetime, delay: Duration::from_millis(5), seed: 9, ..Conditions::default() }, 1);
    let (at, last) = &passed[passed.len() - 1];
    assert_eq!(last, &Passed::Lost);
    assert!((20..=60).contains(&at.duration_since(START).as_millis()), "after {:?}", at.duration_since(START));
}

#[test]
fn the_same_seed_gives_a_connection_the_same_fate_and_another_connection_another() {
    let conditions = Conditions {
        jitter: Duration::from_millis(9),
        drop_percent: 10,
        duplicate_percent: 10,
        seed: 42,
        ..Conditions::default()
    };
    assert_eq!(run(conditions, 1), run(conditions, 1));
    assert_ne!(run(conditions, 1), run(conditions, 2));
}

#[test]
fn conditions_that_are_lifted_leave_what_is_on_its_way_in_order() {
    let delay = Duration::from_millis(50);
    let mut network = Network::new(Conditions { delay, ..Conditions::default() }, 1, START);
    network.enter(START, Direction::ToPage, "slow".into());
    network.set_conditions(Conditions::default(), START);
    network.enter(START, Direction::ToPage, "fast".into());
    assert_eq!(network.poll(START), None);
    let later = START + delay;
    let came = [network.poll(later), network.poll(later)].map(|passed| match passed {
        Some(Passed::Frame(Direction::ToPage, text)) => text.to_string(),
        other => panic!("{other:?}"),
    });
    assert_eq!(came, ["slow", "fast"]);
}
