//! Tabs of another build of the program.

use std::sync::Arc;
use std::time::Duration;

use coda_dashboard::link::{self, Input as LinkInput, Link, LinkConfig, Origin, Submission};
use coda_dashboard::protocol::{Command, Instant, Moment};
use coda_dashboard::tabs::{Action, Input, Member, Role, TabId};

use crate::world::{URL, seconds};

/// A tab alone with what it is told.
struct Tab {
    member: Member,
    now: Moment,
    requests: usize,
    steals: usize,
    opened: usize,
    posts: Vec<String>,
}

impl Tab {
    fn new() -> Self {
        let now = Moment { mono: Instant::from_millis(1_000), ..Moment::default() };
        let member = Member::new(TabId(1), URL.into(), Link::new(LinkConfig::default(), 4), 5, false, now);
        let mut tab = Self { member, now, requests: 0, steals: 0, opened: 0, posts: Vec::new() };
        tab.drain();
        tab
    }

    fn input(&mut self, input: Input) {
        self.member.handle(self.now, input);
        self.drain();
    }

    fn hears(&mut self, text: &str) {
        self.input(Input::Received(Arc::from(text)));
    }

    fn drain(&mut self) {
        while let Some(action) = self.member.poll_action() {
            match action {
                Action::RequestLock => self.requests += 1,
                Action::StealLock => self.steals += 1,
                Action::Link(link::Action::Open { .. }) => self.opened += 1,
                Action::Post(text) => self.posts.push(text),
                _ => {}
            }
        }
    }

    /// Fires the timer as it becomes due. `each` is called each time.
    fn run_for(&mut self, span: Duration, mut each: impl FnMut(&mut Self)) {
        let until = self.now.mono + span;
        while let Some(at) = self.member.next_wakeup().filter(|at| *at <= until) {
            self.now.mono = self.now.mono.max(at);
            self.input(Input::Tick);
            each(self);
        }
        self.now.mono = until;
    }
}

const OLDER_OWNER: &str = "{\"v\":0,\"owner\":true,\"body\":{\"anything\":[1,2]}}";
const OLDER_FOLLOWER: &str = "{\"v\":0,\"owner\":false,\"body\":\"Hello\"}";

#[test]
fn a_tab_that_meets_an_owner_of_another_build_opens_nothing_and_steals_nothing() {
    let mut tab = Tab::new();
    tab.hears(OLDER_OWNER);
    assert_eq!(tab.member.role(), Role::Incompatible { version: 0 });
    tab.run_for(seconds(60), |_| {});
    assert_eq!((tab.opened, tab.steals, tab.requests), (0, 0, 1));
    assert_eq!(tab.member.role(), Role::Incompatible { version: 0 });
}

#[test]
fn it_takes_its_turn_once_that_owner_is_gone_with_what_its_user_said_meanwhile() {
    let mut tab = Tab::new();
    tab.hears(OLDER_OWNER);
    let command = Command::TextInput { text: "kept".into() };
    let submission = Submission { command, origin: Origin::new("test", "send"), resend_of: None };
    tab.input(Input::Link(LinkInput::Submit(submission)));
    assert_eq!(tab.member.waiting().len(), 1, "a reload does not lose it");
    tab.run_for(seconds(10), |tab| tab.hears(OLDER_OWNER));
    tab.input(Input::LockGranted);
    tab.run_for(seconds(1), |_| {});
    assert_eq!((tab.member.role(), tab.opened), (Role::Owner, 1));
    assert_eq!((tab.member.link().status().queued, tab.member.waiting().len()), (1, 1));
}

#[test]
fn an_owner_tells_a_tab_of_another_build_that_it_is_there() {
    let mut tab = Tab::new();
    tab.input(Input::LockGranted);
    assert_eq!(tab.member.role(), Role::Owner);
    let before = tab.posts.len();
    tab.hears(OLDER_FOLLOWER);
    assert_eq!(tab.member.role(), Role::Owner);
    assert_eq!(tab.posts.len(), before + 1);
    assert!(tab.posts.iter().skip(before).all(|post| post.starts_with("{\"v\":1,\"owner\":true,")));
}

#[test]
fn followers_of_another_build_are_no_reason_to_wait() {
    let mut tab = Tab::new();
    tab.hears(OLDER_FOLLOWER);
    assert_eq!(tab.member.role(), Role::Joining);
    tab.input(Input::LockGranted);
    assert_eq!((tab.member.role(), tab.opened), (Role::Owner, 1));
}
