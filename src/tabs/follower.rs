//! What a tab does that is not the owner: it applies the owner's entries, and watches over the owner.

use serde_json::value::RawValue;

use super::io::Action;
use super::lock::LockState;
use super::log::{Entry, Position, Term};
use super::member::{Member, State};
use super::message::{Letter, Message};
use super::replica::Replica;
use super::role::{Met, TabId};
use super::timing::{CATCH_UP, HERE_AFTER, REPEAT_AFTER};
use super::watch::OwnerWatch;
use crate::link::Input;
use crate::protocol::{Instant, Moment};

impl Member {
    pub(super) fn letter_to_follower(&mut self, now: Moment, letter: Letter) {
        let Letter { is_owner, from, term, message, .. } = letter;
        // The last words of an owner are no sign of life of the one that claims the next term.
        let is_current = self.watch.claimed().map_or(term >= self.term, |claimed| term >= claimed);
        if is_owner && is_current {
            self.heard_owner(now, from);
        }
        match message {
            Message::Claim { .. } if term < self.term.max(self.latest) => self.name_later_term(now),
            Message::Claim { position, may_be_behind } if term > self.term => {
                self.watch.expect_begin(term, now.mono);
                self.answer_claim(now, from, position, may_be_behind);
            }
            Message::Begin { base, members } if term > self.term => {
                self.term = term;
                let is_complete = self.state == State::Following && self.replica.position() == Some(base);
                if is_complete && members.contains(&self.id) {
                    self.propose_all(now);
                } else {
                    self.fall_behind(now);
                }
            }
            Message::Snapshot { to, visit, replica, page, .. }
                if to == self.id && visit == self.visit && is_owner && term >= self.term =>
            {
                self.join_term(now, term, &replica, page);
            }
            _ if is_owner && term > self.term => {
                // Its beginning was missed.
                self.term = term;
                self.fall_behind(now);
            }
            Message::Entry(entry) if term == self.term => self.follow(now, entry),
            Message::Forgot(tab) if term == self.term => {
                self.roster.remove(tab);
                if tab == self.id {
                    self.fall_behind(now);
                }
            }
            _ => {}
        }
    }

    fn heard_owner(&mut self, now: Moment, owner: TabId) {
        if let Some(before) = self.watch.heard(owner, now.mono) {
            self.roster.remove(before);
        }
        if now.mono.duration_since(self.posted_at) >= HERE_AFTER {
            self.post(now, Message::Here);
        }
    }

    fn follow(&mut self, now: Moment, entry: Entry) {
        let next = self.replica.lineage().next_index();
        // A tab that lost the lock while it slept looks for the owner before it reads what the one before had said. Its
        // own log goes on with that all the same, and others may be told what it contains.
        let is_apart = self.state == State::Apart && self.replica.position().is_some() && !self.may_be_behind;
        if !(self.state == State::Following || is_apart) || entry.index < next {
            return;
        }
        if entry.index > next {
            self.fall_behind(now);
            return;
        }
        let after = self.replica.position().filter(|_| self.watch.claimed().is_some());
        self.recent.push(entry.clone());
        self.apply(entry.clone());
        if let Some(after) = after {
            // The last words of the owner before come after this tab has answered the new owner, which may not hear them.
            self.post(now, Message::Missing { after, entries: vec![entry] });
        }
    }

    /// Asks for the link's state, because entries are missing or the owner does not have this tab's.
    fn fall_behind(&mut self, now: Moment) {
        self.state = State::Apart;
        self.may_be_behind |= self.replica.position().is_some();
        self.hello(now);
    }

    /// Proposes to a new owner what the log does not contain.
    fn propose_all(&mut self, now: Moment) {
        self.propose_from(now, 0);
    }

    /// Proposes to the owner this and all later proposals.
    pub(super) fn propose_from(&mut self, now: Moment, number: u64) {
        let proposals = self.proposals.post(number, self.replica.era());
        if !proposals.is_empty() {
            self.post(now, Message::Propose(proposals));
        }
    }

    fn join_term(&mut self, now: Moment, term: Term, replica: &RawValue, page: Option<String>) {
        let Ok(replica) = serde_json::from_str::<Replica>(replica.get()) else { return };
        if self.state == State::Following {
            return;
        }
        self.term = term;
        self.state = State::Following;
        self.adopt(now, replica, page);
        self.propose_all(now);
    }

