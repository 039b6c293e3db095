//! Queries about a message: its rows, its answer, its round trip.

use std::time::Duration;

use super::recorder::Recorder;
use super::row::{Row, RowKind};
use crate::link::{FramePurpose, MessageId, MessageState};

impl Recorder {
    /// The rows of one message, oldest first: its states, its frames and their answers.
    pub fn rows_of(&self, id: MessageId) -> impl DoubleEndedIterator<Item = &Row> {
        self.messages.own(id).filter_map(|number| self.get(number))
    }

    /// Rows of other messages that refer to this one: its duplicates, or the user's resend.
    pub fn rows_referring_to(&self, id: MessageId) -> impl DoubleEndedIterator<Item = &Row> {
        self.messages.referring_rows(id).filter_map(|number| self.get(number))
    }

    /// The latest state of the message, if a row with one is kept.
    #[must_use]
    pub fn state_of(&self, id: MessageId) -> Option<&MessageState> {
        self.rows_of(id).rev().find_map(|row| match &row.kind {
            RowKind::Message { state, .. } => Some(state),
            _ => None,
        })
    }

    /// The first frame that answered the message.
    #[must_use]
    pub fn answer_to(&self, id: MessageId) -> Option<&Row> {
        self.rows_of(id).find(|row| matches!(row.kind, RowKind::FrameIn { .. }))
    }

    /// Round-trip time: from a written frame to its answer, or from the last write to the delivery.
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

    /// The server run of a row, counted from 1.
    #[must_use]
    pub fn epoch_of(&self, number: u64) -> u32 {
        self.epochs.at(number)
    }
}
