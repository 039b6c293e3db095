//! The phases of the connection, and the one table of how they follow each other.

use serde::{Deserialize, Serialize};

use super::close::DisconnectReason;
use super::io::ConnId;
use crate::protocol::{Instant, Moment};

/// Where the connection is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The user's wish.
    Offline,
    /// There is no connection; the next try comes by itself.
    Waiting {
        /// How many tries have failed in a row.
        attempt: u32,
        /// When the next one comes.
        retry_at: Instant,
    },
    /// A socket is being opened.
    Opening {
        /// The socket.
        conn: ConnId,
        /// When to give it up.
        give_up_at: Instant,
    },
    /// The socket is open; the server does not listen to us yet.
    Authenticating {
        /// The socket.
        conn: ConnId,
        /// When to give it up.
        give_up_at: Instant,
        /// How far it is.
        step: AuthStep,
    },
    /// Messages can be sent.
    Ready {
        /// The socket.
        conn: ConnId,
        /// Since when.
        since: Moment,
        /// The name that the server gave us. Without one it asked for no authentication, as 0.1.1 does.
        client_id: Option<String>,
    },
    /// The server turned us away again and again; only the user can change that.
    Refused {
        /// The server's words.
        reason: String,
    },
}

/// How far the authentication is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthStep {
    /// Waits for the challenge.
    AwaitingChallenge {
        /// When to ask whether there will be none.
        probe_at: Instant,
    },
    /// Has asked with a ping: an echo proves that no challenge is needed.
    Probing,
    /// Has answered the challenge.
    Answered,
}

/// What has been wrong, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// What.
    pub reason: DisconnectReason,
    /// Since when there is no connection.
    pub since: Moment,
}

/// A phase without its data.
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
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Offline, Self::Waiting, Self::Opening, Self::Authenticating, Self::Ready, Self::Refused];

    /// Its name, as in the page's `data-phase`.
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
    /// Which one it is.
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

    /// The live socket.
    #[must_use]
    pub const fn conn(&self) -> Option<ConnId> {
        match self {
            Self::Opening { conn, .. } | Self::Authenticating { conn, .. } | Self::Ready { conn, .. } => Some(*conn),
            Self::Offline | Self::Waiting { .. } | Self::Refused { .. } => None,
        }
    }
}

/// What can happen to the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The user names an address.
    Connect,
    /// The user wants to be offline.
    Disconnect,
    /// The user does not want to wait.
    Retry,
    /// The page came back online or into view.
    Woken,
    /// The phase's own time is up.
    TimeUp,
    /// The wait for a challenge is over.
    ChallengeOverdue,
    /// The socket opened.
    Opened,
    /// A challenge came.
    Challenged,
    /// The server let us in.
    Accepted,
    /// The server turned us away.
    Rejected,
    /// The server turned us away, and had done so at the last try too.
    RejectedAgain,
    /// The server treats us as a client although it sent no challenge.
    Proven,
    /// The socket closed.
    Closed,
    /// The heartbeat gave the connection up.
    Dead,
}

impl Trigger {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Connect,
        Self::Disconnect,
        Self::Retry,
        Self::Woken,
        Self::TimeUp,
        Self::ChallengeOverdue,
        Self::Opened,
        Self::Challenged,
        Self::Accepted,
        Self::Rejected,
        Self::RejectedAgain,
        Self::Proven,
        Self::Closed,
        Self::Dead,
    ];
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// Nothing: the signal means nothing in this phase.
    Stay,
    /// Open a new socket, to Opening.
    Open,
    /// Wait for the challenge, to Authenticating.
    Await,
    /// Ask with a ping whether there will be a challenge.
    Probe,
    /// Answer the challenge, to Authenticating.
    Answer,
    /// To Ready.
    Welcome,
    /// Give the socket up and wait, to Waiting.
    Retreat,
    /// Wait anew, with the shortest wait.
    Hurry,
    /// To Refused.
    Refuse,
    /// To Offline.
    Leave,
}

/// The transition table.
#[must_use]
#[allow(clippy::match_same_arms, reason = "a table has one line for each signal")]
pub const fn transition(phase: PhaseKind, signal: Trigger) -> Transition {
    use PhaseKind::{Authenticating, Offline, Opening, Ready, Refused, Waiting};
    use Transition::{Answer, Await, Hurry, Leave, Open, Probe, Refuse, Retreat, Stay, Welcome};
    match (signal, phase) {
        (Trigger::Connect, _) => Open,
        (Trigger::Disconnect, Offline) => Stay,
        (Trigger::Disconnect, _) => Leave,

        (Trigger::Retry, Offline | Waiting | Refused) => Open,
        (Trigger::Retry, Opening | Authenticating | Ready) => Stay,

        (Trigger::Woken, Waiting) => Hurry,
        (Trigger::Woken, _) => Stay,

        (Trigger::TimeUp, Waiting) => Open,
        (Trigger::TimeUp, Opening | Authenticating) => Retreat,
        (Trigger::TimeUp, Offline | Ready | Refused) => Stay,

        (Trigger::ChallengeOverdue, Authenticating) => Probe,
        (Trigger::ChallengeOverdue, _) => Stay,

        (Trigger::Opened, Opening) => Await,
        (Trigger::Opened, _) => Stay,

        // In Ready, a challenge comes late: the server does not listen until it is answered.
        (Trigger::Challenged, Authenticating | Ready) => Answer,
        (Trigger::Challenged, _) => Stay,

        (Trigger::Accepted | Trigger::Proven, Authenticating) => Welcome,
        (Trigger::Accepted | Trigger::Proven, _) => Stay,

        (Trigger::Rejected, Authenticating | Ready) => Retreat,
        (Trigger::RejectedAgain, Authenticating | Ready) => Refuse,
        (Trigger::Rejected | Trigger::RejectedAgain, _) => Stay,

        (Trigger::Closed, Opening | Authenticating | Ready) => Retreat,
        (Trigger::Closed, _) => Stay,

        (Trigger::Dead, Authenticating | Ready) => Retreat,
        (Trigger::Dead, _) => Stay,
    }
}
