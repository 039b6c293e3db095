//! One tab of the group: its state, and what it does with each input.

use std::collections::VecDeque;

use super::io::{Action, Input};
use super::lock::Lock;
use super::log::{Entry, RecentEntries, Term};
use super::message::{Letter, Message, SnapshotPost};
use super::proposals::Proposals;
use super::replica::Replica;
use super::role::{Met, Role, TabId};
use super::roster::Roster;
use super::timing::INCOMPATIBLE_RETRY;
use super::watch::OwnerWatch;
use crate::link::{self, Link, PersistedMessage};
use crate::protocol::{Instant, Moment};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Needs the link's state, because it has none or may have missed entries.
    Apart,
    /// Applies the owner's entries.
    Following,
    /// Has the lock and asks for entries that it lacks.
    Claiming {
        until: Instant,
        /// Whether its timer was late, so that it begins after the answer of the browser.
        was_late: bool,
    },
    /// Has the lock and sequences the link's inputs.
    Leading,
    /// The owner has this other version.
    Incompatible { version: u32 },
    /// The page is frozen or gone.
    Away,
}

/// A tab that shares its link with the other tabs of its group, those that show the Coda at one address.
#[derive(Debug)]
pub struct Member {
    pub(super) id: TabId,
    pub(super) url: String,
    pub(super) rng: fastrand::Rng,
    pub(super) state: State,
    pub(super) lock: Lock,
    pub(super) replica: Replica,
    /// Whether the log may have gone on without this tab, so that its state must not be acted on without the user.
    pub(super) may_be_behind: bool,
    /// The term that this tab leads or follows.
    pub(super) term: Term,
    /// The largest number of a term that this tab has heard of.
    pub(super) highest: u64,
    /// The latest term of which this tab has heard the owner.
    pub(super) latest: Term,
    /// The term that this tab claims.
    pub(super) claimed: Term,
    pub(super) roster: Roster,
    pub(super) met: Met,
    /// How often this tab has looked for the owner.
    pub(super) visit: u64,
    pub(super) proposals: Proposals,
    pub(super) recent: RecentEntries,
    pub(super) is_hidden: bool,
    pub(super) watch: OwnerWatch,
    pub(super) posted_at: Instant,
    pub(super) last_input: Instant,
    /// The end of the last sleep.
    pub(super) woke_at: Option<Instant>,
    /// Inputs that wait until it is known whether this tab still has the lock.
    pub(super) held: VecDeque<Input>,
    pub(super) last_online: Option<Instant>,
    pub(super) actions: VecDeque<Action>,
}

impl Member {
    /// Creates the member of a tab that joins the group of the Coda at `url`. If there is none yet, it connects to it.
    ///
    /// `id` and `seed` are random. `link` is what the tab used so far: that of a new group, which in an older one gives way
    /// to the group's. `now` and the times of all later inputs are on a clock that all tabs share, give or take some
    /// milliseconds.
    #[must_use]
    pub fn new(id: TabId, url: String, link: Link, seed: u64, is_hidden: bool, now: Moment) -> Self {
        let mut member = Self {
            id,
            url,
            state: State::Apart,
            lock: Lock::new(now.mono),
            replica: Replica::new(link),
            rng: fastrand::Rng::with_seed(seed),
            may_be_behind: false,
            term: Term::default(),
            highest: 0,
            latest: Term::default(),
            claimed: Term::default(),
            roster: Roster::default(),
            met: Met::Nobody,
            visit: 0,
            proposals: Proposals::default(),
            recent: RecentEntries::default(),
            is_hidden,
            watch: OwnerWatch::new(now.mono),
            posted_at: now.mono,
            last_input: now.mono,
            woke_at: None,
            held: VecDeque::new(),
            last_online: None,
            actions: VecDeque::new(),
        };
        member.join(now);
        member
    }

    /// Processes an input. Drain [`Self::poll_action`] afterwards.
    pub fn handle(&mut self, now: Moment, input: Input) {
        self.notice_sleep(now.mono);
        self.check_lease(now.mono);
        self.last_input = now.mono;
        self.dispatch(now, input);
        self.advance(now);
    }

    /// Returns the next action to carry out. Call until it returns `None`.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// Returns when to send [`Input::Tick`]; `None` if only an input can change anything. Valid until the next
    /// [`Self::handle`].
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Instant> {
        if let Some(check) = self.lock.next_check() {
            return Some(check);
        }
        match self.state {
            State::Away => None,
            State::Apart | State::Following => Some(self.next_watch()),
            State::Claiming { until, .. } => Some(until.max(self.last_input)),
            State::Leading => {
                let link = self.replica.link().next_wakeup().map(|wakeup| wakeup.at);
                link.into_iter().chain(self.roster.next_forget()).min()
            }
            State::Incompatible { .. } => Some(self.watch.repeat_at(INCOMPATIBLE_RETRY)),
        }
    }

    /// Returns this tab's copy of the link.
    #[must_use]
    pub const fn link(&self) -> &Link {
        self.replica.link()
    }

    /// Returns the unsettled texts, for [`link::Input::Restore`] after a reload: those of the link, and this tab's that the
    /// link does not have yet.
    #[must_use]
    pub fn waiting(&self) -> Vec<PersistedMessage> {
        self.link().waiting().into_iter().chain(self.unheard()).collect()
    }

