//! Executes the transitions of the connection. At most one socket is alive.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::backoff::{self, BackoffProfile};
use super::close::{DisconnectReason, ForeignServer};
use super::config::LinkConfig;
use super::ids::ConnId;
use super::io::{Action, FramePurpose, LinkEvent};
use super::log;
use super::phase::{AuthStep, ConnectionEvent, Outage, Phase, PhaseKind, Transition, transition};
use crate::protocol::{Instant, Moment, Token, encode_auth_response};

/// Close code for a deliberate end: the only one below 3000 that a page may send.
const NORMAL_CLOSURE: u16 = 1000;
/// Close code of this program's own for a socket that it gave up on, recognizable in the server's log.
const CLOSE_GAVE_UP: u16 = 4000;

/// How many answers in a row show a server that speaks HTTP and no WebSocket. One may come from a Coda that is just
/// starting.
const HTTP_ANSWERS: u32 = 2;

/// The link's context for one step.
pub(super) struct Context<'a> {
    pub(super) now: Moment,
    pub(super) config: &'a LinkConfig,
    pub(super) rng: &'a mut fastrand::Rng,
    pub(super) actions: &'a mut VecDeque<Action>,
}

/// What the caller must do after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepResult {
    Nothing,
    /// Send a ping whose echo would prove that no challenge is needed.
    SendProbe,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Connection {
    phase: Phase,
    url: Option<String>,
    last_conn: u32,
    /// Failed attempts in a row, including connections that were not stable.
    failures: u32,
    was_rejected: bool,
    /// First evidence on this connection that the server is not Coda.
    pub(super) foreign: Option<ForeignServer>,
    outage: Option<Outage>,
    /// How often in a row the address answered HTTP where it should have opened a socket.
    http_answers: u32,
    pub(super) hidden: bool,
    /// Whether a message is in flight. Set by the link before each step.
    pub(super) has_message_in_flight: bool,
}

impl Connection {
    pub(super) const fn new() -> Self {
        Self {
            phase: Phase::Offline,
            url: None,
            last_conn: 0,
            failures: 0,
            was_rejected: false,
            foreign: None,
            outage: None,
            http_answers: 0,
            hidden: false,
            has_message_in_flight: false,
        }
    }

    pub(super) const fn phase(&self) -> &Phase {
        &self.phase
    }

    pub(super) const fn outage(&self) -> Option<&Outage> {
        self.outage.as_ref()
    }

    /// Notes whether the address that opened no socket answered HTTP.
    pub(super) const fn http_answered(&mut self, answered: bool) {
        self.http_answers = if answered { self.http_answers.saturating_add(1) } else { 0 };
    }

    pub(super) fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// Returns the ready socket, to which messages can be written.
    pub(super) const fn ready(&self) -> Option<ConnId> {
        match self.phase {
            Phase::Ready { conn, .. } => Some(conn),
            _ => None,
        }
    }

    /// Whether the server assigned this client id to the page on this connection.
    pub(super) fn is_own_client_id(&self, name: &str) -> bool {
        matches!(&self.phase, Phase::Ready { client_id: Some(own), .. } if own == name)
    }

    /// Whether the server required authentication. Only such servers deduplicate.
    pub(super) const fn is_authenticated(&self) -> bool {
        matches!(self.phase, Phase::Ready { client_id: Some(_), .. })
    }

    /// Whether an echo would prove that no challenge is needed.
    pub(super) const fn awaits_proof(&self) -> bool {
        matches!(self.phase, Phase::Authenticating { step: AuthStep::AwaitingChallenge { .. } | AuthStep::Probing, .. })
    }

    pub(super) fn next_wakeup(&self) -> Option<Instant> {
        match self.phase {
            Phase::Waiting { retry_at, .. } => Some(retry_at),
            Phase::Authenticating { give_up_at, step: AuthStep::AwaitingChallenge { probe_at }, .. } => {
                Some(give_up_at.min(probe_at))
            }
            Phase::Opening { give_up_at, .. } | Phase::Authenticating { give_up_at, .. } => Some(give_up_at),
            Phase::Offline | Phase::Ready { .. } | Phase::Refused { .. } => None,
        }
    }

    /// Returns the event for a deadline that has passed.
    pub(super) fn due(&self, now: Instant) -> Option<ConnectionEvent> {
        match self.phase {
            Phase::Waiting { retry_at: at, .. }
            | Phase::Opening { give_up_at: at, .. }
            | Phase::Authenticating { give_up_at: at, .. }
                if at <= now =>
            {
                Some(ConnectionEvent::TimeUp)
            }
            Phase::Authenticating { step: AuthStep::AwaitingChallenge { probe_at }, .. } if probe_at <= now => {
                Some(ConnectionEvent::ChallengeOverdue)
            }
            _ => None,
        }
    }

    /// Returns the event for a rejection. After a second one in a row, only the user can retry.
    pub(super) const fn rejection(&self, words: String) -> ConnectionEvent {
        if self.was_rejected { ConnectionEvent::RejectedAgain(words) } else { ConnectionEvent::Rejected(words) }
    }

