//! What the record knows of a message: its rows, its answer, how long that took.

use std::time::Duration;

use super::recorder::Recorder;
use super::row::{Row, RowKind};
use crate::link::{FramePurpose, MessageId, MessageState};

impl Recorder {
    /// The rows of one message, oldest first: its states, its frames, and what answered them.
    pub fn rows_of(&self, id: MessageId) -> impl DoubleEndedIterator<Item = &Row> {
        self.messages.own(id).filter_map(|number| self.get(number))
    }

    /// The rows of other messages that point to this one: duplicates of it, or the user's second try.
    pub fn rows_pointing_to(&self, id: MessageId) -> impl DoubleEndedIterator<Item = &Row> {
        self.messages.by_others(id).filter_map(|number| self.get(number))
    }

    /// The message's state as it is now, if a row of it is kept.
    #[must_use]
    pub fn state_of(&self, id: MessageId) -> Option<&MessageState> {
        self.rows_of(id).rev().find_map(|row| match &row.kind {
            RowKind::Message { state, .. } => Some(state),
            _ => None,
        })
    }

    /// The frame that answered the message first.
    #[must_use]
    pub fn answer_to(&self, id: MessageId) -> Option<&Row> {
        self.rows_of(id).find(|row| matches!(row.kind, RowKind::FrameIn { .. }))
    }

    /// How long the answer took: for a frame out until the answer, for a delivery since the last write before it.
    #[must_use]
    pub fn round_trip(&self, row: &Row) -> Option<Duration> {
        match &row.kind {
            RowKind::FrameOut { purpose: FramePurpose::Message(id), .. } => {
                let answer = self.answer_to(*id).filter(|answer| answer.number > row.number)?;
                Some(answer.at.mono.duration_since(row.at.mono))
            }
            RowKind::Message { id, state: MessageState::Delivered(_), .. } => {
                let is_write =
                    |other: &&Row| other.number < row.number && matches!(other.kind, RowKind::FrameOut { .. });
                self.rows_of(*id).rev().find(is_write).map(|write| row.at.mono.duration_since(write.at.mono))
            }
            _ => None,
        }
    }

    /// The server's run that a row belongs to, from 1.
    #[must_use]
    pub fn epoch_of(&self, number: u64) -> u32 {
        self.epochs.at(number)
    }
}
