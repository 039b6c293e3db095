//! What the owner does: it sequences the inputs of the group's link.

use super::log::{Entry, Source, Term};
use super::member::{Member, State};
use super::message::{Letter, Message};
use super::proposals::Proposal;
use super::role::TabId;
use super::timing::{RECENT_POST, REPEAT_AFTER};
use crate::link::{Input, PageHint};
use crate::protocol::Moment;

impl Member {
    /// Puts an input into the log. The others have it before anything comes of it.
    pub(super) fn sequence(&mut self, now: Moment, input: Input, source: Option<Source>) {
        let (term, index) = (self.term, self.replica.lineage().next_index());
        let entry = Entry { term, index, at: self.replica.next_moment(now), source, input };
        if !self.roster.is_empty() {
            self.recent.push(entry.clone());
            self.post(now, Message::Entry(entry.clone()));
        }
        self.apply(entry);
    }

    pub(super) fn letter_to_owner(&mut self, now: Moment, letter: Letter) {
        let Letter { is_owner, from, term, message, .. } = letter;
        if is_owner {
            if term > self.term {
                self.contest(now.mono);
            } else {
                self.post(now, Message::Alive);
            }
            return;
        }
        if term > self.term {
            // A tab that has followed a later owner would ignore this one.
            self.renew_term(now);
        }
        match message {
            Message::Hello { visit, .. } => self.post_snapshot(now, from, visit),
            Message::Poke if now.mono.duration_since(self.posted_at) >= RECENT_POST => self.post(now, Message::Alive),
            Message::Online => self.online(now),
            Message::Propose(proposals) if term == self.term => self.carry_out(now, from, proposals),
            _ => {}
        }
    }

    fn carry_out(&mut self, now: Moment, from: TabId, proposals: Vec<Proposal>) {
        for proposal in proposals {
            if proposal.number > self.replica.mark(from) {
                let source = proposal.source(from);
                self.sequence(now, proposal.input, Some(source));
            }
        }
    }

    /// Handles a network that is there again. All tabs report it at the same time.
    pub(super) fn online(&mut self, now: Moment) {
        if self.last_online.is_none_or(|last| now.mono.duration_since(last) >= REPEAT_AFTER) {
            self.last_online = Some(now.mono);
            self.sequence(now, Input::Hint(PageHint::Online), None);
        }
    }

    /// Starts another term of this owner.
    pub(super) fn renew_term(&mut self, now: Moment) {
        self.highest += 1;
        self.term = Term { number: self.highest, owner: self.id };
        self.post_begin(now);
    }

    fn post_begin(&mut self, now: Moment) {
        if let Some(base) = self.replica.position().filter(|_| !self.roster.is_empty()) {
            let members = self.roster.ids();
            self.post(now, Message::Begin { base, members });
        }
    }

    /// Begins the term of this tab, which has the lock and all entries that it could get.
    pub(super) fn lead(&mut self, now: Moment) {
        self.check_completeness();
        self.state = State::Leading;
        self.watch.owner = Some(self.id);
        self.highest = self.highest.max(self.claimed.number).max(self.term.number);
        if self.claimed.number < self.highest || self.claimed <= self.term {
            self.highest += 1;
            self.claimed = Term { number: self.highest, owner: self.id };
        }
        self.term = self.claimed;
        let is_new = self.replica.position().is_none();
        if is_new {
            let history = self.random();
            self.replica.begin(history, self.term);
        }
        self.post_begin(now);
        if is_new {
            // They take effect with the connection that follows.
            while let Some(recall) = self.proposals.take_recall() {
                self.carry_out_own(now, recall);
            }
            self.sequence(now, Input::Connect { url: self.url.clone() }, None);
        } else if let Some(conn) = self.replica.live_conn() {
            self.sequence(now, Input::Abandoned(conn), None);
        }
        if std::mem::take(&mut self.may_be_behind) {
            self.sequence(now, Input::Doubt, None);
        }
        for proposal in self.proposals.take(self.replica.era()) {
            self.carry_out_own(now, proposal);
        }
    }

    pub(super) fn carry_out_own(&mut self, now: Moment, proposal: Proposal) {
        let source = proposal.source(self.id);
        self.sequence(now, proposal.input, Some(source));
    }

    /// Does what is due while this tab is the owner.
    pub(super) fn lead_on(&mut self, now: Moment) {
        for tab in self.roster.forget(now.mono) {
            self.post(now, Message::Forgot(tab));
        }
        let are_hidden = self.is_hidden && self.roster.are_hidden();
        if are_hidden != self.replica.is_hidden {
            let hint = if are_hidden { PageHint::Hidden } else { PageHint::Visible };
            self.sequence(now, Input::Hint(hint), None);
        }
        if self.replica.link().next_wakeup().is_some_and(|wakeup| wakeup.at <= now.mono) {
            self.sequence(now, Input::Tick, None);
        }
    }
}
