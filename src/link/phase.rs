//! The phases of the connection, and the one table of how they follow each other.

use serde::{Deserialize, Serialize};

use super::close::{CloseInfo, DisconnectReason};
use super::ids::ConnId;
use crate::protocol::{Instant, Moment, Token};

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

/// Something that happens to the connection.
#[derive(Clone, Debug, PartialEq)]
pub enum ConnectionEvent {
    /// The user names an address.
    Connect(String),
    /// The user wants to be offline.
    Disconnect,
    /// The user does not want to wait for the next try.
    Retry,
    /// The page came back online or into view.
    Woken,
    /// The phase's deadline has passed.
    TimeUp,
    /// No challenge came within [`LinkConfig::challenge_wait`](super::LinkConfig::challenge_wait).
    ChallengeOverdue,
    /// The socket opened.
    Opened,
    /// The server wants this token back.
    Challenged(Token),
    /// The server let us in and calls us so.
    Accepted(String),
    /// The server turned us away for the first time in a row, with these words.
    Rejected(String),
    /// The server turned us away at the last try too.
    RejectedAgain(String),
    /// The server treats us as a client although it sent no challenge.
    Proven,
    /// The socket closed.
    Closed(CloseInfo),
    /// The connection was given up.
    Dead(DisconnectReason),
}

/// The step that an event leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Transition {
    /// Ignore the event, which means nothing in this phase.
    Stay,
    /// Open a socket to this address, or to the last one; to Opening.
    Open(Option<String>),
    /// Wait for the challenge; to Authenticating.
    Await,
    /// Ask with a ping whether there will be a challenge.
    Probe,
    /// Answer the challenge with its token; to Authenticating.
    Answer(Token),
    /// Take up the connection under this name, if the server gave one; to Ready.
    Welcome(Option<String>),
    /// Give the socket up for this reason; to Waiting.
    Retreat(DisconnectReason),
    /// Start the wait anew, with the shortest one.
    Hurry,
    /// Stop trying, for the server's reason; to Refused.
    Refuse(String),
    /// To Offline.
    Leave,
}

/// The transition table. Events that it does not name change nothing.
#[must_use]
#[expect(clippy::match_same_arms, reason = "a table has one line for each event")]
pub fn transition(phase: PhaseKind, event: ConnectionEvent) -> Transition {
    use ConnectionEvent as On;
    use PhaseKind::{Authenticating, Offline, Opening, Ready, Refused, Waiting};
    use Transition::{Answer, Await, Hurry, Leave, Open, Probe, Refuse, Retreat, Stay, Welcome};
    match (event, phase) {
        (On::Connect(url), _) => Open(Some(url)),

        (On::Disconnect, Offline) => Stay,
        (On::Disconnect, _) => Leave,

        (On::Retry, Offline | Waiting | Refused) => Open(None),
        (On::Woken, Waiting) => Hurry,

        (On::TimeUp, Waiting) => Open(None),
        (On::TimeUp, Opening) => Retreat(DisconnectReason::OpenTimeout),
        (On::TimeUp, Authenticating) => Retreat(DisconnectReason::AuthTimeout),

        (On::ChallengeOverdue, Authenticating) => Probe,
        (On::Opened, Opening) => Await,

        // In Ready, a challenge comes late: the server does not listen until it is answered.
        (On::Challenged(token), Authenticating | Ready) => Answer(token),
        (On::Accepted(client_id), Authenticating) => Welcome(Some(client_id)),
        (On::Proven, Authenticating) => Welcome(None),

        (On::Rejected(words), Authenticating | Ready) => Retreat(DisconnectReason::Rejected(words)),
        (On::RejectedAgain(words), Authenticating | Ready) => Refuse(words),

        (On::Closed(info), Opening) => Retreat(DisconnectReason::Unreachable(info)),
        (On::Closed(info), Authenticating | Ready) => Retreat(DisconnectReason::Closed(info)),
        (On::Dead(reason), Authenticating | Ready) => Retreat(reason),

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
            | On::Dead(_),
            _,
        ) => Stay,
    }
}
