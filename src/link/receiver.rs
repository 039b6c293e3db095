//! Turns received frames into events. Live frames and those of a recording take the same path.
//!
//! The caller inspects each [`Incoming`] between [`Receiver::read`] and [`Receiver::take`], since only it knows which
//! message an echo belongs to.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::MessageId;
use super::ids::{ConnId, FrameId};
use super::inbound::{Arrival, Inbound, OrderedEvents};
use super::io::{FrameKind, LinkEvent};
use super::received_events::ReceivedEvents;
use crate::protocol::{Control, Envelope, Event, Frame, Instant, Moment, decode};

/// The decoded part of a frame that is still to be processed. [`LinkEvent::FrameIn`] has been emitted.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// Concerns this connection only.
    Control(FrameId, Control),
    /// A broadcast event.
    Event(FrameId, Envelope),
    /// Past events, sent after authentication.
    Replay(Vec<Arrival>),
    /// A frame that could not be decoded, with its sequence number if that was readable.
    Unreadable(FrameId, Option<u64>),
}

impl Incoming {
    /// Returns the broadcast event.
    pub(crate) const fn event(&self) -> Option<&Event> {
        match self {
            Self::Event(_, envelope) => Some(&envelope.event),
            Self::Control(..) | Self::Replay(_) | Self::Unreadable(..) => None,
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Receiver {
    inbound: Inbound,
    last_frame: FrameId,
}

impl Receiver {
    pub(crate) fn new() -> Self {
        Self { inbound: Inbound::new(), last_frame: FrameId(0) }
    }

    /// Numbers a frame without decoding it.
    pub(crate) fn skip(&mut self, conn: ConnId, text: Arc<str>, kind: FrameKind, at: Moment) -> LinkEvent {
        let frame = self.next_frame();
        LinkEvent::FrameIn { conn, frame, text, kind, at }
    }

    /// Decodes a frame. Passes an event for it to `tell`, and one more for each replay entry that cannot be decoded.
    pub(crate) fn read(
        &mut self,
        conn: ConnId,
        text: Arc<str>,
        at: Moment,
        mut tell: impl FnMut(LinkEvent),
    ) -> Incoming {
        let frame = self.next_frame();
        let mut frame_in = |frame, kind| tell(LinkEvent::FrameIn { conn, frame, text: text.clone(), kind, at });
        match decode(&text) {
            Err(error) => {
                let seq = error.seq();
                frame_in(frame, FrameKind::Unreadable(error));
                Incoming::Unreadable(frame, seq)
            }
            Ok(Frame::Control(control)) => {
                frame_in(frame, FrameKind::Control(control.clone()));
                Incoming::Control(frame, control)
            }
            Ok(Frame::Event(envelope)) => {
                frame_in(frame, FrameKind::Event { kind: envelope.event.wire_type(), seq: envelope.seq });
                Incoming::Event(frame, envelope)
            }
            Ok(Frame::Replay(entries)) => {
                frame_in(frame, FrameKind::Replay);
                let mut arrivals = Vec::with_capacity(entries.len());
                for entry in entries {
                    match entry {
                        Ok(envelope) => arrivals.push(Arrival::event(frame, envelope)),
                        Err(error) => {
                            arrivals.extend(error.seq().map(|seq| Arrival::unreadable(frame, seq)));
                            frame_in(self.next_frame(), FrameKind::Unreadable(error));
                        }
                    }
                }
                Incoming::Replay(arrivals)
            }
        }
    }

    /// Orders the events of a frame. `answers` is the message of ours that its event echoes.
    pub(crate) fn take(&mut self, now: Moment, incoming: Incoming, answers: Option<MessageId>) -> OrderedEvents {
        match incoming {
            Incoming::Event(frame, envelope) => self.inbound.live(now, Arrival::event(frame, envelope), answers),
            Incoming::Replay(arrivals) => self.inbound.replay(now, arrivals),
            Incoming::Unreadable(frame, Some(seq)) => self.inbound.live(now, Arrival::unreadable(frame, seq), None),
            Incoming::Unreadable(_, None) | Incoming::Control(..) => OrderedEvents::default(),
        }
    }

    /// Stops waiting for a live event or for missing events whose deadline has passed.
    pub(crate) fn tick(&mut self, now: Moment) -> OrderedEvents {
        self.inbound.tick(now)
    }

    pub(crate) fn next_wakeup(&self) -> Option<Instant> {
        self.inbound.next_wakeup()
    }

    /// Prepares for a new connection.
    pub(crate) fn begin_connection(&mut self) {
        self.inbound.begin_connection();
    }

    /// Prepares for another server.
    pub(super) fn change_server(&mut self) {
        self.inbound.change_server();
    }

    pub(super) fn received(&self) -> ReceivedEvents {
        self.inbound.received()
    }

    /// Continues with the events that an earlier visit has received.
    pub(super) fn recall(&mut self, received: ReceivedEvents) {
        self.inbound.recall(received);
    }

    /// Continues with the events that an earlier visit has received, under the numbers of epoch and run given since.
    pub(super) fn recall_as_next(&mut self, received: ReceivedEvents) {
        self.inbound.recall(self.inbound.renumbered(received));
    }

    pub(super) const fn other_client_seen(&mut self) {
        self.inbound.other_client_seen();
    }

    /// Returns the server run, once an event has arrived on this connection.
    pub(super) fn run(&self) -> Option<u32> {
        self.inbound.run()
    }

    /// Returns the largest sequence number of the run, or 0.
    pub(super) fn last_seq(&self) -> u64 {
        self.inbound.last_seq()
    }

    const fn next_frame(&mut self) -> FrameId {
        self.last_frame.0 += 1;
        self.last_frame
    }
}

/// Returns the message id in an echo's `message_data`; `None` for one that this program cannot have created.
pub(crate) fn echoed_id(event: &Event) -> Option<MessageId> {
    let Event::ClientMessage(echo) = event else { return None };
    echo.message_data.get("message_id")?.as_str().and_then(MessageId::parse)
}
