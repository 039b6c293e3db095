//! An event before the server adds its envelope.

use serde_json::Value;

/// Types that the server keeps for replay.
const HIGH_PRIORITY: [&str; 6] =
    ["conversation_start", "conversation_end", "tts_stop", "memory_store", "system_info", "system_error"];

#[derive(Clone, Debug)]
pub(super) struct OutgoingEvent {
    pub kind: &'static str,
    pub data: Value,
}

impl OutgoingEvent {
    pub(super) const fn new(kind: &'static str, data: Value) -> Self {
        Self { kind, data }
    }

    /// Whether the server keeps the event for replay.
    pub(super) fn is_high_priority(&self) -> bool {
        HIGH_PRIORITY.contains(&self.kind)
    }
}
