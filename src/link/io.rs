//! Inputs, actions and events of the link.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use serde::{Deserialize, Serialize};

use super::close::CloseInfo;
use super::config::LinkConfig;
use super::ids::{ConnId, FrameId, MessageId};
use super::message::{MessageStatus, Origin, PersistedMessage, Submission};
use super::phase::{Outage, Phase};
use super::received_events::ReceivedEvents;
use crate::protocol::{Control, DecodeError, Event, Instant, Moment};

/// An input to the link, from the user or from the driver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// Connects to this address immediately, in place of any current connection.
    Connect {
        /// A valid `ws:` or `wss:` URL.
        url: String,
    },
    /// Tells which events of a server an earlier visit of the page has received, so that a replay does not repeat them.
    /// Takes effect with the [`Input::Connect`] that follows, if the link knows nothing of that server yet.
    Recall {
        /// Address of the server.
        url: String,
        /// The events, as [`Link::received`](super::Link::received) returned them.
        received: ReceivedEvents,
    },
    /// Disconnects until the next [`Input::Connect`] or [`Input::RetryNow`].
    Disconnect,
    /// Skips the backoff.
    RetryNow,
    /// Sends a message.
    Submit(Submission),
    /// Resends a recorded message. It bypasses the deduplication, which is against double listeners, and is not held
    /// for Coda's turn.
    Replay(Submission),
    /// Writes a frame as it is, bypassing queue and deduplication. Dropped without a ready connection.
    Raw {
        /// The frame, not validated.
        text: Arc<str>,
        /// The component and action that caused it.
        origin: Origin,
    },
    /// Takes in the unsettled texts from before a reload of the page, except for those that the link has already.
    Restore {
        /// The texts, as [`Link::waiting`](super::Link::waiting) returned them.
        waiting: Vec<PersistedMessage>,
        /// Whether another tab may send them too, so that the user must decide.
        ask: bool,
    },
    /// Cancels a message that waits, or stops tracking one whose outcome is unknown.
    Cancel(MessageId),
    /// Sends a held message as soon as possible, to the server in use.
    SendNow(MessageId),
    /// Replaces the configuration.
    Configure(LinkConfig),
    /// A socket opened.
    Opened(ConnId),
    /// A text frame arrived.
    Frame(ConnId, Arc<str>),
    /// A binary frame arrived, of this many bytes. Coda never sends one.
    Binary(ConnId, usize),
    /// A socket closed, or could not be opened.
    Closed(ConnId, CloseInfo),
    /// The socket is gone with the tab that held it. The link opens another one at once.
    Abandoned(ConnId),
    /// Another link may have sent the unsettled messages meanwhile. None is sent without the user any more where Coda
    /// could act twice.
    Doubt,
    /// This link leaves the others that it shared a connection with. They keep the unsettled messages for its address.
    LeaveToOthers,
    /// Whether the address of a socket that could not be opened answered a plain HTTP request.
    HttpAnswered(bool),
    /// Number of bytes that the socket has not sent yet (`bufferedAmount`).
    Buffered(ConnId, u32),
    /// Something changed about the page.
    Hint(PageHint),
    /// The time of [`Link::next_wakeup`](super::Link::next_wakeup) has come. Extra ticks do no harm.
    Tick,
}

/// A hint from the browser. It triggers a check of the connection and is never taken as a fact about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageHint {
    /// The browser reports a network again.
    Online,
    /// The page became visible.
    Visible,
    /// The page was hidden.
    Hidden,
}

/// An action for the driver to carry out, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Open a socket. Any previous one has been closed by an earlier action.
    Open {
        /// Generation of the new socket, to be named in its inputs.
        conn: ConnId,
        /// URL to connect to.
        url: String,
    },
    /// Write a text frame.
    Send {
        /// Generation of the socket.
        conn: ConnId,
        /// The frame.
        text: Arc<str>,
    },
    /// Close a socket and drop its further events.
    Close {
        /// Generation of the socket.
        conn: ConnId,
        /// Close code: 1000, or from 3000, the only ones that a page may send.
        code: u16,
    },
    /// Deliver an event to the subscribers.
    Emit(LinkEvent),
}

