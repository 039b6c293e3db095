//! A message on its way: who sent it, what became of it, and the rules of its kind.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::io::ConnId;
use crate::protocol::{Command, Now, WallTime};

/// Names a message everywhere: in the page, in the log, and inside its `data` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(Uuid);

impl MessageId {
    pub(super) fn random(rng: &mut fastrand::Rng) -> Self {
        Self(uuid::Builder::from_random_bytes(rng.u128(..).to_le_bytes()).into_uuid())
    }

    /// The id of a recorded message that had none: the how-manieth of them it is.
    #[must_use]
    pub(crate) const fn numbered(number: u64) -> Self {
        Self(Uuid::from_u64_pair(0x4000, 0x8000_0000_0000_0000 | number))
    }

    /// Reads an id as it stands on the wire.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What in the page a message came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// For example `composer`.
    pub component: &'static str,
    /// For example `press enter`.
    pub action: &'static str,
}

/// A command handed to the link.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// What to send.
    pub command: Command,
    /// Where it came from.
    pub origin: Origin,
    /// The message that the user wants sent again by this one. It passes the deduplication.
    pub again: Option<MessageId>,
}

/// A text that is not settled, in the shape in which it outlives a reload of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The message.
    pub id: MessageId,
    /// What the user wrote.
    pub text: String,
    /// When it was created.
    pub created: WallTime,
    /// It was written and not answered: the server may have read it.
    pub was_written: bool,
}

/// Where a message is, or how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageState {
    /// Waits for its turn.
    Queued,
    /// Written to a socket, which proves nothing; waits for its echo.
    Written {
        /// The connection.
        conn: ConnId,
        /// The how-manieth write of the same bytes, from 1.
        attempt: u32,
    },
    /// Whether the server has read it is not known, and finding out by itself could make it act twice.
    Unconfirmed,
    /// The server has read it.
    Delivered(Proof),
    /// Not sent: the same had just been sent.
    Suppressed {
        /// The first one.
        original: MessageId,
    },
    /// Not sent: it had waited so long that nobody can still want it.
    Expired,
    /// Not sent.
    Failed(Failure),
    /// Not sent, or no longer of interest.
    Cancelled(Cancellation),
}

impl MessageState {
    /// Its name, in queries and files.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Written { .. } => "written",
            Self::Unconfirmed => "unconfirmed",
            Self::Delivered(_) => "delivered",
            Self::Suppressed { .. } => "suppressed",
            Self::Expired => "expired",
            Self::Failed(_) => "failed",
            Self::Cancelled(_) => "cancelled",
        }
    }

    /// Whether nothing can follow.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Queued | Self::Written { .. } | Self::Unconfirmed)
    }
}

/// How we know that the server has read a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Its echo came.
    Echo,
    /// A second copy was answered with `duplicate_message`.
    Duplicate,
    /// The server began a turn with its text.
    Turn,
}

/// Why a message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Too many messages wait.
    QueueFull {
        /// How many may.
        limit: usize,
    },
    /// Too much text waits.
    QueueBytes {
        /// How many bytes may.
        limit: usize,
    },
    /// The server closes the connection on frames of this size.
    TooLarge {
        /// The frame's size in bytes.
        bytes: usize,
        /// The largest that the server takes.
        limit: usize,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::QueueFull { limit } => write!(f, "{limit} messages are waiting already, which is the limit"),
            Self::QueueBytes { limit } => {
                write!(f, "the waiting messages hold {} MB already, which is the limit", limit / 1_048_576)
            }
            Self::TooLarge { bytes, limit } => {
                write!(f, "it is {bytes} bytes long, and Coda takes {limit} at most")
            }
        }
    }
}

/// Why a message is no longer wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancellation {
    /// The user took it back before it was sent.
    ByUser,
    /// The user does not want to know whether it arrived.
    Left,
    /// Another message undid it before it was sent.
    Undone {
        /// The other one.
        by: MessageId,
    },
    /// The user sent it again.
    SentAgain {
        /// The new one.
        by: MessageId,
    },
    /// A ping whose connection ended.
    ConnectionEnded,
}

/// All that is to be said of a message at this moment.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageStatus {
    /// The message.
    pub id: MessageId,
    /// What it says.
    pub command: Arc<Command>,
    /// Where it came from.
    pub origin: Origin,
    /// When it was created.
    pub created: Now,
    /// The message that the user had sent again by this one.
    pub again: Option<MessageId>,
    /// When this state began.
    pub at: Now,
    /// Where it is.
    pub state: MessageState,
}

/// Messages of one group are never reordered among themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Listening,
    Speaking,
    Turns,
    Pings,
    Other,
}

/// The rules of a kind of message.
pub(super) trait Rules {
    fn group(&self) -> Group;
    /// Goes before everything of other groups: the user wants silence now.
    fn is_urgent(&self) -> bool;
    /// A second copy does no harm.
    fn is_safe_twice(&self) -> bool;
    /// After this long in the queue nobody can still want it.
    fn stale_after(&self) -> Option<Duration>;
    /// Whether a double listener could have made it.
    fn is_deduplicated(&self) -> bool;
    /// The type whose fingerprints this message clears: press, release, press must work however quick.
    fn reopens(&self) -> Option<&'static str>;
}

impl Rules for Command {
    fn group(&self) -> Group {
        match self {
            Self::SttStart(_) | Self::SttStop => Group::Listening,
            Self::TtsStop => Group::Speaking,
            Self::TextInput { .. } | Self::DemoFlow => Group::Turns,
            Self::Ping => Group::Pings,
            Self::Custom { .. } => Group::Other,
        }
    }

    fn is_urgent(&self) -> bool {
        matches!(self, Self::SttStop | Self::TtsStop)
    }

    fn is_safe_twice(&self) -> bool {
        matches!(self, Self::SttStop | Self::TtsStop | Self::Ping)
    }

    fn stale_after(&self) -> Option<Duration> {
        match self {
            Self::SttStart(_) => Some(Duration::from_secs(2)),
            Self::DemoFlow => Some(Duration::from_secs(10)),
            Self::SttStop | Self::TtsStop => Some(Duration::from_secs(30)),
            Self::TextInput { .. } | Self::Ping | Self::Custom { .. } => None,
        }
    }

    fn is_deduplicated(&self) -> bool {
        !matches!(self, Self::Ping)
    }

    fn reopens(&self) -> Option<&'static str> {
        match self {
            Self::SttStart(_) => Some("stt_stop"),
            Self::SttStop => Some("stt_start"),
            _ => None,
        }
    }
}
