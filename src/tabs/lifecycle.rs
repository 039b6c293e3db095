//! A tab's coming and going: joining the group, leaving it, and sleep.

use super::io::Action;
use super::lock::LockState;
use super::member::{Member, State};
use super::message::Message;
use super::role::Met;
use super::timing::ASLEEP;
use super::watch::OwnerWatch;
use crate::protocol::{Instant, Moment};

impl Member {
    /// Looks for the owner, and queues for the lock.
    pub(super) fn join(&mut self, now: Moment) {
        self.state = State::Apart;
        self.visit += 1;
        self.last_input = now.mono;
        self.watch = OwnerWatch::new(now.mono);
        if self.lock.state == LockState::None {
            self.lock.state = LockState::Requested;
            self.actions.push_back(Action::RequestLock);
        }
        self.hello(now);
    }

    pub(super) fn leave(&mut self, now: Moment) {
        if self.state == State::Away {
            return;
        }
        if self.state == State::Leading {
            self.close_socket();
        }
        self.may_be_behind |= self.met > Met::Nobody && self.replica.position().is_some();
        self.state = State::Away;
        self.lock.settle();
        if self.met > Met::Nobody {
            self.post(now, Message::Bye);
        }
        if self.lock.state != LockState::None {
            self.lock.state = LockState::None;
            self.actions.push_back(Action::ReleaseLock);
        }
        // Of what waited for the lock, the user's part is not lost.
        self.handle_held(now);
    }

    pub(super) fn hello(&mut self, now: Moment) {
        self.watch.asked(now.mono);
        self.post(now, Message::Hello { visit: self.visit, position: self.replica.position() });
    }

    /// Notices that this tab has been asleep, in which it heard nobody.
    pub(super) fn notice_sleep(&mut self, now: Instant) {
        // Other tabs have a timer at least every second.
        let is_rarely_woken = matches!(self.state, State::Leading | State::Incompatible { .. });
        let awake_at = self.next_wakeup().filter(|_| is_rarely_woken).unwrap_or(self.last_input);
        let slept = now.duration_since(awake_at);
        if slept > ASLEEP {
            self.woke_at = Some(now);
            self.roster.excuse(slept);
            self.watch.slept(now);
        }
    }
}
