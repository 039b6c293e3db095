//! Kept conversations: loading, searching, naming and deleting them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::session::{Session, SessionId};
use super::{KeptLimits, KeyRange, Removed, Store, StoreError, Table, Write};
use crate::model::{ConversationState, Turn};

/// Entries read at once where many are read, so that other work comes in between.
const PAGE: usize = 1_000;

/// An entry with its place in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptTurn {
    pub session: SessionId,
    /// Number in the session.
    pub number: u32,
    pub turn: Turn,
    /// Size in bytes.
    pub bytes: usize,
}

/// What a visit needs to continue the last one with the same server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitState {
    /// The session that continues.
    pub session: SessionId,
    pub conversation: ConversationState,
    /// The link's memory of the events that it has received.
    #[serde(default)]
    pub received: Value,
}

/// The newest entries for a server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Latest {
    /// The sessions that they belong to, oldest first.
    pub sessions: Vec<Session>,
    /// Oldest first.
    pub turns: Vec<KeptTurn>,
    pub state: Option<VisitState>,
    /// Number of values that could not be read.
    pub unreadable: usize,
}

impl Latest {
    /// What the link had received from the server.
    #[must_use]
    pub fn received<T: DeserializeOwned>(&self) -> Option<T> {
        let state = self.state.as_ref()?;
        serde_json::from_value(state.received.clone()).ok()
    }
}

/// Loads the newest entries for the server at `url`, at least `wanted` if there are as many.
pub async fn latest(store: &impl Store, url: &str, wanted: u32) -> Result<Latest, StoreError> {
    let state = store.get(Table::State, &state_key(url)).await?;
    let state = state.and_then(|text| serde_json::from_str(&text).ok());
    let mut latest = load_before(store, url, None, wanted).await?;
    latest.state = state;
    Ok(latest)
}

/// Loads entries for the server at `url` before the entry `number` of `session`, up to `wanted`.
pub async fn before(
    store: &impl Store,
    url: &str,
    (session, number): (&SessionId, u32),
    wanted: u32,
) -> Result<Latest, StoreError> {
    load_before(store, url, Some((session, number)), wanted).await
}

async fn load_before(
    store: &impl Store,
    url: &str,
    place: Option<(&SessionId, u32)>,
    wanted: u32,
) -> Result<Latest, StoreError> {
    let mut found = Latest::default();
    let mut missing = wanted;
    let keys = store.keys(Table::Sessions, &Session::keys_of(url)).await?;
    for key in keys.iter().rev() {
        if missing == 0 {
            break;
        }
        let Some(session) = read::<Session>(store.get(Table::Sessions, key).await?, &mut found.unreadable) else {
            continue;
        };
        let end = match place {
            Some((id, _)) if session.id > *id => continue,
            Some((id, number)) if session.id == *id => number,
            _ => session.end,
        };
        let from = end.saturating_sub(missing).max(session.first);
        let values = store.range(Table::Turns, &session.id.turn_keys(from, end), usize::MAX).await?;
        let mut turns: Vec<KeptTurn> = Vec::with_capacity(values.len());
        for (key, value) in values {
            let bytes = value.len();
            let number = number_in(&key);
            let turn = read::<Turn>(Some(value), &mut found.unreadable);
            if let Some((number, turn)) = number.zip(turn) {
                turns.push(KeptTurn { session: session.id.clone(), number, turn, bytes });
            }
        }
        missing = missing.saturating_sub(end.saturating_sub(from));
        turns.append(&mut found.turns);
        found.turns = turns;
        found.sessions.insert(0, session);
    }
    Ok(found)
}

/// Counts the entries for the server at `url` before the entry `number` of `session`.
pub async fn count_before(
    store: &impl Store,
    url: &str,
    (session, number): (&SessionId, u32),
) -> Result<u64, StoreError> {
    let sessions = store.range(Table::Sessions, &Session::keys_of(url), usize::MAX).await?;
    let sessions = sessions.into_iter().filter_map(|(_, value)| serde_json::from_str::<Session>(&value).ok());
    let before = sessions.filter(|known| known.id <= *session).map(|known| {
        let end = if known.id == *session { number } else { known.end };
        u64::from(end.saturating_sub(known.first))
    });
    Ok(before.sum())
}