    pub(super) fn step(&mut self, event: ConnectionEvent, cx: &mut Context<'_>) -> StepResult {
        let is_automatic = event == ConnectionEvent::TimeUp;
        match transition(self.phase.kind(), event) {
            Transition::Ignore => {}
            Transition::Open(url) => {
                if url.is_some() {
                    self.url = url;
                    self.http_answers = 0;
                    self.outage = None;
                }
                if !is_automatic {
                    self.failures = 0;
                    self.was_rejected = false;
                }
                self.open(cx);
            }
            Transition::Reopen(reason) => {
                self.note_outage(reason, cx);
                self.open(cx);
            }
            Transition::AwaitChallenge => self.await_challenge(cx),
            Transition::Probe => {
                self.probe(cx);
                return StepResult::SendProbe;
            }
            Transition::AnswerChallenge(token) => self.answer(&token, cx),
            Transition::EnterReady(client_id) => self.welcome(client_id, cx),
            Transition::BackOff(reason) => {
                let reason = self.with_foreign_evidence(reason);
                self.retreat(reason, cx);
            }
            Transition::RestartBackoff => {
                self.failures = 0;
                self.wait(cx);
            }
            Transition::Refuse(reason) => {
                self.close(CLOSE_GAVE_UP, cx);
                self.enter(Phase::Refused { reason }, cx);
            }
            Transition::GoOffline => {
                self.close(NORMAL_CLOSURE, cx);
                self.outage = None;
                self.enter(Phase::Offline, cx);
            }
        }
        StepResult::Nothing
    }

    /// Replaces a timeout or close by evidence of another server, which closes or stays silent because it does not
    /// understand the link.
    fn with_foreign_evidence(&mut self, reason: DisconnectReason) -> DisconnectReason {
        let foreign = self.foreign.take().filter(|_| self.phase.kind() == PhaseKind::Authenticating);
        match (reason, foreign) {
            (DisconnectReason::AuthTimeout | DisconnectReason::Closed(_), Some(foreign)) => {
                DisconnectReason::NotCoda(foreign)
            }
            (reason, _) => reason,
        }
    }

    fn open(&mut self, cx: &mut Context<'_>) {
        let Some(url) = self.url.clone() else { return };
        self.close(CLOSE_GAVE_UP, cx);
        self.last_conn += 1;
        self.foreign = None;
        let conn = ConnId(self.last_conn);
        cx.actions.push_back(Action::Open { conn, url });
        self.enter(Phase::Opening { conn, give_up_at: cx.now.mono + cx.config.open_timeout }, cx);
    }

    fn await_challenge(&mut self, cx: &mut Context<'_>) {
        let Some(conn) = self.phase.conn() else { return };
        let give_up_at = cx.now.mono + cx.config.auth_timeout;
        let step = AuthStep::AwaitingChallenge { probe_at: cx.now.mono + cx.config.challenge_wait };
        self.enter(Phase::Authenticating { conn, give_up_at, step }, cx);
    }

    fn probe(&mut self, cx: &mut Context<'_>) {
        if let Phase::Authenticating { conn, give_up_at, .. } = self.phase {
            self.enter(Phase::Authenticating { conn, give_up_at, step: AuthStep::Probing }, cx);
        }
    }

    fn answer(&mut self, token: &Token, cx: &mut Context<'_>) {
        let Some(conn) = self.phase.conn() else { return };
        let text: std::sync::Arc<str> = encode_auth_response(token).into();
        log::frame_out(conn, &text);
        cx.actions.push_back(Action::Send { conn, text: text.clone() });
        let purpose = FramePurpose::ChallengeAnswer;
        cx.actions.push_back(Action::Emit(LinkEvent::FrameOut { conn, text, purpose, at: cx.now }));
        let give_up_at = cx.now.mono + cx.config.auth_timeout;
        self.enter(Phase::Authenticating { conn, give_up_at, step: AuthStep::Answered }, cx);
    }

    fn welcome(&mut self, client_id: Option<String>, cx: &mut Context<'_>) {
        let Some(conn) = self.phase.conn() else { return };
        self.outage = None;
        self.was_rejected = false;
        self.http_answers = 0;
        self.enter(Phase::Ready { conn, since: cx.now, client_id }, cx);
    }

    fn retreat(&mut self, reason: DisconnectReason, cx: &mut Context<'_>) {
        self.was_rejected = matches!(reason, DisconnectReason::Rejected(_));
        let reason = match reason {
            DisconnectReason::Unreachable(_) if self.http_answers >= HTTP_ANSWERS => {
                DisconnectReason::NotCoda(ForeignServer::Http)
            }
            reason => reason,
        };
        self.note_outage(reason, cx);
        self.close(CLOSE_GAVE_UP, cx);
        self.failures += 1;
        self.wait(cx);
    }

    /// Notes why the connection ended. The end of a stable one restarts the backoff.
    fn note_outage(&mut self, reason: DisconnectReason, cx: &Context<'_>) {
        if let Phase::Ready { since, .. } = self.phase
            && cx.now.mono.duration_since(since.mono) >= cx.config.stable_after
        {
            self.failures = 0;
        }
        let since = self.outage.as_ref().map_or(cx.now, |outage| outage.since);
        self.outage = Some(Outage { reason, since });
    }

    fn wait(&mut self, cx: &mut Context<'_>) {
        let before = self.failures.saturating_sub(1);
        let retry_at = cx.now.mono + backoff::wait(cx.config, before, self.backoff_profile(), cx.rng);
        self.enter(Phase::Waiting { attempt: self.failures, retry_at }, cx);
    }

    const fn backoff_profile(&self) -> BackoffProfile {
        if self.has_message_in_flight {
            BackoffProfile::MessageInFlight
        } else if self.hidden {
            BackoffProfile::Hidden
        } else {
            BackoffProfile::Visible
        }
    }

    fn close(&self, code: u16, cx: &mut Context<'_>) {
        if let Some(conn) = self.phase.conn() {
            cx.actions.push_back(Action::Close { conn, code });
        }
    }

    fn enter(&mut self, phase: Phase, cx: &mut Context<'_>) {
        log::phase(&phase, self.outage.as_ref());
        self.phase = phase.clone();
        cx.actions.push_back(Action::Emit(LinkEvent::Phase { phase, outage: self.outage.clone(), at: cx.now }));
    }
}
