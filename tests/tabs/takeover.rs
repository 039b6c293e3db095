//! What happens when the owner is closed, crashes or hangs.

use coda_dashboard::link::PhaseKind;
use coda_dashboard::sim::ServerConfig;
use coda_dashboard::tabs::Role;

use crate::world::{World, millis, seconds};

/// Waits until another tab than the first holds a ready connection.
fn wait_for_takeover(world: &mut World, limit: std::time::Duration) -> usize {
    let is_new = |world: &World| world.owner().filter(|owner| *owner != 0);
    world.run_until_holds("a takeover", limit, |world| {
        is_new(world).is_some_and(|owner| world.phase(owner) == PhaseKind::Ready)
    });
    is_new(world).expect("an owner")
}

#[test]
fn a_text_in_flight_when_the_owner_crashes_is_delivered_once() {
    let mut world = World::seasoned(3);
    world.latency = millis(50);
    world.say(1, "one");
    world.run_for(millis(20));
    assert_eq!(world.received("one"), (0, 0), "it is on its way");
    world.crash(0, true);
    wait_for_takeover(&mut world, seconds(1));
    world.run_for(seconds(5));
    assert_eq!(world.received("one").1, 1);
    assert!(world.is_delivered(1, "one") && world.is_delivered(2, "one"));
    world.assert_agreement();
    world.assert_no_violation();
}

#[test]
fn an_answer_goes_on_in_the_other_tab_when_the_owner_is_closed() {
    let mut world = World::new(ServerConfig { greeting: false, ..ServerConfig::default() }, 7);
    world.open();
    world.open();
    world.run_for(seconds(2));
    world.say(0, "tell me a joke");
    world.run_for(millis(700));
    assert_eq!(world.tabs[1].page.answers, 0);
    world.close(0);
    wait_for_takeover(&mut world, seconds(1));
    world.run_until_holds("an answer", seconds(60), |world| world.tabs[1].page.answers == 1);
    assert!(world.is_delivered(1, "tell me a joke"));
    assert_eq!(world.received("tell me a joke"), (1, 1));
}

#[test]
fn queue_and_order_survive_the_owner() {
    let mut world = World::seasoned(2);
    world.reachable = false;
    world.drop_connections();
    world.run_for(millis(100));
    let texts = ["one", "two", "three", "four"];
    for (number, text) in texts.iter().enumerate() {
        world.say(number % 2, text);
        world.run_for(millis(20));
    }
    world.crash(0, false);
    world.run_for(millis(500));
    assert_eq!(world.tabs[1].member.link().status().queued, 4);
    world.reachable = true;
    world.run_for(seconds(15));
    let received: Vec<_> = world.server.received().iter().filter_map(|message| message.data["text"].as_str()).collect();
    assert!(received.ends_with(&texts), "{received:?}");
    assert!(texts.iter().all(|text| world.received(text) == (1, 1) && world.is_delivered(1, text)));
}

#[test]
fn the_memory_of_duplicates_survives_the_owner() {
    let mut world = World::seasoned(2);
    world.say(0, "same");
    world.run_for(millis(50));
    world.close(0);
    wait_for_takeover(&mut world, millis(500));
    world.say(1, "same");
    world.run_for(seconds(5));
    assert_eq!(world.received("same"), (1, 1));
}

#[test]
fn a_text_said_while_there_is_no_owner_is_sent_by_the_next() {
    let mut world = World::seasoned(3);
    world.crash(0, false);
    world.say(1, "to the dead");
    world.run_for(millis(60));
    assert_eq!(world.owner(), None);
    world.say(1, "to nobody");
    world.say(2, "to nobody either");
    wait_for_takeover(&mut world, seconds(1));
    world.run_for(seconds(1));
    for text in ["to the dead", "to nobody", "to nobody either"] {
        assert_eq!(world.received(text), (1, 1), "{text}");
        assert!(world.is_delivered(1, text) && world.is_delivered(2, text), "{text}");
    }
    world.assert_agreement();
}

#[test]
fn a_hung_owner_is_robbed_within_three_seconds_by_one_tab() {
    let mut world = World::seasoned(4);
    world.sleep(0, seconds(60), false);
    let owner = wait_for_takeover(&mut world, seconds(3));
    world.run_for(seconds(5));
    assert_eq!((world.owners(), world.steals()), (vec![owner], 1));
    world.assert_agreement();
}

#[test]
fn an_owner_that_hung_writes_nothing_when_it_goes_on_and_follows_the_new_one() {
    let mut world = World::seasoned(2);
    world.say(0, "before");
    world.run_for(millis(1));
    world.sleep(0, seconds(60), false);
    let owner = wait_for_takeover(&mut world, seconds(3));
    world.say(owner, "meanwhile");
    world.run_for(seconds(1));
    let writes = world.tabs[0].writes;
    world.wake(0);
    world.say(0, "awake");
    world.run_for(seconds(1));
    assert_eq!(world.tabs[0].writes, writes, "it writes nothing");
    assert_eq!((world.role(0), world.role(owner)), (Role::Follower, Role::Owner));
    for text in ["before", "meanwhile", "awake"] {
        assert_eq!(world.received(text).1, 1, "{text}");
    }
    assert!(world.is_delivered(0, "awake") && world.is_delivered(0, "meanwhile"));
    world.assert_agreement();
    world.assert_no_violation();
}

#[test]
fn a_busy_owner_and_one_that_sleeps_briefly_keep_the_lock() {
    let mut world = World::seasoned(3);
    for _ in 0..20 {
        world.sleep(0, millis(900), false);
        world.run_for(seconds(2));
    }
    assert_eq!((world.owner(), world.steals()), (Some(0), 0));
    assert_eq!(world.sockets.opened(), 1);
}

#[test]
fn a_followers_end_changes_nothing() {
    let mut world = World::seasoned(3);
    world.close(1);
    world.crash(2, true);
    world.run_for(seconds(15));
    world.say(0, "one");
    world.run_for(seconds(1));
    assert!(world.is_delivered(0, "one"));
    assert_eq!((world.owner(), world.sockets.opened()), (Some(0), 1));
    assert_eq!(world.tabs[0].member.others(), 0, "both are forgotten");
}
