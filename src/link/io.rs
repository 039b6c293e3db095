//! What goes into the link and what comes out of it.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use serde::{Deserialize, Serialize};

use super::close::CloseInfo;
use super::config::LinkConfig;
use super::ids::{ConnId, FrameId, MessageId};
use super::message::{MessageStatus, Origin, PersistedMessage, Submission};
use super::phase::{Outage, Phase};
use crate::protocol::{Control, DecodeError, Event, Instant, Moment};

/// Something that happened outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The user wants to be connected to this address, now, whatever was before.
    Connect {
        /// A valid `ws:` or `wss:` address.
        url: String,
    },
    /// The user wants to be offline.
    Disconnect,
    /// The user does not want to wait for the next try.
    RetryNow,
    /// A message to send.
    Submit(Submission),
    /// A message that was recorded, to be sent anew: it passes the deduplication, which is for double listeners.
    Replay(Submission),
    /// A frame to write as it is, past queue and deduplication. Without a ready connection it is not written.
    Raw {
        /// The frame.
        text: Arc<str>,
        /// Where it came from.
        origin: Origin,
    },
    /// Texts from before a reload of the page.
    Restore {
        /// The texts.
        waiting: Vec<PersistedMessage>,
        /// Another tab may send them, too: the user is to decide.
        ask: bool,
    },
    /// The user takes a message back.
    Cancel(MessageId),
    /// The user does not want a message held any longer: it goes to the server that there is, now.
    SendNow(MessageId),
    /// New settings.
    Configure(LinkConfig),
    /// A socket opened.
    Opened(ConnId),
    /// A text frame came.
    Frame(ConnId, Arc<str>),
    /// A binary frame came, which Coda never sends.
    Binary(ConnId, usize),
    /// A socket closed, or could not be opened.
    Closed(ConnId, CloseInfo),
    /// How many bytes the socket has still to send.
    Buffered(ConnId, u32),
    /// Something about the page.
    Hint(PageHint),
    /// The time that `next_wakeup` named has come.
    Tick,
}

/// What the page tells; each is a reason to look again, none is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageHint {
    /// The machine says that it has a network again.
    Online,
    /// The page came into view.
    Visible,
    /// The page went out of view.
    Hidden,
}

/// Something to be done outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Open a socket.
    Open {
        /// Its name from now on.
        conn: ConnId,
        /// Its address.
        url: String,
    },
    /// Write a text frame.
    Send {
        /// To this socket.
        conn: ConnId,
        /// The frame.
        text: Arc<str>,
    },
    /// Close a socket and forget it.
    Close {
        /// The socket.
        conn: ConnId,
        /// The close code, 1000 or from 3000.
        code: u16,
    },
    /// Tell whoever listens.
    Emit(LinkEvent),
}

/// What the link tells. Each carries whole values, never differences.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkEvent {
    /// The connection's phase changed.
    Phase {
        /// The new one.
        phase: Phase,
        /// What is wrong, where something is.
        outage: Option<Outage>,
        /// When.
        at: Moment,
    },
    /// A message was created or changed its state.
    Message(MessageStatus),
    /// A frame was written.
    FrameOut {
        /// To this connection.
        conn: ConnId,
        /// The frame.
        text: Arc<str>,
        /// What it is there for.
        purpose: FramePurpose,
        /// When.
        at: Moment,
    },
    /// Queue gap, window and deduplication were turned off for an experiment, or on again.
    Protections {
        /// Whether they are on.
        on: bool,
        /// When.
        at: Moment,
    },
    /// A frame came in.
    FrameIn {
        /// From this connection.
        conn: ConnId,
        /// Its number, by which later events refer to it.
        frame: FrameId,
        /// The frame; empty for a binary one.
        text: Arc<str>,
        /// What it turned out to be.
        kind: FrameKind,
        /// When.
        at: Moment,
    },
    /// An event of the server's, each exactly once and in the order of `seq`.
    Event(ServerEvent),
    /// A frame that was told of before answers a message of ours, as its echo or as `duplicate_message`.
    Reply {
        /// The frame.
        frame: FrameId,
        /// The message.
        message: MessageId,
    },
    /// What the numbers of the events show to be missing, at a connection's new beginning or within it.
    Resumed {
        /// What.
        resumed: GapReport,
        /// When it was clear.
        at: Moment,
    },
}

/// What a frame that was written is there for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FramePurpose {
    /// A message.
    Message(MessageId),
    /// The answer to a challenge.
    ChallengeAnswer,
    /// Bytes that went past queue and deduplication, because somebody wanted it so.
    Raw(Origin),
}

impl FramePurpose {
    /// The message.
    #[must_use]
    pub const fn message(&self) -> Option<MessageId> {
        match self {
            Self::Message(id) => Some(*id),
            Self::ChallengeAnswer | Self::Raw(_) => None,
        }
    }
}

/// What a frame turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum FrameKind {
    /// About the connection.
    Control(Control),
    /// A broadcast.
    Event {
        /// Its wire type.
        kind: Cow<'static, str>,
        /// Its number.
        seq: Option<u64>,
    },
    /// Broadcasts that the server kept for those who were away.
    Replay,
    /// Not readable.
    Unreadable(DecodeError),
    /// Binary, of this many bytes.
    Binary(usize),
    /// From a connection that is no longer ours.
    Stale,
}

/// An event of the server's with its place in time.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerEvent {
    /// The frame that brought it.
    pub frame: FrameId,
    /// The server's run, from 1: a restart begins a new one.
    pub epoch: u32,
    /// Its number in that run, where it has one.
    pub seq: Option<u64>,
    /// When the server sent it.
    pub time: DateTime<Utc>,
    /// When it arrived.
    pub at: Moment,
    /// Whether it comes out of the server's replay.
    pub replayed: bool,
    /// For an echo: the message of ours that it answers.
    pub answers: Option<MessageId>,
    /// What happened.
    pub event: Event,
}

/// What was missed while the connection was away, or while it was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapReport {
    /// The server's run.
    #[serde(rename = "run")]
    pub epoch: u32,
    /// Whether a connection began with it; otherwise numbers were left out within one.
    pub reconnected: bool,
    /// Whether it is another run than before.
    pub restarted: bool,
    /// Events that were numbered and did not come in their turn.
    pub missed: u64,
    /// How many of these a replay brought back, or came late.
    pub recovered: u64,
    /// Whether there may have been more: a server without any client drops events before it numbers them.
    pub more_unknown: bool,
}

impl GapReport {
    /// How many events were missed for good.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.missed.saturating_sub(self.recovered)
    }
}

/// The next time at which the link has something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wakeup {
    /// When.
    pub at: Instant,
    /// What for.
    pub reason: WakeReason,
}

/// What a wakeup is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WakeReason {
    /// The connection: a retry, a deadline.
    Connection,
    /// The heartbeat: a ping, or the end of the patience.
    Heartbeat,
    /// The messages: the gap, a retry, an expiry.
    Outbox,
    /// The events: a replay is held back no longer, or what is missing counts as missed.
    Events,
}
