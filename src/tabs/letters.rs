//! The other tabs' messages: who they are from, and to which role they go.

use super::member::{Member, State};
use super::message::{Letter, Message, Unreadable};
use super::role::Met;
use crate::link::{self, PageHint};
use crate::protocol::Moment;

impl Member {
    pub(super) fn received(&mut self, now: Moment, text: &str) {
        if self.state == State::Away {
            return;
        }
        match Letter::decode(text) {
            Ok(letter) if letter.from != self.id => self.letter(now, letter),
            Ok(_) | Err(Unreadable::Damaged) => {}
            Err(Unreadable::OtherVersion { version, is_owner }) => self.other_version(now, version, is_owner),
        }
    }

    fn letter(&mut self, now: Moment, letter: Letter) {
        let is_joiner = matches!(letter.message, Message::Hello { position: None, .. } | Message::Bye);
        self.met = self.met.max(if is_joiner { Met::Joiners } else { Met::Members });
        self.highest = self.highest.max(letter.term.number);
        if letter.is_owner && letter.term > self.latest {
            if matches!(letter.message, Message::Claim { .. }) {
                // Whoever claimed an earlier term may have led it unheard.
                self.check_completeness();
            }
            self.latest = letter.term;
        }
        if matches!(letter.message, Message::Bye) {
            self.roster.remove(letter.from);
            return;
        }
        let came_into_view = self.roster.heard(letter.from, letter.hidden, now.mono);
        match self.state {
            State::Leading => {
                if came_into_view {
                    self.sequence(now, link::Input::Hint(PageHint::Visible), None);
                }
                self.letter_to_owner(now, letter);
            }
            State::Claiming { .. } => self.letter_to_claimer(now, letter),
            State::Incompatible { .. } if letter.is_owner => {
                self.state = State::Apart;
                self.letter_to_follower(now, letter);
            }
            State::Apart | State::Following => self.letter_to_follower(now, letter),
            State::Incompatible { .. } | State::Away => {}
        }
    }

    fn other_version(&mut self, now: Moment, version: u32, is_owner: bool) {
        self.met = self.met.max(Met::Joiners);
        match self.state {
            // The other one learns from the answer who the owner is.
            State::Leading if !is_owner => self.post(now, Message::Alive),
            State::Leading | State::Claiming { .. } if is_owner => self.contest(now.mono),
            State::Apart | State::Following | State::Incompatible { .. } if is_owner => {
                self.watch.asked(now.mono);
                self.state = State::Incompatible { version };
            }
            _ => {}
        }
    }
}
