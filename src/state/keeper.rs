//! Writes the conversation and the record to the browser's store, behind the page's work.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen_futures::spawn_local;

use crate::bounded::push_bounded;
use crate::browser::{self, DEMO_URL, IndexedDb};
use crate::history::Recorder;
use crate::link::ReceivedEvents;
use crate::model::Conversation;
use crate::protocol::{Instant, Moment};
use crate::store::conversations::Latest;
use crate::store::{PageKeeper, RecordKeeper, Store, StoreError, Unconfirmed, VisitId};

/// Time between two writes. What came since the last one is lost if the browser is killed.
const INTERVAL: Duration = Duration::from_secs(1);

/// Number of writes to the conversation that are left to another tab and remembered in case that it is gone before it
/// made them. A tab that hangs is replaced within three seconds.
const MAX_LEFT: usize = 6;

/// Who writes the conversation. Of several tabs that show it, one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Saving {
    Here,
    InOtherTab,
    /// It is not known yet, so nothing is written.
    NotYet,
}

/// The write in progress, if any.
#[derive(Debug, Default)]
enum Writing {
    #[default]
    Idle,
    InProgress,
    Done(Result<(), StoreError>, Unconfirmed),
}

pub(super) struct Keeper {
    store: Option<IndexedDb>,
    pub(super) conversation: PageKeeper,
    record: RecordKeeper,
    /// What is kept of the next server, with its address.
    next: Option<(String, Latest)>,
    received: Option<ReceivedEvents>,
    writing: Rc<RefCell<Writing>>,
    /// The latest writes to the conversation that were left to another tab.
    left: VecDeque<Unconfirmed>,
    last_write: Instant,
    /// Whether the last write left out rows of the record, of which there were too many.
    is_behind: bool,
}

impl Keeper {
    pub(super) fn new(now: Moment) -> Self {
        Self {
            store: None,
            conversation: PageKeeper::new(browser::seed()),
            record: RecordKeeper::new(now.wall, random(), env!("CARGO_PKG_VERSION")),
            next: None,
            received: None,
            writing: Rc::default(),
            left: VecDeque::new(),
            last_write: now.mono,
            is_behind: false,
        }
    }

    /// From now on, writes to this store, or to none.
    pub(super) fn set_store(&mut self, store: Option<IndexedDb>) {
        self.store = store;
    }

    /// The record of this visit.
    pub(super) const fn visit(&self) -> &VisitId {
        self.record.visit()
    }

    /// Continues the session of an earlier visit once the page uses the server at `url`.
    pub(super) fn expect_server(&mut self, url: &str, kept: Latest) {
        self.next = Some((url.to_owned(), kept));
    }

    /// From now on, events come from the server at `url`.
    pub(super) fn set_server(&mut self, url: &str) {
        self.received = None;
        if url == DEMO_URL {
            self.conversation.set_server(None);
            return;
        }
        self.record.add_server(url);
        self.conversation.set_server(Some(url));
        if let Some((_, kept)) = self.next.take_if(|(next, _)| next == url) {
            // Its entries are not on the page, only its session goes on.
            self.conversation.adopt(kept, &[]);
        }
    }

    /// Takes note of the events of the server that have arrived.
    pub(super) fn note_received(&mut self, received: ReceivedEvents) {
        self.received = Some(received);
    }

    /// The conversation's keeper for another tab, which must also write what this one has left to a tab that is gone.
    pub(super) fn for_other_tab(&mut self) -> &PageKeeper {
        self.take_back_left();
        &self.conversation
    }

    /// Takes back what was left to another tab.
    fn take_back_left(&mut self) {
        // In reverse order, so that the oldest deletions come first.
        self.left.drain(..).rev().for_each(|left| self.conversation.take_back(left));
    }

    /// Leaves everything to the other tabs, which go on without this one.
    pub(super) fn leave_all(&mut self) {
        self.left.clear();
        self.conversation.drop_unsaved();
    }

    /// Goes on as another tab did, whose conversation the page shows now.
    pub(super) fn take_over(&mut self, conversation: PageKeeper) {
        self.conversation = conversation;
        self.left.clear();
    }

    /// Whether a second has passed without a write.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        now.duration_since(self.last_write) >= INTERVAL
    }

    /// Whether to write again without waiting for the second to end.
    pub(super) const fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// Begins to write what changed, unless a write is in progress. Returns how the last one ended, once.
    pub(super) fn save(
        &mut self,
        conversation: &Conversation,
        recorder: &Recorder,
        record_limit: u64,
        saving: Saving,
        now: Instant,
    ) -> Option<Result<(), StoreError>> {
        let store = self.store.clone()?;
        let outcome = match self.writing.take() {
            Writing::InProgress => {
                self.writing.replace(Writing::InProgress);
                return None;
            }
            Writing::Done(Err(error), failed) => {
                self.conversation.take_back(failed);
                Some(Err(error))
            }
            Writing::Done(Ok(()), _) => Some(Ok(())),
            Writing::Idle => None,
        };
        self.last_write = now;
        let mut writes = self.record.take_writes(recorder, record_limit);
        self.is_behind = self.record.is_behind(recorder);
        let mut unconfirmed = Unconfirmed::default();
        if saving == Saving::Here {
            self.take_back_left();
        }
        if saving != Saving::NotYet && self.conversation.has_unsaved() {
            // Cannot fail: numbers and strings always have a JSON form.
            let received = serde_json::to_value(&self.received).unwrap_or_default();
            let (turns, taken) = self.conversation.take_writes(conversation, received);
            if saving == Saving::Here {
                writes.extend(turns);
                unconfirmed = taken;
            } else {
                push_bounded(&mut self.left, taken, MAX_LEFT);
            }
        }
        if !writes.is_empty() {
            let writing = self.writing.clone();
            writing.replace(Writing::InProgress);
            spawn_local(async move {
                let result = store.write(writes).await;
                writing.replace(Writing::Done(result, unconfirmed));
            });
        }
        outcome
    }

    /// Forgets what was written, after it was erased.
    pub(super) fn forget_all(&mut self, recorder: &Recorder) {
        self.conversation.forget_all();
        self.left.clear();
        self.record.forget_all(recorder);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "half of a random number is random")]
pub(super) fn random() -> u32 {
    browser::seed() as u32
}