    /// The texts that the group has not taken in.
    fn unheard(&self) -> impl Iterator<Item = PersistedMessage> {
        let of_group = |text: PersistedMessage| {
            let url = if text.url.is_empty() { self.url.as_str().into() } else { text.url };
            PersistedMessage { url, ..text }
        };
        self.proposals.texts().map(of_group)
    }

    /// Returns what this tab is to the others.
    #[must_use]
    pub const fn role(&self) -> Role {
        match self.state {
            State::Apart | State::Claiming { .. } | State::Away => Role::Joining,
            State::Following => Role::Follower,
            State::Leading => Role::Owner,
            State::Incompatible { version } => Role::Incompatible { version },
        }
    }

    /// Whether this tab is the owner, and not in doubt about it because it may have hung.
    #[must_use]
    pub fn is_certain_owner(&self) -> bool {
        self.state == State::Leading && !self.lock.is_in_doubt()
    }

    /// Returns how often an owner could not be sure of having all entries. What tabs have written down since the last time may
    /// be unknown to this one.
    #[must_use]
    pub const fn doubts(&self) -> u64 {
        self.replica.doubts()
    }

    /// Returns the number of other tabs that this one has recently heard of.
    #[must_use]
    pub fn others(&self) -> usize {
        self.roster.len()
    }

    /// Whether this tab is the one that calls the user, with a sound or a notification: a visible one if there is any. Of
    /// several tabs that know of each other, exactly one is it.
    #[must_use]
    pub fn is_foremost(&self) -> bool {
        self.roster.rank(self.id, self.is_hidden, None) == 0
    }

    /// Returns the address of the group's Coda.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the link to go on with alone after [`Input::Leave`], with actions to poll, and the texts that it does not have
    /// yet, to be restored. Its unsettled messages stay with the other tabs, if there are any.
    #[must_use]
    pub fn into_link(self, now: Moment) -> (Link, Vec<PersistedMessage>) {
        let unheard = self.unheard().collect();
        let mut link = self.replica.into_link();
        if !self.roster.is_empty() {
            link.handle(now, link::Input::LeaveToOthers);
        }
        (link, unheard)
    }

    // ------------------------------------------------------------ inputs

    pub(super) fn dispatch(&mut self, now: Moment, input: Input) {
        if self.lock.is_in_doubt() && matches!(input, Input::Link(_) | Input::Received(_)) {
            self.held.push_back(input);
            return;
        }
        match input {
            Input::Link(input) => self.link_input(now, input),
            Input::Received(text) => self.received(now, &text),
            Input::LockGranted => self.lock_granted(now),
            Input::LockChecked { check, is_held } => self.lock_checked(now, check, is_held),
            Input::LockLost => self.lock_lost(now),
            Input::Leave => self.leave(now),
            Input::Return if self.state == State::Away => self.join(now),
            Input::Return | Input::Tick => {}
        }
    }

    /// Does everything that is due.
    fn advance(&mut self, now: Moment) {
        if let Some(check) = self.lock.next_check() {
            if check <= now.mono {
                self.check_lock(now.mono);
            }
            return;
        }
        self.end_claim(now);
        match self.state {
            State::Leading => self.lead_on(now),
            State::Apart | State::Following => self.watch_owner(now),
            State::Incompatible { .. } if self.watch.repeat_at(INCOMPATIBLE_RETRY) <= now.mono => self.hello(now),
            State::Claiming { .. } | State::Incompatible { .. } | State::Away => {}
        }
    }

    // ------------------------------------------------------------ shared by the roles

    /// Notes that the log may have gone on, if another tab has led a term that this one does not know.
    pub(super) fn check_completeness(&mut self) {
        if let Some(position) = self.replica.position() {
            self.may_be_behind |= self.latest > self.term.max(position.term);
        }
    }

    /// Returns the term of this tab's messages.
    const fn own_term(&self) -> Term {
        if matches!(self.state, State::Claiming { .. }) { self.claimed } else { self.term }
    }

    pub(super) fn to_letter(&self, message: Message) -> Letter {
        Letter {
            is_owner: matches!(self.state, State::Leading | State::Claiming { .. }),
            from: self.id,
            term: self.own_term(),
            hidden: self.is_hidden,
            message,
        }
    }

    pub(super) fn post(&mut self, now: Moment, message: Message) {
        self.posted_at = now.mono;
        self.actions.push_back(Action::Post(self.to_letter(message).encode()));
    }

    pub(super) fn post_snapshot(&mut self, now: Moment, to: TabId, visit: u64) {
        let Ok(replica) = serde_json::value::to_raw_value(&self.replica) else { return };
        self.posted_at = now.mono;
        let letter =
            self.to_letter(Message::Snapshot { to, visit, may_be_behind: self.may_be_behind, replica, page: None });
        self.actions.push_back(Action::PostSnapshot(SnapshotPost(letter)));
    }

    pub(super) fn random(&mut self) -> u64 {
        self.rng.u64(1..)
    }

    /// Adds an entry to this tab's copy of the log.
    pub(super) fn apply(&mut self, entry: Entry) {
        let is_leading = self.state == State::Leading;
        let actions = &mut self.actions;
        self.replica.apply(entry, |action| {
            if is_leading || matches!(action, link::Action::Emit(_)) {
                actions.push_back(Action::Link(action));
            }
        });
        self.proposals.settle(self.replica.mark(self.id));
    }
}
