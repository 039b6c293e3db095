//! Phases of the connection and the transition table.

use serde::{Deserialize, Serialize};

use super::close::{CloseInfo, DisconnectReason};
use super::ids::ConnId;
use crate::protocol::{Instant, Moment, Token};

/// Phase of the connection, with its data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Not connected, as the user wants it.
    Offline,
    /// Waiting for the next automatic attempt.
    Waiting {
        /// Failed attempts in a row before the last one, which determine the backoff.
        attempt: u32,
        /// Time of the next attempt.
        retry_at: Instant,
    },
    /// Opening a socket.
    Opening {
        /// Generation of the socket.
        conn: ConnId,
        /// Deadline for opening.
        give_up_at: Instant,
    },
    /// The socket is open, but the server does not accept messages yet.
    Authenticating {
        /// Generation of the socket.
        conn: ConnId,
        /// Deadline for the authentication.
        give_up_at: Instant,
        /// Current step of the authentication.
        step: AuthStep,
    },
    /// Messages can be sent.
    Ready {
        /// Generation of the socket.
        conn: ConnId,
        /// Time at which the connection became ready.
        since: Moment,
        /// Client id assigned by the server. `None` without authentication, as with 0.1.1.
        client_id: Option<String>,
    },
    /// The server rejected the page twice in a row. Only the user can retry.
    Refused {
        /// Reason given by the server.
        reason: String,
    },
}

/// Step of the authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthStep {
    /// Waiting for a challenge.
    AwaitingChallenge {
        /// Time at which a ping asks whether there will be one.
        probe_at: Instant,
    },
    /// A ping was sent; its echo proves that no challenge is needed.
    Probing,
    /// The challenge was answered; waiting for the result.
    Answered,
}

/// The current lack of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Reason for the latest disconnect.
    pub reason: DisconnectReason,
    /// Time of the first disconnect since the last ready connection, or since the user connected.
    pub since: Moment,
}

/// A [`Phase`] without its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhaseKind {
    /// See [`Phase::Offline`].
    Offline,
    /// See [`Phase::Waiting`].
    Waiting,
    /// See [`Phase::Opening`].
    Opening,
    /// See [`Phase::Authenticating`].
    Authenticating,
    /// See [`Phase::Ready`].
    Ready,
    /// See [`Phase::Refused`].
    Refused,
}

impl PhaseKind {
    /// All phases, in the order of declaration.
    pub const ALL: [Self; 6] =
        [Self::Offline, Self::Waiting, Self::Opening, Self::Authenticating, Self::Ready, Self::Refused];

    /// Returns the phase's name, as in the page's `data-phase`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Waiting => "waiting",
            Self::Opening => "opening",
            Self::Authenticating => "authenticating",
            Self::Ready => "ready",
            Self::Refused => "refused",
        }
    }
}

impl Phase {
    /// Returns the phase without its data.
    #[must_use]
    pub const fn kind(&self) -> PhaseKind {
        match self {
            Self::Offline => PhaseKind::Offline,
            Self::Waiting { .. } => PhaseKind::Waiting,
            Self::Opening { .. } => PhaseKind::Opening,
            Self::Authenticating { .. } => PhaseKind::Authenticating,
            Self::Ready { .. } => PhaseKind::Ready,
            Self::Refused { .. } => PhaseKind::Refused,
        }
    }

    /// Returns the generation of the live socket; `None` while there is no socket.
    #[must_use]
    pub const fn conn(&self) -> Option<ConnId> {
        match self {
            Self::Opening { conn, .. } | Self::Authenticating { conn, .. } | Self::Ready { conn, .. } => Some(*conn),
            Self::Offline | Self::Waiting { .. } | Self::Refused { .. } => None,
        }
    }
}