/// An event that the link emits. Each carries complete values, never differences.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkEvent {
    /// The connection entered a phase, or re-entered the same one. Not emitted for
    /// [`AuthStep::Probing`](super::AuthStep::Probing).
    Phase {
        /// The new phase.
        phase: Phase,
        /// The current outage; `None` while nothing is wrong.
        outage: Option<Outage>,
        /// Time of the change.
        at: Moment,
    },
    /// A message was created, or its state changed.
    Message(MessageStatus),
    /// A frame was written.
    FrameOut {
        /// Generation of the socket.
        conn: ConnId,
        /// The frame.
        text: Arc<str>,
        /// Reason for the frame.
        purpose: FramePurpose,
        /// Time of the write.
        at: Moment,
    },
    /// Queue gap, window and deduplication were turned off for an experiment, or on again.
    Protections {
        /// Whether they are on now.
        on: bool,
        /// Time of the change.
        at: Moment,
    },
    /// A frame arrived. A replay adds one such event for each entry that cannot be decoded.
    FrameIn {
        /// Generation of the socket.
        conn: ConnId,
        /// Number of the frame, by which later events refer to it.
        frame: FrameId,
        /// The frame; empty if it is binary.
        text: Arc<str>,
        /// The decoded kind of frame.
        kind: FrameKind,
        /// Time of arrival.
        at: Moment,
    },
    /// A server event, emitted at most once. In the order of `seq`, except for events that others overtook on the way
    /// and a replay that arrives after live events.
    Event(ServerEvent),
    /// A frame of an earlier [`LinkEvent::FrameIn`] answers a message of ours, as its echo or as `duplicate_message`.
    Reply {
        /// The answer.
        frame: FrameId,
        /// The answered message.
        message: MessageId,
    },
    /// A connection after the first began, or events were lost within one.
    Resumed {
        /// The missing events, by the gaps in `seq`.
        resumed: GapReport,
        /// Time of the report, up to a second after the gap.
        at: Moment,
    },
}

/// Reason for a written frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FramePurpose {
    /// Carries this message.
    Message(MessageId),
    /// Answers a challenge.
    ChallengeAnswer,
    /// Written as it is, bypassing queue and deduplication, on behalf of this origin.
    Raw(Origin),
}

impl FramePurpose {
    /// Returns the id of the message that the frame carries.
    #[must_use]
    pub const fn message(&self) -> Option<MessageId> {
        match self {
            Self::Message(id) => Some(*id),
            Self::ChallengeAnswer | Self::Raw(_) => None,
        }
    }
}

/// Decoded kind of a received frame.
#[derive(Clone, Debug, PartialEq)]
pub enum FrameKind {
    /// A frame that concerns this connection only.
    Control(Control),
    /// A broadcast event.
    Event {
        /// Type on the wire.
        kind: Cow<'static, str>,
        /// Sequence number, if the server sent one.
        seq: Option<u64>,
    },
    /// Past events, sent after authentication.
    Replay,
    /// Could not be decoded.
    Unreadable(DecodeError),
    /// A binary frame of this many bytes.
    Binary(usize),
    /// From a replaced socket, so not decoded.
    Stale,
}

/// A server event with its time and its place in the order.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerEvent {
    /// The frame that contained it.
    pub frame: FrameId,
    /// Number of the server run, from 1. Increments with each known restart.
    pub epoch: u32,
    /// Sequence number within the run, if the server sent one.
    pub seq: Option<u64>,
    /// Send time, mapped to the local wall clock.
    pub time: DateTime<Utc>,
    /// Time of arrival.
    pub at: Moment,
    /// Whether it came in a replay rather than live.
    pub replayed: bool,
    /// The message of ours that it echoes, if it is an echo.
    pub answers: Option<MessageId>,
    /// The content.
    pub event: Event,
}

/// Report on missing events, after a reconnect or within a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapReport {
    /// Number of the server run, as in [`ServerEvent::epoch`].
    #[serde(rename = "run")]
    pub epoch: u32,
    /// Whether it was caused by a new connection; otherwise the gap is within one.
    pub reconnected: bool,
    /// Whether the server restarted since the previous connection.
    pub restarted: bool,
    /// Number of events that were missing when the gap was found.
    pub missed: u64,
    /// Number of them that came later, live or in a replay.
    pub recovered: u64,
    /// Whether more events may be missing than `seq` shows: without any client, the server drops events before it
    /// numbers them.
    pub more_unknown: bool,
}

impl GapReport {
    /// Returns the number of events that never arrived.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.missed.saturating_sub(self.recovered)
    }
}

/// The next time at which the link needs [`Input::Tick`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Wakeup {
    /// Time of the wakeup.
    pub at: Instant,
    /// Which part of the link requested it.
    pub reason: WakeReason,
}

/// The part of the link that a wakeup is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum WakeReason {
    /// The connection: a retry or a timeout.
    Connection,
    /// The heartbeat: a ping, or the end of its timeout.
    Heartbeat,
    /// The outgoing messages: the gap, a retry, an expiry, or the end of a turn.
    Outbox,
    /// The incoming events: the end of a replay's hold, or of the wait for missing events.
    Events,
}
