//! Detects dead connections: silent ones, and deaf ones that answer but send no events.

use serde::{Deserialize, Serialize};

use super::close::DisconnectReason;
use super::config::LinkConfig;
use super::outbox::Outbox;
use crate::protocol::Instant;

/// Heartbeat of one ready connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Heartbeat {
    last_inbound: Instant,
    /// Deadline for the next echo.
    echo_deadline: Instant,
    /// Deadline for any frame, after a ping or a wakeup.
    reply_deadline: Option<Instant>,
}

/// What the link must do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HeartbeatAction {
    Nothing,
    Ping,
    Dead(DisconnectReason),
}

/// How long before the echo's deadline a ping is sent to get one.
const ECHO_LEAD: std::time::Duration = std::time::Duration::from_secs(5);

impl Heartbeat {
    /// Starts the heartbeat of a connection that became ready at `now`. The caller sends its first ping.
    pub(super) fn new(now: Instant, config: &LinkConfig) -> Self {
        Self {
            last_inbound: now,
            echo_deadline: now + config.echo_every,
            reply_deadline: Some(now + config.ping_timeout),
        }
    }

    /// Notes that a frame of any kind arrived.
    pub(super) const fn heard(&mut self, now: Instant) {
        self.last_inbound = now;
        self.reply_deadline = None;
    }

    /// Notes that an echo of ours arrived.
    pub(super) fn echoed(&mut self, now: Instant, config: &LinkConfig) {
        self.echo_deadline = now + config.echo_every;
    }

    /// Notes a reply other than an echo. A deaf connection would look like this, so an echo is due soon.
    pub(super) fn suspect(&mut self, now: Instant) {
        self.echo_deadline = self.echo_deadline.min(now + ECHO_LEAD);
    }

    /// Disregards the silence up to `now`, which passed unnoticed, but requires a frame within the wake timeout.
    pub(super) fn woken(&mut self, now: Instant, config: &LinkConfig) {
        self.last_inbound = now;
        self.echo_deadline = self.echo_deadline.max(now + ECHO_LEAD);
        self.reply_deadline = Some(now + config.wake_timeout);
    }

    fn probe(&mut self, now: Instant, config: &LinkConfig) {
        let due = now + config.ping_timeout;
        self.reply_deadline = Some(self.reply_deadline.map_or(due, |known| known.min(due)));
    }

    fn ping_at(&self, config: &LinkConfig) -> Instant {
        let before_echo = Instant::from_micros(
            self.echo_deadline.as_micros().saturating_sub(u64::try_from(ECHO_LEAD.as_micros()).unwrap_or(u64::MAX)),
        );
        (self.last_inbound + config.ping_after).min(before_echo)
    }

    fn dead_at(&self, outbox: &Outbox, config: &LinkConfig) -> Instant {
        let unanswered = outbox.oldest_unanswered();
        let silent = unanswered.map(|written| written.max(self.last_inbound) + config.silence_in_flight);
        [self.reply_deadline, silent].into_iter().flatten().fold(self.echo_deadline, Instant::min)
    }

    /// Returns when `beat` has something to do.
    pub(super) fn next_wakeup(&self, outbox: &Outbox, config: &LinkConfig) -> Instant {
        let dead_at = self.dead_at(outbox, config);
        if outbox.is_idle() { dead_at.min(self.ping_at(config)) } else { dead_at }
    }

    pub(super) fn beat(&mut self, now: Instant, outbox: &Outbox, config: &LinkConfig) -> HeartbeatAction {
        if self.dead_at(outbox, config) <= now {
            HeartbeatAction::Dead(if self.echo_deadline <= now {
                DisconnectReason::Deaf
            } else {
                DisconnectReason::Silent
            })
        } else if outbox.is_idle() && self.ping_at(config) <= now {
            self.probe(now, config);
            HeartbeatAction::Ping
        } else {
            HeartbeatAction::Nothing
        }
    }
}
