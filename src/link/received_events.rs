//! What of a server's events has arrived, for a later visit of the page.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Which of a server's events have arrived, as stored for a later visit of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedEvents {
    /// Number of the server run, as in [`ServerEvent::epoch`](super::ServerEvent::epoch).
    pub(super) epoch: u32,
    pub(super) run: u32,
    pub(super) first_seq: Option<u64>,
    pub(super) last_seq: Option<u64>,
    pub(super) gaps: Vec<(u64, u64)>,
    pub(super) sessions: VecDeque<String>,
}
