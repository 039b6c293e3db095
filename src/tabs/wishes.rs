//! What this tab's user, page and socket give to the link.

use super::member::{Member, State};
use super::message::Message;
use super::proposals::Proposal;
use crate::link::{self, MessageId, PageHint};
use crate::protocol::Moment;

impl Member {
    pub(super) fn link_input(&mut self, now: Moment, input: link::Input) {
        match input {
            link::Input::Hint(hint) => self.hint(now, hint),
            link::Input::Connect { url } if url != self.url => {}
            link::Input::Opened(_)
            | link::Input::Frame(..)
            | link::Input::Binary(..)
            | link::Input::Closed(..)
            | link::Input::Buffered(..)
            | link::Input::HttpAnswered(_) => {
                if self.state == State::Leading {
                    self.sequence(now, input, None);
                }
            }
            // These are the group's own.
            link::Input::Abandoned(_) | link::Input::Doubt | link::Input::LeaveToOthers | link::Input::Tick => {}
            link::Input::Connect { .. }
            | link::Input::Disconnect
            | link::Input::RetryNow
            | link::Input::Submit(_)
            | link::Input::Replay(_)
            | link::Input::Raw { .. }
            | link::Input::Restore { .. }
            | link::Input::Recall { .. }
            | link::Input::Cancel(_)
            | link::Input::SendNow(_)
            | link::Input::Configure(_) => self.propose(now, input),
        }
    }

    fn propose(&mut self, now: Moment, input: link::Input) {
        let proposal = self.proposal(now, input);
        if self.state == State::Leading {
            self.carry_out_own(now, proposal);
            return;
        }
        let number = proposal.number;
        self.proposals.keep(proposal);
        if self.state == State::Following {
            self.propose_from(now, number);
        }
    }

    pub(super) fn proposal(&mut self, now: Moment, input: link::Input) -> Proposal {
        let id = MessageId::random(&mut self.rng);
        self.proposals.number(input, id, now.wall)
    }

    fn hint(&mut self, now: Moment, hint: PageHint) {
        match hint {
            PageHint::Hidden => self.is_hidden = true,
            PageHint::Visible => self.is_hidden = false,
            PageHint::Online => {}
        }
        match (self.state, hint) {
            // Whether all pages are hidden is found with everything else that is due.
            (State::Leading, PageHint::Hidden)
            | (State::Apart | State::Claiming { .. } | State::Incompatible { .. } | State::Away, _) => {}
            (State::Leading, PageHint::Visible) => self.sequence(now, link::Input::Hint(hint), None),
            (State::Leading, PageHint::Online) => self.online(now),
            (State::Following, PageHint::Online) => self.post(now, Message::Online),
            (State::Following, _) => self.post(now, Message::Here),
        }
    }
}
