//! Events that the user gives to the page as if Coda had sent them. They never pass the link, so they count in no
//! metrics, fill no gap and answer no message, and a row of their own keeps them out of findings.

use std::sync::Arc;

use crate::link::{FrameId, ServerEvent};
use crate::protocol::{DecodeError, Event, Frame, Moment, decode};

/// Why a text cannot be given to the page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyntheticError {
    #[error("{0}")]
    Unreadable(#[from] DecodeError),
    /// A frame about the connection or a replay, with which only the link can deal.
    #[error("only events can be injected, and this frame is about the connection")]
    NoEvent,
}

/// A valid event of the user's.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntheticEvent {
    pub text: Arc<str>,
    event: Event,
}

impl SyntheticEvent {
    /// # Errors
    /// Fails if the text is not an event that this page could receive. An unknown type is one.
    pub fn parse(text: &str) -> Result<Self, SyntheticError> {
        match decode(text)? {
            Frame::Event(envelope) => Ok(Self { text: text.trim().into(), event: envelope.event }),
            Frame::Control(_) | Frame::Replay(_) => Err(SyntheticError::NoEvent),
        }
    }

    #[must_use]
    pub fn kind(&self) -> &str {
        self.event.kind()
    }

    /// The event as the models take it, in the current server run.
    #[must_use]
    pub fn received(&self, epoch: u32, at: Moment) -> ServerEvent {
        ServerEvent {
            // No frame of the link has this number.
            frame: FrameId(u64::MAX),
            epoch,
            seq: None,
            time: at.wall,
            at,
            replayed: false,
            answers: None,
            event: self.event.clone(),
        }
    }
}
