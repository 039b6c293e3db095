//! An event before the server puts its number and time on it.

use serde_json::Value;

/// The types that the server keeps for those who were away.
const HIGH_PRIORITY: [&str; 6] =
    ["conversation_start", "conversation_end", "tts_stop", "memory_store", "system_info", "system_error"];

/// An event without its envelope.
#[derive(Clone, Debug)]
pub(super) struct OutgoingEvent {
    /// The wire name.
    pub kind: &'static str,
    /// What goes with it.
    pub data: Value,
}

impl OutgoingEvent {
    pub(super) const fn new(kind: &'static str, data: Value) -> Self {
        Self { kind, data }
    }

    /// Whether it goes into the replay buffer.
    pub(super) fn is_high_priority(&self) -> bool {
        HIGH_PRIORITY.contains(&self.kind)
    }
}
