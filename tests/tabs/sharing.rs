//! What tabs share while nothing goes wrong.

use coda_dashboard::link::{
    self, Cancellation, Input as LinkInput, Link, LinkConfig, LinkEvent, MessageId, MessageState, Origin,
    PersistedMessage, PhaseKind, Submission,
};
use coda_dashboard::protocol::Command;
use coda_dashboard::sim::ServerConfig;
use coda_dashboard::tabs::{Input, Role};

use crate::world::{World, millis, seconds};

#[test]
fn the_second_tab_shows_the_same_conversation_and_opens_no_socket() {
    let mut world = World::with_tabs(1);
    world.say(0, "before");
    world.run_for(seconds(1));
    let late = world.open();
    world.run_for(millis(100));
    assert_eq!((world.role(0), world.role(late)), (Role::Owner, Role::Follower));
    assert_eq!(world.phase(late), PhaseKind::Ready);
    assert!(world.is_delivered(late, "before"));
    world.assert_agreement();
    world.say(0, "after");
    world.run_for(seconds(1));
    assert!(world.is_delivered(late, "after"));
    world.assert_agreement();
    assert_eq!(world.sockets.opened(), 1);
}

#[test]
fn a_followers_text_is_written_once_by_the_owner_and_its_fate_shows_in_all_tabs() {
    let mut world = World::with_tabs(3);
    for (tab, text) in ["zero", "one", "two"].into_iter().enumerate() {
        world.say(tab, text);
    }
    world.run_for(seconds(1));
    for text in ["zero", "one", "two"] {
        assert_eq!(world.received(text), (1, 1), "{text}");
        assert!((0..3).all(|tab| world.is_delivered(tab, text)), "{text}");
    }
    world.assert_agreement();
    world.assert_no_violation();
    assert_eq!(world.sockets.opened(), 1);
}

#[test]
fn tabs_that_start_at_once_agree_on_one_owner() {
    let mut world = World::new(ServerConfig::quiet(), 3);
    for _ in 0..5 {
        world.open();
    }
    world.run_for(millis(500));
    assert_eq!(world.owners().len(), 1);
    assert_eq!(world.sockets.opened(), 1);
    world.assert_agreement();
    world.assert_no_violation();
}

#[test]
fn an_answer_shows_in_all_tabs_also_in_one_that_opens_meanwhile() {
    let mut world = World::new(ServerConfig { greeting: false, ..ServerConfig::default() }, 7);
    world.open();
    world.open();
    world.run_for(seconds(2));
    world.say(1, "tell me a joke");
    world.run_for(millis(700));
    let late = world.open();
    world.run_until_holds("an answer", seconds(60), |world| world.tabs[0].page.answers == 1);
    world.run_for(millis(50));
    assert_eq!(world.tabs[late].page.answers, 1);
    world.assert_agreement();
}

#[test]
fn a_tab_brings_along_the_texts_that_only_it_has() {
    let mut world = World::seasoned(1);
    let mut link = Link::new(LinkConfig::default(), 7);
    let now = world.moment(world.now);
    let command = Command::TextInput { text: "said before".into() };
    link.handle(now, LinkInput::Submit(Submission { command, origin: Origin::new("test", "send"), resend_of: None }));
    while link.poll_action().is_some() {}
    let joiner = world.open_as(link);
    world.run_for(seconds(5));
    assert_eq!(world.received("said before"), (1, 1));
    assert!(world.is_delivered(0, "said before") && world.is_delivered(joiner, "said before"));
    world.assert_agreement();
}

#[test]
fn a_tab_that_leaves_for_another_address_leaves_the_texts_to_the_others() {
    let mut world = World::seasoned(2);
    world.reachable = false;
    world.drop_connections();
    world.run_for(millis(100));
    world.say(1, "waits");
    world.run_for(millis(100));
    let mut link = world.part(1);
    assert!(link.waiting().is_empty());
    let left = MessageState::Cancelled(Cancellation::LeftToOthers);
    let is_left = |action| matches!(action, link::Action::Emit(LinkEvent::Message(status)) if status.state == left);
    assert!(std::iter::from_fn(|| link.poll_action()).any(is_left));
    world.reachable = true;
    world.run_for(seconds(30));
    assert_eq!(world.received("waits"), (1, 1));
}

#[test]
fn a_text_for_a_third_address_stays_with_the_tab_that_leaves() {
    let mut world = World::seasoned(2);
    let waiting = PersistedMessage {
        id: MessageId::parse("6f1c2c1e-8a3e-4a55-9b0f-0d7a8c8f4f10").unwrap(),
        text: "for another".into(),
        url: "ws://elsewhere/".into(),
        created: world.moment(world.now).wall,
        was_written: false,
        asks: false,
    };
    world.link_input(1, LinkInput::Restore { waiting: vec![waiting], ask: false });
    world.run_for(millis(100));
    let link = world.part(1);
    assert_eq!(link.waiting().iter().map(|text| text.text.as_str()).collect::<Vec<_>>(), ["for another"]);
}