/// An event that may change the phase.
#[derive(Clone, Debug, PartialEq)]
pub enum ConnectionEvent {
    /// The user connects to this address.
    Connect(String),
    /// The user disconnects.
    Disconnect,
    /// The user skips the backoff.
    Retry,
    /// The machine woke up, or the page came back online or into view.
    Woken,
    /// The deadline of the phase passed.
    TimeUp,
    /// No challenge came within [`LinkConfig::challenge_wait`](super::LinkConfig::challenge_wait).
    ChallengeOverdue,
    /// The socket opened.
    Opened,
    /// The server sent a challenge with this token.
    Challenged(Token),
    /// The server accepted the answer and assigned this client id.
    Accepted(String),
    /// The server rejected the page, for this reason. The previous attempt was not rejected.
    Rejected(String),
    /// The server rejected the page again, for this reason.
    RejectedAgain(String),
    /// An echo proved that the server accepts messages without a challenge.
    Proven,
    /// The socket closed, or could not be opened.
    Closed(CloseInfo),
    /// The socket is gone with the tab that held it.
    Abandoned,
    /// The link gave up on an open socket, for this reason.
    Dead(DisconnectReason),
}

/// The transition that an event triggers, with the phase that it leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Transition {
    /// No change.
    Ignore,
    /// Open a socket to this address, or to the last one; to Opening.
    Open(Option<String>),
    /// Open a socket to the last address without backing off, because the previous one ended for this reason; to Opening.
    Reopen(DisconnectReason),
    /// Wait for a challenge; to Authenticating.
    AwaitChallenge,
    /// Send a ping to find out whether a challenge is needed; stays in Authenticating.
    Probe,
    /// Answer the challenge with its token; to Authenticating.
    AnswerChallenge(Token),
    /// Start using the connection, with the client id if there is one; to Ready.
    EnterReady(Option<String>),
    /// Close the socket for this reason and back off; to Waiting.
    BackOff(DisconnectReason),
    /// Restart the backoff; stays in Waiting.
    RestartBackoff,
    /// Stop retrying, for the server's reason; to Refused.
    Refuse(String),
    /// Disconnect; to Offline.
    GoOffline,
}

/// The transition table: returns what `event` triggers in `phase`, [`Transition::Ignore`] for pairs that are not listed.
#[must_use]
#[expect(clippy::match_same_arms, reason = "a table has one line for each event")]
pub fn transition(phase: PhaseKind, event: ConnectionEvent) -> Transition {
    use ConnectionEvent as On;
    use PhaseKind::{Authenticating, Offline, Opening, Ready, Refused, Waiting};
    use Transition::{
        AnswerChallenge, AwaitChallenge, BackOff, EnterReady, GoOffline, Ignore, Open, Probe, Refuse, Reopen,
        RestartBackoff,
    };
    match (event, phase) {
        (On::Connect(url), _) => Open(Some(url)),

        (On::Disconnect, Offline) => Ignore,
        (On::Disconnect, _) => GoOffline,

        (On::Retry, Offline | Waiting | Refused) => Open(None),
        (On::Woken, Waiting) => RestartBackoff,

        (On::TimeUp, Waiting) => Open(None),
        (On::TimeUp, Opening) => BackOff(DisconnectReason::OpenTimeout),
        (On::TimeUp, Authenticating) => BackOff(DisconnectReason::AuthTimeout),

        (On::ChallengeOverdue, Authenticating) => Probe,
        (On::Opened, Opening) => AwaitChallenge,

        // A challenge in Ready comes late. The server ignores messages until it is answered.
        (On::Challenged(token), Authenticating | Ready) => AnswerChallenge(token),
        (On::Accepted(client_id), Authenticating) => EnterReady(Some(client_id)),
        (On::Proven, Authenticating) => EnterReady(None),

        (On::Rejected(words), Authenticating | Ready) => BackOff(DisconnectReason::Rejected(words)),
        (On::RejectedAgain(words), Authenticating | Ready) => Refuse(words),

        (On::Closed(info), Opening) => BackOff(DisconnectReason::Unreachable(info)),
        (On::Closed(info), Authenticating | Ready) => BackOff(DisconnectReason::Closed(info)),
        (On::Abandoned, Opening | Authenticating | Ready) => Reopen(DisconnectReason::TabGone),
        (On::Dead(reason), Authenticating | Ready) => BackOff(reason),

        (
            On::Retry
            | On::Woken
            | On::TimeUp
            | On::ChallengeOverdue
            | On::Opened
            | On::Challenged(_)
            | On::Accepted(_)
            | On::Proven
            | On::Rejected(_)
            | On::RejectedAgain(_)
            | On::Closed(_)
            | On::Abandoned
            | On::Dead(_),
            _,
        ) => Ignore,
    }
}
