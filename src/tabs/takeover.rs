//! How a tab with the lock collects the entries that it lacks, before it begins its term.

use serde_json::value::RawValue;

use super::follower::is_better;
use super::log::{Entry, Position, Term};
use super::member::{Member, State};
use super::message::{Letter, Message};
use super::replica::Replica;
use super::role::Met;
use super::timing::{CATCH_UP, TIMELY};
use crate::protocol::Moment;

impl Member {
    /// Asks the other tabs for what this one lacks. Without any, it leads at once.
    pub(super) fn claim(&mut self, now: Moment) {
        if let Some(before) = self.watch.owner.take().filter(|before| *before != self.id) {
            self.roster.remove(before);
        }
        if self.replica.position().is_none() && self.met < Met::Members {
            self.lead(now);
            return;
        }
        self.claim_next_term(now);
    }

    fn claim_next_term(&mut self, now: Moment) {
        self.highest += 1;
        self.claimed = Term { number: self.highest, owner: self.id };
        self.state = State::Claiming { until: now.mono + CATCH_UP, was_late: false };
        self.post_claim(now);
    }

    fn post_claim(&mut self, now: Moment) {
        self.check_completeness();
        let position = self.replica.position();
        self.post(now, Message::Claim { position, may_be_behind: self.may_be_behind });
    }

    /// Begins the term once the time for last words is over. If that is noticed late, this tab hung, or its page is hidden.
    /// Then some may still wait in its queue, but before the browser's answer to a question.
    pub(super) fn end_claim(&mut self, now: Moment) {
        let State::Claiming { until, .. } = self.state else { return };
        if self.lock.is_in_doubt() || until > now.mono {
            return;
        }
        if now.mono.duration_since(until) <= TIMELY {
            self.lead(now);
        } else {
            self.state = State::Claiming { until, was_late: true };
            self.check_lock(now.mono);
        }
    }

    pub(super) fn letter_to_claimer(&mut self, now: Moment, letter: Letter) {
        let Letter { is_owner, term, message, .. } = letter;
        if !is_owner && term > self.claimed {
            // This tab had not heard of that term, and whoever knows it heeds no earlier claim.
            self.claim_next_term(now);
        }
        match message {
            Message::Missing { after, entries } if !is_owner => self.fill(after, entries),
            Message::Snapshot { to, may_be_behind, replica, page, .. } if to == self.id && !is_owner => {
                self.take_better(now, may_be_behind, &replica, page);
            }
            Message::Forgot(tab) if tab == self.id => self.may_be_behind |= self.replica.position().is_some(),
            // A tab that has just been opened, and must know what to wait for.
            Message::Hello { .. } => self.post_claim(now),
            // The last words of the owner before.
            Message::Entry(entry)
                if term == self.term && !self.may_be_behind && entry.index == self.replica.lineage().next_index() =>
            {
                self.recent.push(entry.clone());
                self.apply(entry);
            }
            _ if is_owner && term > self.claimed => self.contest(now.mono),
            _ => {}
        }
    }

    /// Appends the entries that continue this tab's log.
    fn fill(&mut self, after: Position, entries: Vec<Entry>) {
        if self.may_be_behind || !self.replica.lineage().contains(after) {
            return;
        }
        let history = after.history;
        for entry in entries {
            if entry.index == self.replica.lineage().next_index() {
                self.recent.push(entry.clone());
                self.apply(entry);
                continue;
            }
            let position = Position { history, term: entry.term, index: entry.index };
            if !self.replica.lineage().contains(position) {
                return;
            }
        }
    }

    fn take_better(&mut self, now: Moment, may_be_behind: bool, replica: &RawValue, page: Option<String>) {
        let Ok(replica) = serde_json::from_str::<Replica>(replica.get()) else { return };
        let Some(position) = replica.position() else { return };
        if is_better((may_be_behind, position), self.may_be_behind, self.replica.position()) {
            self.adopt(now, replica, page);
            self.may_be_behind = may_be_behind;
        }
    }
}
