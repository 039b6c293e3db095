//! From the text of a frame to events: the one path for live frames and for those of a recording.
//!
//! The caller looks at each [`Incoming`] in between, since only it knows which message an echo answers.

use std::sync::Arc;

use super::ids::MessageId;
use super::ids::{ConnId, FrameId};
use super::inbound::{Arrival, Delivery, Inbound};
use super::io::{FrameKind, LinkEvent};
use crate::protocol::{Control, Envelope, Event, Frame, Instant, Moment, decode};

/// A frame that was told of, as far as there is more to do with it.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// About the connection.
    Control(FrameId, Control),
    /// A broadcast.
    Event(FrameId, Envelope),
    /// Broadcasts that the server kept for those who were away.
    Replay(Vec<Arrival>),
    /// A frame that cannot be read, with its number where that can be.
    Unreadable(FrameId, Option<u64>),
}

impl Incoming {
    /// The broadcast event.
    pub(crate) const fn event(&self) -> Option<&Event> {
        match self {
            Self::Event(_, envelope) => Some(&envelope.event),
            Self::Control(..) | Self::Replay(_) | Self::Unreadable(..) => None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Receiver {
    inbound: Inbound,
    last_frame: FrameId,
}

impl Receiver {
    pub(crate) fn new() -> Self {
        Self { inbound: Inbound::new(), last_frame: FrameId(0) }
    }

    /// Records a frame that is not read.
    pub(crate) fn skip(&mut self, conn: ConnId, text: Arc<str>, kind: FrameKind, at: Moment) -> LinkEvent {
        let frame = self.next_frame();
        LinkEvent::FrameIn { conn, frame, text, kind, at }
    }

    /// Reads a frame. `tell` gets the frame, and one more for each entry of a replay that cannot be read.
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

    /// Puts what a frame brought into order. `answers` is the message of ours that its event echoes.
    pub(crate) fn take(&mut self, now: Moment, incoming: Incoming, answers: Option<MessageId>) -> Delivery {
        match incoming {
            Incoming::Event(frame, envelope) => self.inbound.live(now, Arrival::event(frame, envelope), answers),
            Incoming::Replay(arrivals) => self.inbound.replay(now, arrivals),
            Incoming::Unreadable(frame, Some(seq)) => self.inbound.live(now, Arrival::unreadable(frame, seq), None),
            Incoming::Unreadable(_, None) | Incoming::Control(..) => Delivery::default(),
        }
    }

    /// Gives up waiting for a live event, or for missing numbers, where it is time.
    pub(crate) fn tick(&mut self, now: Moment) -> Delivery {
        self.inbound.tick(now)
    }

    pub(crate) fn next_wakeup(&self) -> Option<Instant> {
        self.inbound.next_wakeup()
    }

    /// A new connection begins.
    pub(crate) fn begin_connection(&mut self) {
        self.inbound.begin_connection();
    }

    /// From now on another server is listened to.
    pub(super) fn change_server(&mut self) {
        self.inbound.change_server();
    }

    pub(super) const fn other_client_seen(&mut self) {
        self.inbound.other_client_seen();
    }

    /// The server's run, once something of it has come on this connection.
    pub(super) fn run(&self) -> Option<u32> {
        self.inbound.run()
    }

    /// The largest number seen.
    pub(super) fn last_seq(&self) -> u64 {
        self.inbound.last_seq()
    }

    const fn next_frame(&mut self) -> FrameId {
        self.last_frame.0 += 1;
        self.last_frame
    }
}

/// The id inside an echo's `message_data`, where it has one of our shape.
pub(crate) fn echoed_id(event: &Event) -> Option<MessageId> {
    let Event::ClientMessage(echo) = event else { return None };
    echo.message_data.get("message_id")?.as_str().and_then(MessageId::parse)
}
