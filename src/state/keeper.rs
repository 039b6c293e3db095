//! Writes the conversation and the record to the browser's store, behind the page's work.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use wasm_bindgen_futures::spawn_local;

use crate::browser::{self, DEMO_URL, IndexedDb};
use crate::history::Recorder;
use crate::link::ReceivedEvents;
use crate::model::Conversation;
use crate::protocol::{Instant, Moment};
use crate::store::conversations::Latest;
use crate::store::{PageKeeper, RecordKeeper, Store, StoreError, Unconfirmed, VisitId};

/// Time between two writes. What came since the last one is lost if the browser is killed.
const INTERVAL: Duration = Duration::from_secs(1);

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
    last_write: Instant,
}

impl Keeper {
    pub(super) fn new(now: Moment) -> Self {
        Self {
            store: None,
            conversation: PageKeeper::default(),
            record: RecordKeeper::new(now.wall, random(), env!("CARGO_PKG_VERSION")),
            next: None,
            received: None,
            writing: Rc::default(),
            last_write: now.mono,
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

    /// Takes note of changes. Call after each batch of events, whichever server they came from.
    pub(super) fn note(&mut self, conversation: &mut Conversation, received: Option<ReceivedEvents>) {
        self.conversation.note(conversation, random);
        self.received = received;
    }

    /// Whether it is time to write.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        now.duration_since(self.last_write) >= INTERVAL
    }

    /// Begins to write what changed, unless a write is in progress. Returns how the last one ended, once.
    pub(super) fn save(
        &mut self,
        conversation: &Conversation,
        recorder: &Recorder,
        record_limit: u64,
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
        let mut unconfirmed = Unconfirmed::default();
        if self.conversation.has_unsaved() {
            // Cannot fail: numbers and strings always have a JSON form.
            let received = serde_json::to_value(&self.received).unwrap_or_default();
            let (turns, taken) = self.conversation.take_writes(conversation, received);
            writes.extend(turns);
            unconfirmed = taken;
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
        self.record.forget_all(recorder);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "half of a random number is random")]
pub(super) fn random() -> u32 {
    browser::seed() as u32
}
