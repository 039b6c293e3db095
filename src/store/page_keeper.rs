//! Decides what to write as the conversation on the page changes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::conversations::{KeptTurn, Latest, VisitState, state_key};
use super::session::{Session, SessionId};
use super::{Table, Write};
use crate::model::{Conversation, Role, Turn, TurnKey};

/// The place of an entry in the store.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Place {
    session: SessionId,
    number: u32,
    /// Size of the stored value in bytes, 0 before the first write.
    bytes: usize,
}

/// Changes that were handed out to be written, to be taken back if that fails.
#[derive(Debug, Default)]
pub struct Unconfirmed {
    turns: BTreeSet<TurnKey>,
    deletes: Vec<Write>,
}

/// Assigns the entries of the page's conversation to sessions, and collects the writes for those that changed.
///
/// It is deterministic: a copy for another tab that shows the same conversation chooses the same places, if both take note
/// of the same changes one by one.
#[derive(Debug, Serialize, Deserialize)]
pub struct PageKeeper {
    /// Makes the ids of its sessions its own.
    seed: u64,
    /// Address of the server that new entries come from; `None` for the demo, which is not kept.
    url: Option<String>,
    /// Whether the next entry begins a session.
    begins_session: bool,
    /// Sessions with an entry on this page.
    sessions: BTreeMap<SessionId, Session>,
    current: Option<SessionId>,
    places: BTreeMap<TurnKey, Place>,
    /// Entries and sessions to be written.
    unsaved: BTreeSet<TurnKey>,
    unsaved_sessions: BTreeSet<SessionId>,
    /// Entries to be deleted, since they moved or are gone.
    deletes: Vec<Write>,
}

