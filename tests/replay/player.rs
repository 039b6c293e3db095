//! Sends each step at its time, and follows what becomes of it.

use std::sync::Arc;

use coda_dashboard::link::{Input, MessageId, Submission};
use coda_dashboard::protocol::Timestamp;
use coda_dashboard::replay::{DryRun, Ids, ORIGIN, Options, Outcome, Pace, Plan, Player, Recent, ToSend};
use coda_dashboard::sim::ServerConfig;

use crate::plan::{HELLO, LISTEN, out};
use crate::world::World;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn player(pace: Pace, ids: Ids) -> Player {
    let plan = Plan::of(&[out(0, LISTEN), out(1_000, HELLO), out(3_000, LISTEN)]);
    DryRun::of(plan, Options { pace, ids }, &Recent::default()).start(at(10_000), 1)
}

fn due(player: &mut Player, millis: u64) -> usize {
    std::iter::from_fn(|| player.poll(at(millis))).count()
}

#[test]
fn in_original_timing_each_step_comes_at_its_time() {
    let mut player = player(Pace::Times(1), Ids::Fresh);
    assert_eq!(due(&mut player, 10_000), 1);
    assert_eq!(player.due(), Some(at(11_000)));
    assert_eq!(due(&mut player, 10_999), 0);
    assert_eq!(due(&mut player, 11_000), 1);
    assert_eq!(due(&mut player, 20_000), 1);
    assert!(player.is_over());
    assert_eq!(player.due(), None);
}

#[test]
fn at_four_times_the_pace_it_takes_a_quarter_of_the_time() {
    let mut player = player(Pace::Times(4), Ids::Fresh);
    assert_eq!(due(&mut player, 10_249), 1);
    assert_eq!(due(&mut player, 10_750), 2);
}

#[test]
fn a_pause_moves_the_rest() {
    let mut player = player(Pace::Times(1), Ids::Fresh);
    assert_eq!(due(&mut player, 10_000), 1);
    player.pause(at(10_500));
    assert_eq!(due(&mut player, 60_000), 0);
    player.resume(at(60_500));
    assert_eq!(player.due(), Some(at(61_000)));
}

#[test]
fn step_by_step_nothing_is_sent_unasked() {
    let mut player = player(Pace::Step, Ids::Fresh);
    assert_eq!(due(&mut player, 99_000), 0);
    player.step();
    assert_eq!(due(&mut player, 99_000), 1);
    assert_eq!(due(&mut player, 99_000), 0);
}

#[test]
fn waiting_for_answers_goes_on_after_ten_seconds_without_one_and_says_so() {
    let mut player = player(Pace::Answered, Ids::Fresh);
    assert_eq!(due(&mut player, 10_000), 1);
    assert_eq!(due(&mut player, 19_999), 0);
    assert_eq!(due(&mut player, 20_000), 1);
    assert_eq!(player.sent()[0].outcome, Outcome::NoAnswer);
}

#[test]
fn the_same_bytes_are_handed_over_as_they_were() {
    let mut player = player(Pace::Times(1), Ids::Same);
    assert_eq!(player.poll(at(10_000)), Some(ToSend::Bytes(Arc::from(LISTEN))));
}

/// Plays all of it through a link to a simulated server.
fn play(ids: Ids) -> Vec<Outcome> {
    let mut world = World::ready(ServerConfig::quiet());
    let texts = [LISTEN, HELLO, LISTEN];
    let entries: Vec<_> = (0..).zip(texts).map(|(second, text)| out(second * 1_000, text)).collect();
    let options = Options { pace: Pace::Answered, ids };
    let run = DryRun::of(Plan::of(&entries), options, &Recent::default());
    let mut player = run.start(world.clock().mono, world.recorder.numbers().end);
    for _ in 0..100 {
        while let Some(next) = player.poll(world.clock().mono) {
            world.input(match next {
                ToSend::Command(command) => Input::Replay(Submission { command, origin: ORIGIN, again: None }),
                ToSend::Bytes(text) => Input::Raw { text, origin: ORIGIN },
            });
        }
        world.run_for(std::time::Duration::from_millis(50));
        player.look(&world.recorder);
    }
    player.sent().iter().map(|sent| sent.outcome.clone()).collect()
}

#[test]
fn fresh_messages_are_all_echoed_even_equal_ones() {
    let outcomes = play(Ids::Fresh);
    assert_eq!(outcomes.len(), 3);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Echoed(_))), "{outcomes:?}");
}

#[test]
fn of_the_same_bytes_the_second_copy_is_a_duplicate_as_was_foretold() {
    let outcomes = play(Ids::Same);
    assert!(matches!(outcomes[..], [Outcome::Echoed(_), Outcome::Echoed(_), Outcome::Duplicate]), "{outcomes:?}");
}

#[test]
fn ids_are_read_whatever_they_are() {
    assert_eq!(MessageId::parse("not an id"), None);
}