#[test]
fn the_last_tab_takes_its_texts_along() {
    let mut world = World::seasoned(1);
    world.reachable = false;
    world.drop_connections();
    world.run_for(millis(100));
    world.say(0, "waits");
    let link = world.part(0);
    assert_eq!(link.waiting().len(), 1);
}

#[test]
fn equal_texts_from_two_tabs_within_a_second_are_one() {
    let mut world = World::with_tabs(2);
    world.say(0, "same");
    world.run_for(millis(100));
    world.say(1, "same");
    world.run_for(seconds(1));
    assert_eq!(world.received("same"), (1, 1));
    let states: Vec<_> = world.tabs[1].page.messages.values().filter_map(|(.., states)| states.last()).collect();
    assert!(states.iter().any(|state| matches!(state, MessageState::Suppressed { .. })), "{states:?}");
}

#[test]
fn the_texts_of_a_duplicated_tab_are_sent_once() {
    let mut world = World::seasoned(1);
    world.reachable = false;
    world.drop_connections();
    world.run_for(millis(100));
    world.say(0, "waits");
    // The browser copies the session storage, in which the page keeps what waits.
    let waiting = world.tabs[0].member.waiting();
    let copy = world.open();
    world.link_input(copy, LinkInput::Restore { waiting: waiting.clone(), ask: false });
    world.run_for(millis(100));
    world.reachable = true;
    world.run_for(seconds(15));
    world.link_input(copy, LinkInput::Restore { waiting, ask: false });
    world.run_for(seconds(15));
    assert_eq!(world.received("waits"), (1, 1));
    assert!(world.is_delivered(copy, "waits"));
    world.assert_agreement();
}

#[test]
fn nothing_is_posted_while_a_tab_is_alone() {
    let mut world = World::with_tabs(1);
    let before = world.tabs[0].posts;
    for text in ["one", "two", "three"] {
        world.say(0, text);
        world.run_for(seconds(20));
    }
    assert_eq!(world.tabs[0].posts, before);
    let other = world.open();
    world.run_for(millis(100));
    assert!(world.tabs[0].posts > before);
    world.close(other);
    world.run_for(millis(100));
    let after = world.tabs[0].posts;
    world.say(0, "four");
    world.run_for(seconds(20));
    assert_eq!(world.tabs[0].posts, after, "alone again");
    assert!(world.is_delivered(0, "four"));
}

#[test]
fn the_link_counts_as_hidden_only_while_all_tabs_are() {
    let mut world = World::with_tabs(2);
    let is_hidden = |world: &World| {
        let link = serde_json::to_value(world.tabs[1].member.link()).unwrap();
        link["connection"]["hidden"].as_bool().unwrap()
    };
    world.show(0, false);
    world.run_for(seconds(2));
    assert!(!is_hidden(&world));
    world.show(1, false);
    world.run_for(seconds(2));
    assert!(is_hidden(&world));
    world.show(1, true);
    world.run_for(millis(100));
    assert!(!is_hidden(&world));
}

#[test]
fn damaged_messages_are_ignored() {
    let mut world = World::with_tabs(2);
    let letters = [
        "",
        "not JSON",
        "[]",
        "{}",
        "{\"v\":1,\"owner\":true}",
        "{\"v\":1,\"owner\":true,\"body\":{\"from\":1,\"message\":\"Alive\"}}",
        "{\"v\":1,\"owner\":true,\"body\":{\"from\":1,\"term\":{\"number\":9,\"owner\":1},\"hidden\":false,\"message\":{\"Entry\":5}}}",
    ];
    for tab in [0, 1] {
        for letter in letters {
            world.input(tab, Input::Received(letter.into()));
        }
    }
    let damaged_snapshot = "{\"v\":1,\"owner\":true,\"body\":{\"from\":1,\"term\":{\"number\":1,\"owner\":1},\"hidden\":false,\
         \"message\":{\"Snapshot\":{\"to\":2,\"may_be_behind\":false,\"replica\":{\"link\":1},\"page\":null}}}}";
    world.input(1, Input::Received(damaged_snapshot.into()));
    world.say(1, "one");
    world.run_for(seconds(1));
    assert!(world.is_delivered(0, "one") && world.is_delivered(1, "one"));
    assert_eq!(world.owners().len(), 1);
    world.assert_agreement();
}