impl PageKeeper {
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            url: None,
            begins_session: false,
            sessions: BTreeMap::new(),
            current: None,
            places: BTreeMap::new(),
            unsaved: BTreeSet::new(),
            unsaved_sessions: BTreeSet::new(),
            deletes: Vec::new(),
        }
    }

    /// From now on, entries come from the server at `url`, or from the demo.
    pub fn set_server(&mut self, url: Option<&str>) {
        if self.url.as_deref() != url {
            self.url = url.map(str::to_owned);
            self.begins_session = true;
        }
    }

    /// Continues with what an earlier visit has kept. `keys` are those that the conversation gave to its entries.
    pub fn adopt(&mut self, kept: Latest, keys: &[TurnKey]) {
        if let Some(state) = kept.state {
            self.begins_session = false;
            self.current = Some(state.session);
        }
        for session in kept.sessions {
            self.sessions.entry(session.id.clone()).or_insert(session);
        }
        if self.current.as_ref().is_some_and(|current| !self.sessions.contains_key(current)) {
            self.current = None;
        }
        for (key, KeptTurn { session, number, bytes, .. }) in keys.iter().zip(kept.turns) {
            self.places.insert(*key, Place { session, number, bytes });
        }
    }

    /// Number of an entry in its session, if it is kept.
    #[must_use]
    pub fn number(&self, key: TurnKey) -> Option<u32> {
        self.places.get(&key).map(|place| place.number)
    }

    /// The session in use.
    #[must_use]
    pub const fn current(&self) -> Option<&SessionId> {
        self.current.as_ref()
    }

    /// Place of the oldest kept entry from `first` on: address of its server, session, and number in the session.
    #[must_use]
    pub fn oldest_from(&self, first: TurnKey) -> Option<(String, SessionId, u32)> {
        let (_, place) = self.places.range(first..).next()?;
        let url = self.sessions.get(&place.session)?.url.clone();
        Some((url, place.session.clone(), place.number))
    }

    /// Forgets a session that was deleted. Returns its entries on the page.
    pub fn forget(&mut self, session: &SessionId) -> BTreeSet<TurnKey> {
        self.sessions.remove(session);
        self.unsaved_sessions.remove(session);
        if self.current.as_ref() == Some(session) {
            self.current = None;
        }
        let gone: BTreeSet<TurnKey> =
            self.places.iter().filter(|(_, place)| place.session == *session).map(|(key, _)| *key).collect();
        for key in &gone {
            self.places.remove(key);
            self.unsaved.remove(key);
        }
        gone
    }

    /// Forgets everything that was kept so far.
    pub fn forget_all(&mut self) {
        *self = Self { url: self.url.take(), ..Self::new(self.seed) };
    }

    /// Takes note of the entries that changed.
    pub fn note(&mut self, conversation: &mut Conversation) {
        for key in conversation.take_unsaved() {
            match conversation.turn(key) {
                Some(turn) => {
                    self.note_turn(key, turn);
                    // An interim transcript has its place, and is written once it is final: it may be withdrawn.
                    if turn.is_open && turn.role == Role::User {
                        self.unsaved.remove(&key);
                    }
                }
                None => self.remove(key),
            }
        }
    }

    fn note_turn(&mut self, key: TurnKey, turn: &Turn) {
        if let Some(place) = self.places.get(&key) {
            let is_first = self.sessions.get(&place.session).is_none_or(|session| session.first == place.number);
            if turn.begins.is_some() && !is_first {
                self.split(key, turn.time);
            }
        } else {
            let Some(url) = self.url.clone() else { return };
            // What an earlier visit has kept, and was deleted since, stays deleted.
            if key.is_of_earlier_visit() {
                return;
            }
            if self.current.is_none() || self.begins_session || turn.begins.is_some() {
                self.begin(&url, key, turn.time);
            }
            self.place(key);
        }
        self.unsaved.insert(key);
        if let Some(session) = self.places.get(&key).and_then(|place| self.sessions.get_mut(&place.session)) {
            session.last = session.last.max(turn.time);
            session.set_title(&turn.text);
            self.unsaved_sessions.insert(session.id.clone());
        }
    }

    fn begin(&mut self, url: &str, first: TurnKey, time: DateTime<Utc>) {
        let id = SessionId::new(time, fastrand::Rng::with_seed(self.seed ^ first.0).u32(..));
        self.sessions.insert(id.clone(), Session::new(id.clone(), url, time));
        self.current = Some(id);
        self.begins_session = false;
    }

    /// Gives an entry the next number in the session in use.
    fn place(&mut self, key: TurnKey) {
        let Some(session) = self.current.as_ref().and_then(|id| self.sessions.get_mut(id)) else { return };
        let number = session.end;
        session.end += 1;
        self.places.insert(key, Place { session: session.id.clone(), number, bytes: 0 });
    }

    /// Moves an entry and all later ones to a new session: it was found to begin one.
    fn split(&mut self, key: TurnKey, time: DateTime<Utc>) {
        let moved: Vec<TurnKey> = self.places.range(key..).map(|(key, _)| *key).collect();
        let url =
            self.places.get(&key).and_then(|place| self.sessions.get(&place.session)).map(|from| from.url.clone());
        let Some(url) = url else { return };
        for key in moved.iter().rev() {
            self.remove(*key);
        }
        self.begin(&url, key, time);
        for key in moved {
            self.place(key);
            self.unsaved.insert(key);
        }
    }

    fn remove(&mut self, key: TurnKey) {
        self.unsaved.remove(&key);
        let Some(place) = self.places.remove(&key) else { return };
        self.deletes.push(Write::delete(Table::Turns, &place.session.turn_key(place.number)));
        if let Some(session) = self.sessions.get_mut(&place.session) {
            session.bytes = session.bytes.saturating_sub(place.bytes as u64);
            if session.end == place.number + 1 {
                session.end = place.number;
            }
            self.unsaved_sessions.insert(session.id.clone());
        }
    }

    /// Whether anything is to be written.
    #[must_use]
    pub fn has_unsaved(&self) -> bool {
        !self.unsaved.is_empty() || !self.deletes.is_empty() || !self.unsaved_sessions.is_empty()
    }

    /// Returns the writes for everything that changed, and for the state that the next visit continues from. If they
    /// fail, hand them to [`Self::take_back`].
    pub fn take_writes(&mut self, conversation: &Conversation, received: Value) -> (Vec<Write>, Unconfirmed) {
        let taken =
            Unconfirmed { turns: std::mem::take(&mut self.unsaved), deletes: std::mem::take(&mut self.deletes) };
        let mut writes = taken.deletes.clone();
        for key in &taken.turns {
            let Some((turn, place)) = conversation.turn(*key).zip(self.places.get_mut(key)) else { continue };
            // Cannot fail: strings, numbers and structures always have a JSON form.
            let value = serde_json::to_string(turn).unwrap_or_default();
            if let Some(session) = self.sessions.get_mut(&place.session) {
                session.bytes = (session.bytes + value.len() as u64).saturating_sub(place.bytes as u64);
                self.unsaved_sessions.insert(session.id.clone());
            }
            place.bytes = value.len();
            writes.push(Write::Put { table: Table::Turns, key: place.session.turn_key(place.number), value });
        }
        for id in std::mem::take(&mut self.unsaved_sessions) {
            let Some(session) = self.sessions.get(&id) else { continue };
            if session.turns() == 0 {
                writes.extend(session.delete());
            } else {
                writes.push(session.put());
            }
        }
        if let Some((url, session)) = self.url.as_deref().zip(self.current.clone()) {
            let conversation = conversation.state(|key| self.number(key));
            let state = VisitState { session, conversation, received };
            let value = serde_json::to_string(&state).unwrap_or_default();
            writes.push(Write::Put { table: Table::State, key: state_key(url), value });
        }
        (writes, taken)
    }

    /// Drops what is not written yet: other tabs write it.
    pub fn drop_unsaved(&mut self) {
        self.unsaved.clear();
        self.unsaved_sessions.clear();
        self.deletes.clear();
    }

    /// Begins a session with the next entry: others may have written to the one in use.
    pub const fn begin_session(&mut self) {
        self.begins_session = true;
    }

    /// Takes back changes whose write failed. Call it before the next [`Self::take_writes`], because a deleted key may be
    /// used again.
    pub fn take_back(&mut self, failed: Unconfirmed) {
        let sessions = failed.turns.iter().filter_map(|key| self.places.get(key)).map(|place| place.session.clone());
        self.unsaved_sessions.extend(sessions.collect::<Vec<_>>());
        self.unsaved.extend(failed.turns);
        self.deletes.splice(0..0, failed.deletes);
    }
}
