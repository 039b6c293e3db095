//! The conversation across visits: entries to be stored, and entries of earlier visits taken in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::link::{Cancellation, MessageId, MessageState};
use crate::model::turn::{CutOff, Role, Turn, TurnKey};

/// What a later visit needs besides the entries, to continue where this one ended. Entries have the numbers under which
/// they are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationState {
    /// Run of the server that the last event came from.
    epoch: u32,
    /// Entry of the reply in progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answering: Option<u32>,
    /// Whether the text of that reply is complete.
    #[serde(default)]
    has_whole_answer: bool,
    /// The question for feedback that waits for an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    feedback: Option<u32>,
}

impl Conversation {
    /// Returns the entries that changed since the last call. One that is no longer there need not be stored.
    pub fn take_unsaved(&mut self) -> BTreeSet<TurnKey> {
        std::mem::take(&mut self.unsaved)
    }

    /// Returns what a later visit needs besides the entries. `number_of` gives the number under which an entry is kept.
    #[must_use]
    pub fn state(&self, number_of: impl Fn(TurnKey) -> Option<u32>) -> ConversationState {
        ConversationState {
            epoch: self.epoch,
            answering: self.answering.or(self.interrupted.map(|(key, _)| key)).and_then(&number_of),
            has_whole_answer: self.has_whole_answer,
            feedback: self.feedback.and_then(number_of),
        }
    }

    /// Continues the conversation of an earlier visit, whose newest entries these are, oldest first. Whatever was in
    /// progress when the page was closed is interrupted. `place_of` gives the place in `turns` of the entry that is kept
    /// under a number. Returns the keys given to them.
    pub fn restore(
        &mut self,
        turns: Vec<Turn>,
        state: &ConversationState,
        place_of: impl Fn(u32) -> Option<usize>,
    ) -> Vec<TurnKey> {
        let keys = self.prepend(turns);
        let key_of = |number: u32| place_of(number).and_then(|at| keys.get(at)).copied();
        self.epoch = state.epoch;
        self.feedback = state.feedback.and_then(key_of);
        if let Some(key) = state.answering.and_then(key_of) {
            self.interrupted = Some((key, state.epoch));
            let cut_off = (!state.has_whole_answer).then_some(CutOff::PageClosed);
            self.change(key, |turn| turn.cut_off = cut_off);
        }
        let last_said = self.turns.iter().rev().find(|turn| turn.role == Role::User);
        self.run_began_after = last_said.map_or(0, |turn| turn.key.0);
        keys
    }

    /// Leaves a text of an earlier visit, whose outcome is unknown, at that.
    pub fn leave(&mut self, id: MessageId) {
        if let Some(key) = self.sent_as(id).filter(|key| key.is_of_earlier_visit()) {
            self.change_outgoing(key, |own| {
                if own.state == MessageState::Unconfirmed {
                    own.state = MessageState::Cancelled(Cancellation::Left);
                }
            });
        }
    }

    /// Takes in entries of earlier visits before the oldest one, oldest first. Returns the keys given to them.
    pub fn prepend(&mut self, turns: Vec<Turn>) -> Vec<TurnKey> {
        let end = self.turns.front().map_or(self.last_key + 1, |first| first.key.0);
        let first = end.saturating_sub(turns.len() as u64);
        let keys: Vec<TurnKey> = (first..end).map(TurnKey).collect();
        for (turn, key) in turns.into_iter().zip(&keys).rev() {
            self.turns.push_front(Turn { key: *key, ..turn.into_ended() });
        }
        self.changes.order |= !keys.is_empty();
        keys
    }
}
