//! The views of the chosen row.

/// A view of the chosen row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailTab {
    /// The decoded frame or message, and facts about it.
    Payload,
    /// The message that the row is about, step by step.
    Message,
    /// The turn that the row belongs to.
    Turn,
    /// The frame as text.
    Raw,
}
