//! Tabs that are frozen and come back.

use coda_dashboard::link::{Hold, Input as LinkInput, MessageState, PhaseKind};
use coda_dashboard::sim::ServerConfig;
use coda_dashboard::tabs::Role;

use crate::world::{URL, World, millis, seconds};

#[test]
fn a_page_that_is_hidden_for_good_hands_over_and_is_back_within_a_second() {
    let mut world = World::seasoned(2);
    world.sleep(0, seconds(30), true);
    world.run_until_holds("a handover", seconds(1), |world| {
        world.owner() == Some(1) && world.phase(1) == PhaseKind::Ready
    });
    assert_eq!(world.steals(), 0);
    world.say(1, "meanwhile");
    world.run_for(seconds(35));
    world.sleep(0, seconds(20), true);
    world.run_for(seconds(20));
    world.run_until_holds("a return", seconds(1), |world| world.role(0) == Role::Follower);
    assert!(world.is_delivered(0, "meanwhile"));
    world.assert_agreement();
    world.assert_no_violation();
}

#[test]
fn a_lone_page_closes_its_connection_and_connects_again_within_a_second() {
    let mut world = World::seasoned(1);
    world.say(0, "before");
    world.run_for(millis(500));
    world.sleep(0, seconds(30), true);
    world.run_for(seconds(1));
    assert!(world.sockets.open().is_empty());
    assert_eq!(world.locks.holder(), None);
    world.run_for(seconds(29));
    world.run_until_holds("a return", seconds(1), |world| world.phase(0) == PhaseKind::Ready);
    assert!(world.is_delivered(0, "before"), "it still knows");
    assert_eq!(world.received("before"), (1, 1));
}

#[test]
fn a_text_that_another_tab_may_have_sent_is_left_to_the_user() {
    let mut world = World::seasoned(2);
    world.run_for(seconds(1));
    world.say(1, "perhaps");
    world.sleep(1, seconds(10), true);
    world.run_for(seconds(1));
    assert_eq!(world.received("perhaps"), (1, 1));
    world.close(0);
    world.run_for(seconds(20));
    assert_eq!(world.role(1), Role::Owner);
    let states = world.tabs[1].page.text("perhaps").expect("the text");
    let last = states.last().expect("a state");
    let is_safe =
        matches!(last, MessageState::Held(Hold::User) | MessageState::Delivered(_) | MessageState::Unconfirmed);
    assert!(is_safe || world.tabs[1].page.echoes.contains("perhaps"), "{states:?}");
    assert_eq!(world.received("perhaps"), (1, 1));
}

#[test]
fn a_follower_that_missed_entries_asks_for_the_link_as_it_is() {
    let mut world = World::seasoned(3);
    let before = world.snapshots;
    world.say(0, "one");
    world.lose_posts_to(2);
    world.run_for(millis(50));
    world.say(0, "two");
    world.run_for(seconds(1));
    assert!(world.snapshots > before);
    assert!(world.is_delivered(2, "one") && world.is_delivered(2, "two"));
    world.assert_agreement();
}

#[test]
fn an_owner_posts_nothing_for_a_tab_that_is_long_asleep_and_tells_it_all_when_it_wakes() {
    let mut world = World::seasoned(2);
    world.sleep(1, seconds(60), false);
    world.run_for(seconds(15));
    let posts = world.tabs[0].posts;
    world.say(0, "one");
    world.run_for(seconds(40));
    assert_eq!(world.tabs[0].posts, posts);
    world.run_for(seconds(6));
    assert!(world.is_delivered(1, "one"));
    assert_eq!((world.role(0), world.role(1)), (Role::Owner, Role::Follower));
    world.assert_agreement();
}

#[test]
fn hidden_tabs_whose_timers_run_once_a_second_take_over_too() {
    let mut world = World::seasoned(3);
    world.show(1, false);
    world.show(2, false);
    world.run_for(seconds(5));
    world.close(0);
    world.run_until_holds("a takeover", millis(1_300), |world| world.owner().is_some());
    world.run_for(seconds(1));
    let owner = world.owner().expect("an owner");
    assert_eq!(world.phase(owner), PhaseKind::Ready);
    world.assert_agreement();
}

#[test]
fn what_an_earlier_visit_received_is_not_repeated_to_a_new_group() {
    let replayed = [false, true].map(|is_recalled| {
        let mut world = World::new(ServerConfig { greeting: false, ..ServerConfig::default() }, 7);
        world.open();
        world.run_for(seconds(2));
        world.say(0, "tell me a joke");
        world.run_until_holds("an answer", seconds(60), |world| world.tabs[0].page.answers == 1);
        let received = world.tabs[0].member.link().received();
        world.close(0);
        let tab = world.open();
        if is_recalled {
            world.link_input(tab, LinkInput::Recall { url: URL.into(), received });
        }
        world.run_for(seconds(1));
        assert_eq!(world.phase(tab), PhaseKind::Ready);
        world.tabs[tab].page.replayed
    });
    assert!(replayed[0] > 0 && replayed[1] == 0, "{replayed:?}");
}

#[test]
fn a_copy_of_the_link_from_before_a_tab_left_does_not_count_when_it_is_back() {
    let mut world = World::seasoned(1);
    let tab = world.open();
    world.run_until_holds("a copy on its way", seconds(1), |world| world.snapshots > 0);
    // It is frozen with the copy unread, says goodbye to the owner, and misses what happens next.
    world.sleep(tab, millis(22), true);
    world.run_for(millis(15));
    world.say(0, "missed");
    world.run_for(millis(8));
    world.close(0);
    world.run_for(seconds(30));
    assert_eq!(world.role(tab), Role::Owner);
    assert_eq!(world.received("missed").1, 1);
}
