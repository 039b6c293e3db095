//! One visit of the page to a server, with a store that outlives it.

use std::future::Future;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use coda_dashboard::model::{ConversationState, Role};
use coda_dashboard::store::conversations::{self, Latest};
use coda_dashboard::store::{MemoryStore, PageKeeper, Session, SessionId, Store, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::page::Page;

pub const CODA: &str = "ws://localhost:8765/";

/// Runs a future of the store in memory, which is always ready.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub struct Visit {
    pub store: Rc<MemoryStore>,
    pub page: Page,
    pub keeper: PageKeeper,
}

impl Visit {
    /// The first visit.
    pub fn first() -> Self {
        Self::open(Rc::default(), 0)
    }

    /// A visit that finds what others have kept. Loads up to `wanted` entries.
    pub fn open(store: Rc<MemoryStore>, wanted: u32) -> Self {
        Self::open_at(store, wanted, CODA)
    }

    pub fn open_at(store: Rc<MemoryStore>, wanted: u32, url: &str) -> Self {
        static SEED: AtomicU64 = AtomicU64::new(0);
        let (page, mut keeper) = (Page::new(), PageKeeper::new(SEED.fetch_add(1, Ordering::Relaxed)));
        keeper.set_server(Some(url));
        let mut visit = Self { store, page, keeper };
        let latest = now(conversations::latest(&*visit.store, url, wanted)).unwrap();
        visit.adopt(latest);
        visit
    }

    /// Another visit after this one, at a later time.
    pub fn later(self, wanted: u32) -> Self {
        let mut later = Self::open(self.store, wanted);
        later.page.now += 1_000_000;
        later
    }

    /// Another tab that shows the same conversation, with a store of its own.
    pub fn in_another_tab(&self) -> Self {
        fn copy<T: Serialize + DeserializeOwned>(of: &T) -> T {
            serde_json::from_str(&serde_json::to_string(of).unwrap()).unwrap()
        }
        let mut page = Page::new();
        (page.conversation, page.epoch, page.now) = (copy(&self.page.conversation), self.page.epoch, self.page.now);
        Self { store: Rc::default(), page, keeper: copy(&self.keeper) }
    }

    fn adopt(&mut self, latest: Latest) {
        let turns = latest.turns.iter().map(|kept| kept.turn.clone()).collect();
        let current = latest.state.as_ref().map(|state| state.session.clone());
        let place_of = |number| {
            latest.turns.iter().position(|kept| Some(&kept.session) == current.as_ref() && kept.number == number)
        };
        let state = latest.state.as_ref().map_or_else(ConversationState::default, |state| state.conversation.clone());
        let keys = self.page.conversation.restore(turns, &state, place_of);
        self.keeper.adopt(latest, &keys);
    }

    pub fn load_earlier(&mut self, wanted: u32) {
        let Some((session, number)) = self.oldest() else { return };
        let earlier = now(conversations::before(&*self.store, CODA, (&session, number), wanted)).unwrap();
        let keys = self.page.conversation.prepend(earlier.turns.iter().map(|kept| kept.turn.clone()).collect());
        self.keeper.adopt(earlier, &keys);
    }

    /// Session and number of the oldest entry on the page.
    pub fn oldest(&self) -> Option<(SessionId, u32)> {
        let first = self.page.conversation.turns().front()?.key;
        self.keeper.oldest_from(first).map(|(_, session, number)| (session, number))
    }

    /// Writes what changed, as the page does once a second.
    pub fn save(&mut self) {
        self.try_save().unwrap();
    }

    pub fn try_save(&mut self) -> Result<(), StoreError> {
        self.note();
        let received = json!({ "seq": self.page.epoch });
        let (writes, taken) = self.keeper.take_writes(&self.page.conversation, received);
        now(self.store.write(writes)).inspect_err(|_| self.keeper.take_back(taken))
    }

    pub fn note(&mut self) {
        self.keeper.note(&mut self.page.conversation);
    }

    pub fn exchange(&mut self, question: &str, answer: &str) {
        self.page.said("user", question);
        self.page.said("assistant", answer);
    }

    pub fn texts(&self) -> Vec<&str> {
        self.page.turns().into_iter().map(|(_, text)| text).collect()
    }

    pub fn sessions(&self) -> Vec<Session> {
        now(conversations::sessions(&*self.store)).unwrap().0
    }

    pub fn kept(&self, session: &SessionId) -> Vec<(Role, String)> {
        let turns = now(conversations::turns(&*self.store, session)).unwrap();
        turns.into_iter().map(|turn| (turn.role, turn.text)).collect()
    }
}

pub fn session_start() -> Value {
    json!({ "session_id": "s", "timestamp": 0 })
}
