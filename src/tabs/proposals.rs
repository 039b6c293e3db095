//! What this tab's user wants and the log does not contain yet.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::log::{Era, Source};
use super::role::TabId;
use crate::link::{Input, MessageId, PersistedMessage, Submission};

/// An input that a tab wants in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Proposal {
    pub(super) number: u64,
    pub(super) id: MessageId,
    pub(super) input: Input,
    #[serde(skip)]
    created: DateTime<Utc>,
    /// The era in which it was posted. An owner may have carried it out since.
    #[serde(skip)]
    posted: Option<Era>,
}

impl Proposal {
    pub(super) const fn source(&self, tab: TabId) -> Source {
        Source { tab, number: self.number, id: self.id }
    }

    /// Makes the proposal one that cannot act twice, if an owner whose log is lost may have carried it out. Returns
    /// `None` if nothing is left of it.
    fn in_era(self, era: Era) -> Option<Self> {
        if self.posted.is_none_or(|posted| posted == era) {
            return Some(self);
        }
        let texts = self.texts();
        let input = match self.input {
            _ if !texts.is_empty() => Input::Restore { waiting: texts, ask: true },
            Input::Submit(Submission { ref command, .. }) if !command.rules().is_safe_twice => return None,
            Input::Replay(_) | Input::Raw { .. } | Input::SendNow(_) => return None,
            input => input,
        };
        Some(Self { input, posted: None, ..self })
    }

    /// Returns the texts that it has the link send.
    fn texts(&self) -> Vec<PersistedMessage> {
        match &self.input {
            Input::Submit(Submission { command, .. }) => {
                let text = command.text().map(str::to_owned);
                let (id, created, asks) = (self.id, self.created, self.posted.is_some());
                let persist = |text| PersistedMessage { id, text, url: "".into(), created, was_written: false, asks };
                text.map(persist).into_iter().collect()
            }
            Input::Restore { waiting, ask } => {
                let asks = *ask || self.posted.is_some();
                waiting.iter().map(|text| PersistedMessage { asks: text.asks || asks, ..text.clone() }).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The proposals of one tab, in order.
#[derive(Debug, Default)]
pub(super) struct Proposals {
    pending: VecDeque<Proposal>,
    last: u64,
}

impl Proposals {
    /// Numbers an input. It is pending only after [`Self::keep`].
    pub(super) const fn number(&mut self, input: Input, id: MessageId, created: DateTime<Utc>) -> Proposal {
        self.last += 1;
        Proposal { number: self.last, id, input, created, posted: None }
    }

    pub(super) fn keep(&mut self, proposal: Proposal) {
        self.pending.push_back(proposal);
    }

    /// Drops what the log contains: this tab's proposals up to this number.
    pub(super) fn settle(&mut self, number: u64) {
        while self.pending.front().is_some_and(|proposal| proposal.number <= number) {
            self.pending.pop_front();
        }
    }

    /// Returns what to post to the owner of a log in this era, from this number on.
    pub(super) fn post(&mut self, from: u64, era: Era) -> Vec<Proposal> {
        self.pending = self.take(era);
        let to_post = self.pending.iter_mut().filter(|proposal| proposal.number >= from);
        to_post
            .map(|proposal| {
                proposal.posted = Some(era);
                proposal.clone()
            })
            .collect()
    }

    /// Removes and returns everything, for a log in this era.
    pub(super) fn take(&mut self, era: Era) -> VecDeque<Proposal> {
        std::mem::take(&mut self.pending).into_iter().filter_map(|proposal| proposal.in_era(era)).collect()
    }

    /// Removes and returns the first proposal if it is about what an earlier visit received.
    pub(super) fn take_recall(&mut self) -> Option<Proposal> {
        self.pending.front().filter(|first| matches!(first.input, Input::Recall { .. }))?;
        self.pending.pop_front()
    }

    /// Returns the texts that are not in the log yet.
    pub(super) fn texts(&self) -> impl Iterator<Item = PersistedMessage> {
        self.pending.iter().flat_map(Proposal::texts)
    }
}
