//! Getting, keeping and losing the lock.
//!
//! An owner that hangs is robbed of its lock, and hears of it only once it goes on. Before it acts again it must ask.

use super::io::Action;
use super::lock::{Check, LockState};
use super::member::{Member, State};
use super::message::Message;
use super::timing::{CATCH_UP, HEARING, LEASE};
use crate::link;
use crate::protocol::{Instant, Moment};

impl Member {
    /// Asks for the lock if another tab may have stolen it unnoticed: others wait longer for a sign of life.
    pub(super) fn check_lease(&mut self, now: Instant) {
        let is_owner = matches!(self.state, State::Leading | State::Claiming { .. });
        let alone_at = self.last_input.max(self.lock.confirmed_at);
        let certain_at = if self.roster.is_empty() { alone_at } else { self.posted_at };
        let is_over = now.duration_since(certain_at) > LEASE;
        let is_due = self.state == State::Leading && self.lock.again_at.is_some_and(|at| at <= now);
        if is_owner && (is_over || is_due) && !self.lock.is_in_doubt() {
            self.lock.was_silent = is_over;
            self.check_lock(now);
        }
    }

    pub(super) fn check_lock(&mut self, now: Instant) {
        self.lock.check = Some(self.ask_browser(now));
    }

    pub(super) fn ask_browser(&mut self, now: Instant) -> Check {
        self.lock.checks += 1;
        let number = self.lock.checks;
        self.actions.push_back(Action::CheckLock { check: number });
        Check { number, asked_at: now }
    }

    /// Handles a sign of another owner.
    pub(super) fn contest(&mut self, now: Instant) {
        self.lock.is_contested = true;
        if !self.lock.is_in_doubt() {
            self.check_lock(now);
        }
    }

    pub(super) fn lock_granted(&mut self, now: Moment) {
        match self.state {
            State::Away => {
                self.lock.state = LockState::None;
                self.actions.push_back(Action::ReleaseLock);
            }
            State::Leading | State::Claiming { .. } => {}
            State::Apart | State::Following | State::Incompatible { .. } => {
                self.lock.state = LockState::Held;
                self.lock.confirmed_at = now.mono;
                self.lock.again_at = Some(now.mono + HEARING);
                let has_slept = self.woke_at.is_some_and(|woke_at| now.mono.duration_since(woke_at) < LEASE);
                if has_slept {
                    // The grant may be as old as the sleep.
                    self.state = State::Claiming { until: now.mono, was_late: false };
                    self.check_lock(now.mono);
                } else {
                    self.claim(now);
                }
            }
        }
    }

    pub(super) fn lock_checked(&mut self, now: Moment, number: u64, is_held: bool) {
        let Some(check) = self.lock.check.filter(|check| check.number == number) else {
            self.has_looked(now, number);
            return;
        };
        if !is_held {
            self.lock_lost(now);
            return;
        }
        if now.mono.duration_since(check.asked_at) > CATCH_UP {
            // The answer is as old as another sleep. A robber waits no longer than this for last words.
            self.check_lock(now.mono);
            return;
        }
        self.lock.confirm(check.asked_at, now.mono);
        let is_contested = self.lock.is_contested;
        self.lock.settle();
        match self.state {
            State::Claiming { was_late: true, .. } => {
                self.handle_held(now);
                if matches!(self.state, State::Claiming { was_late: true, .. }) && !self.lock.is_in_doubt() {
                    self.lead(now);
                }
            }
            State::Claiming { .. } => self.claim(now),
            State::Leading if is_contested => self.renew_term(now),
            State::Leading if !self.roster.is_empty() => self.post(now, Message::Alive),
            _ => {}
        }
        self.handle_held(now);
    }

    pub(super) fn lock_lost(&mut self, now: Moment) {
        if self.lock.state != LockState::Held {
            return;
        }
        self.lock.settle();
        if self.state == State::Leading {
            self.close_socket();
            self.may_be_behind = true;
        }
        self.lock.state = LockState::None;
        self.join(now);
        self.handle_held(now);
    }

    /// Handles the inputs that waited for the browser's answer.
    pub(super) fn handle_held(&mut self, now: Moment) {
        while !self.lock.is_in_doubt()
            && let Some(input) = self.held.pop_front()
        {
            self.dispatch(now, input);
        }
    }

    pub(super) fn close_socket(&mut self) {
        /// The only code below 3000 that a page may send.
        const NORMAL_CLOSURE: u16 = 1000;
        if let Some(conn) = self.replica.live_conn() {
            self.actions.push_back(Action::Link(link::Action::Close { conn, code: NORMAL_CLOSURE }));
        }
    }
}
