//! The names that Coda has given to the tabs of this browser, so that none of them takes another for a stranger.

use super::storage::{self, Area};

const KEY: &str = "coda.clients";
/// How many of the latest names are kept. A tab has a new one with each connection.
const KEPT: usize = 64;

/// Adds a name. Call it before anything is sent under that name.
pub(crate) fn add(client_id: &str) {
    let mut all = own_clients();
    all.retain(|known| known != client_id);
    all.push(client_id.to_owned());
    let first = all.len().saturating_sub(KEPT);
    // If nothing can be stored, the tabs do not know each other.
    let _ = storage::write_list(Area::Local, KEY, all.get(first..).unwrap_or_default());
}

/// The names of all tabs, oldest first.
pub(crate) fn own_clients() -> Vec<String> {
    storage::read_list(Area::Local, KEY)
}
