//! A tab's watch over the owner: when to ask whether it is alive, and when to give it up.

use std::time::Duration;

use super::lock::Check;
use super::log::Term;
use super::role::TabId;
use super::timing::{
    BEGIN_MARGIN, CATCH_UP, MAX_STAGGER, POKE_AFTER, POKE_PATIENCE, POKE_STAGGER, REPEAT_AFTER, SILENCE, STEAL_STAGGER,
    WOKEN_PATIENCE,
};
use crate::protocol::Instant;

#[derive(Debug)]
pub(super) struct OwnerWatch {
    /// The owner that this tab follows.
    pub(super) owner: Option<TabId>,
    /// Its last sign of life, or the time from which one was expected.
    heard_at: Instant,
    /// The term that it claims, and when it should have begun that.
    claimed: Option<(Term, Instant)>,
    /// The first question to it since then.
    asked_at: Option<Instant>,
    /// The last question to any owner.
    last_asked: Instant,
    /// The question to the browser before the lock is stolen. What the owner has said may still wait in this tab's queue, but
    /// before the answer.
    pub(super) last_look: Option<Check>,
    /// Whether this tab has slept since the owner's last sign of life.
    is_excused: bool,
}

impl OwnerWatch {
    pub(super) const fn new(now: Instant) -> Self {
        Self {
            owner: None,
            heard_at: now,
            claimed: None,
            asked_at: None,
            last_asked: now,
            last_look: None,
            is_excused: false,
        }
    }

    /// Notes a sign of life of this owner. Returns the one before it, if that was another.
    pub(super) fn heard(&mut self, owner: TabId, now: Instant) -> Option<TabId> {
        let before = self.owner.replace(owner);
        self.heard_at = now;
        self.claimed = None;
        self.asked_at = None;
        self.last_look = None;
        self.is_excused = false;
        before.filter(|before| *before != owner)
    }

    /// Expects the owner to begin this term soon. If its page is hidden, its timer is late, and the question wakes it.
    pub(super) fn expect_begin(&mut self, term: Term, now: Instant) {
        self.claimed = Some((term, now + CATCH_UP + BEGIN_MARGIN));
    }

    /// Returns the term that is claimed and has not begun.
    pub(super) fn claimed(&self) -> Option<Term> {
        self.claimed.map(|(term, _)| term)
    }

    pub(super) const fn asked(&mut self, now: Instant) {
        self.claimed = None;
        self.last_asked = now;
        if self.asked_at.is_none() {
            self.asked_at = Some(now);
        }
    }

    /// Returns when to ask again, without any answer.
    pub(super) fn repeat_at(&self, after: Duration) -> Instant {
        self.last_asked + after
    }

    /// Returns when to ask the owner for the link's state again, or a silent one whether it is alive. `rank` is this tab's
    /// place among the followers.
    pub(super) fn next_question(&self, is_following: bool, rank: u32) -> Instant {
        let at = match self.asked_at {
            None if is_following => self.heard_at + POKE_AFTER + stagger(POKE_STAGGER, rank),
            _ => self.repeat_at(REPEAT_AFTER),
        };
        self.claimed.map_or(at, |(_, begins_by)| at.min(begins_by + stagger(POKE_STAGGER, rank)))
    }

    /// Returns when the owner's silence has lasted too long.
    pub(super) fn give_up_at(&self, rank: u32) -> Option<Instant> {
        let silent = self.heard_at + SILENCE + stagger(STEAL_STAGGER, rank);
        self.asked_at.map(|asked_at| silent.max(asked_at + POKE_PATIENCE))
    }

    /// Gives the answers time to arrive that were waiting while this tab slept. Only once: a hidden tab whose timers run
    /// once a minute is not asleep.
    pub(super) fn slept(&mut self, now: Instant) {
        if let Some(asked_at) = &mut self.asked_at
            && !std::mem::replace(&mut self.is_excused, true)
        {
            let elapsed = POKE_PATIENCE.saturating_sub(WOKEN_PATIENCE);
            let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
            *asked_at = Instant::from_micros(now.as_micros().saturating_sub(micros)).max(*asked_at);
        }
    }
}

/// So that of several tabs the first one acts, and the others hear of it in time.
fn stagger(step: Duration, rank: u32) -> Duration {
    step.saturating_mul(rank).min(MAX_STAGGER)
}
