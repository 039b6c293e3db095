//! What a tab knows of the group's lock.

use super::timing::{HEARING, REPEAT_AFTER};
use crate::protocol::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LockState {
    None,
    Requested,
    Stealing { since: Instant },
    Held,
}

/// A question to the browser whether this tab still has the lock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Check {
    pub(super) number: u64,
    pub(super) asked_at: Instant,
}

/// What this tab knows of the lock.
#[derive(Debug)]
pub(super) struct Lock {
    pub(super) state: LockState,
    /// The time at which the browser last confirmed that this tab has it.
    pub(super) confirmed_at: Instant,
    pub(super) check: Option<Check>,
    pub(super) checks: u64,
    /// Whether the browser is asked because this tab was silent for so long that others may be about to steal the lock.
    pub(super) was_silent: bool,
    /// From when to ask again, because another tab may have stolen the lock before it heard this one.
    pub(super) again_at: Option<Instant>,
    /// Whether another tab has claimed a later term than this one's.
    pub(super) is_contested: bool,
}

impl Lock {
    pub(super) const fn new(now: Instant) -> Self {
        Self {
            state: LockState::None,
            confirmed_at: now,
            check: None,
            checks: 0,
            was_silent: false,
            again_at: None,
            is_contested: false,
        }
    }

    /// Whether the browser was asked, so that inputs must wait for its answer.
    pub(super) const fn is_in_doubt(&self) -> bool {
        self.check.is_some()
    }

    /// Returns when to ask again, without an answer.
    pub(super) fn next_check(&self) -> Option<Instant> {
        self.check.map(|check| check.asked_at + REPEAT_AFTER)
    }

    /// Notes that the browser has confirmed at `now` what was asked at `asked_at`.
    pub(super) fn confirm(&mut self, asked_at: Instant, now: Instant) {
        self.confirmed_at = now;
        if self.was_silent {
            self.again_at = Some(now + HEARING);
        } else {
            self.again_at = self.again_at.filter(|at| *at > asked_at);
        }
    }

    /// Forgets what was to be found out.
    pub(super) const fn settle(&mut self) {
        self.check = None;
        self.was_silent = false;
        self.is_contested = false;
    }
}