    /// Takes another tab's copy of the link, and proposes the texts that only this tab's contains. If they come from another
    /// log, the user decides on them: its owner may have sent them.
    pub(super) fn adopt(&mut self, now: Moment, replica: Replica, page: Option<String>) {
        let before = std::mem::replace(&mut self.replica, replica);
        self.may_be_behind = false;
        self.recent.clear();
        self.proposals.settle(self.replica.mark(self.id));
        self.actions.push_back(Action::Reset { page });
        let position = before.position();
        if position.is_some_and(|position| self.replica.lineage().contains(position)) {
            return;
        }
        let mut waiting = before.link().waiting();
        waiting.retain(|waiting| !self.replica.link().knows(waiting.id));
        if !waiting.is_empty() {
            let proposal = self.proposal(now, Input::Restore { waiting, ask: position.is_some() });
            self.proposals.keep(proposal);
        }
    }

    /// Answers a claim of a term that is over, or never was the latest. Its sender has not heard of a later one, and claims
    /// another term when it does.
    fn name_later_term(&mut self, now: Moment) {
        let term = self.term.max(self.latest);
        self.posted_at = now.mono;
        let letter = Letter { term, ..self.to_letter(Message::Here) };
        self.actions.push_back(Action::Post(letter.encode()));
    }

    fn answer_claim(&mut self, now: Moment, claimer: TabId, position: Option<Position>, may_be_behind: bool) {
        if let Some(own) = self.replica.position()
            && is_better((self.may_be_behind, own), may_be_behind, position)
        {
            let is_continued = |after: &Position| !may_be_behind && self.replica.lineage().contains(*after);
            let after = position.filter(is_continued);
            match after.and_then(|after| Some((after, self.recent.after(after.index)?))) {
                Some((after, entries)) => self.post(now, Message::Missing { after, entries }),
                None => self.post_snapshot(now, claimer, 0),
            }
        } else {
            self.post(now, Message::Here);
        }
    }

    // ------------------------------------------------------------ watching the owner

    fn rank(&self) -> u32 {
        self.roster.rank(self.id, self.is_hidden, self.watch.owner)
    }

    fn next_question(&self) -> Instant {
        self.watch.next_question(self.state == State::Following, self.rank())
    }

    /// Returns when to steal the lock, or to give up on having stolen it.
    fn next_steal(&self) -> Option<Instant> {
        match self.lock.state {
            LockState::Requested => {
                let at = self.watch.give_up_at(self.rank())?;
                Some(self.watch.last_look.map_or(at, |look| at.max(look.asked_at + REPEAT_AFTER)))
            }
            LockState::Stealing { since } => Some(since + REPEAT_AFTER),
            LockState::None | LockState::Held => None,
        }
    }

    pub(super) fn next_watch(&self) -> Instant {
        let question = self.next_question();
        self.next_steal().map_or(question, |at| at.min(question))
    }

    pub(super) fn watch_owner(&mut self, now: Moment) {
        self.roster.forget(now.mono);
        if self.next_question() <= now.mono {
            if self.state == State::Following {
                self.watch.asked(now.mono);
                self.post(now, Message::Poke);
            } else {
                self.hello(now);
            }
        }
        if self.next_steal().is_none_or(|at| at > now.mono) {
            return;
        }
        if self.lock.state == LockState::Requested {
            self.watch.last_look = Some(self.ask_browser(now.mono));
        } else {
            self.lock.state = LockState::Requested;
            self.watch = OwnerWatch::new(now.mono);
            self.actions.push_back(Action::RequestLock);
        }
    }

    /// Steals the lock after the browser's answer, if the owner was still not heard by then.
    pub(super) fn has_looked(&mut self, now: Moment, number: u64) {
        let Some(look) = self.watch.last_look.filter(|look| look.number == number) else { return };
        if self.lock.state != LockState::Requested || !matches!(self.state, State::Apart | State::Following) {
            return;
        }
        self.watch.last_look = None;
        let is_timely = now.mono.duration_since(look.asked_at) <= CATCH_UP;
        // Otherwise the answer is as old as another sleep.
        if is_timely && self.next_steal().is_some_and(|at| at <= now.mono) {
            // Whoever has it may know the link's state, and needs a moment to hear of its loss.
            self.met = Met::Members;
            self.lock.state = LockState::Stealing { since: now.mono };
            self.actions.push_back(Action::StealLock);
        }
    }
}

/// Whether a tab's state is more complete than a claimer's. Each is a position and whether the log may have gone on
/// without that tab.
pub(super) fn is_better(own: (bool, Position), may_be_behind: bool, position: Option<Position>) -> bool {
    position.is_none_or(|position| {
        let key = |may_be_behind: bool, position: Position| (!may_be_behind, position.term, position.index);
        key(own.0, own.1) > key(may_be_behind, position)
    })
}