fn number_in(key: &str) -> Option<u32> {
    key.rsplit_once('/').and_then(|(_, number)| u32::from_str_radix(number, 16).ok())
}

fn read<T: DeserializeOwned>(value: Option<String>, unreadable: &mut usize) -> Option<T> {
    let read = serde_json::from_str(&value?).ok();
    *unreadable += usize::from(read.is_none());
    read
}

pub(super) fn state_key(url: &str) -> String {
    format!("visit {url}")
}

/// Loads all sessions, newest first, with the number of those that could not be read.
pub async fn sessions(store: &impl Store) -> Result<(Vec<Session>, usize), StoreError> {
    let names = store.range(Table::Names, &KeyRange::all(), usize::MAX).await?;
    let mut names: HashMap<String, String> = names.into_iter().collect();
    let mut unreadable = 0;
    let values = store.range(Table::Sessions, &KeyRange::all(), usize::MAX).await?;
    let mut sessions: Vec<Session> =
        values.into_iter().filter_map(|(_, value)| read(Some(value), &mut unreadable)).collect();
    for session in &mut sessions {
        session.name = names.remove(session.id.as_str());
    }
    sessions.sort_by(|one, other| other.last.cmp(&one.last).then_with(|| other.id.cmp(&one.id)));
    Ok((sessions, unreadable))
}

/// Loads all entries of a session.
pub async fn turns(store: &impl Store, session: &SessionId) -> Result<Vec<Turn>, StoreError> {
    let values = store.range(Table::Turns, &session.all_turn_keys(), usize::MAX).await?;
    let turns = values.into_iter().filter_map(|(_, value)| serde_json::from_str::<Turn>(&value).ok());
    Ok(turns.map(Turn::into_ended).collect())
}

/// What a search found in one session.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub session: SessionId,
    /// Number of occurrences.
    pub hits: usize,
    /// The first entry with an occurrence.
    pub first: Turn,
}

/// Counts occurrences of `words`, without regard to case, in the entries of a session.
pub async fn search(store: &impl Store, session: &Session, words: &str) -> Result<Option<Found>, StoreError> {
    let words = words.trim().to_lowercase();
    if words.is_empty() {
        return Ok(None);
    }
    let mut found: Option<Found> = None;
    let mut range = session.id.all_turn_keys();
    loop {
        let values = store.range(Table::Turns, &range, PAGE).await?;
        let Some((last, _)) = values.last() else { break };
        range.from = format!("{last}\0");
        for (_, value) in values {
            let Ok(turn) = serde_json::from_str::<Turn>(&value) else { continue };
            let hits = turn.hits(&words);
            match &mut found {
                _ if hits == 0 => {}
                Some(found) => found.hits += hits,
                None => found = Some(Found { session: session.id.clone(), hits, first: turn }),
            }
        }
    }
    Ok(found)
}

/// Names a session, or takes its name away.
pub async fn rename(store: &impl Store, session: &SessionId, name: &str) -> Result<(), StoreError> {
    let key = session.as_str().to_owned();
    let write = match name.trim() {
        "" => Write::delete(Table::Names, &key),
        name => Write::Put { table: Table::Names, key, value: name.to_owned() },
    };
    store.write(vec![write]).await
}

/// Deletes a session with its entries.
pub async fn delete(store: &impl Store, session: &Session) -> Result<(), StoreError> {
    store.write(session.delete()).await
}

/// Deletes everything from every table.
pub async fn erase_everything(store: &impl Store) -> Result<(), StoreError> {
    store.write(Table::ALL.iter().map(|table| Write::Delete { table: *table, range: KeyRange::all() }).collect()).await
}

/// Deletes the oldest sessions until all are within the limits. The session in use, `current`, stays.
pub async fn trim(
    store: &impl Store,
    limits: KeptLimits,
    now: DateTime<Utc>,
    current: Option<&SessionId>,
) -> Result<Removed, StoreError> {
    let (sessions, _) = sessions(store).await?;
    let (mut removed, mut writes) = (Removed::default(), Vec::new());
    for session in limits.beyond(now, sessions, |session| (session.last, session.bytes)) {
        if current != Some(&session.id) {
            removed.things += 1;
            removed.bytes += session.bytes;
            writes.extend(session.delete());
        }
    }
    if !writes.is_empty() {
        store.write(writes).await?;
    }
    Ok(removed)
}
