//! One entry of the conversation.

use std::sync::Arc;

use serde_json::Value;

use crate::link::{MessageId, MessageState};
use crate::protocol::{Command, WallTime};

/// Names an entry for as long as the page lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TurnKey(pub u64);

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The person, by text or by voice.
    User,
    /// Coda.
    Assistant,
    /// The server about itself.
    System,
}

impl Role {
    /// Its name on the wire and in the page's `data-role`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::System => "system",
        }
    }

    pub(super) fn from_wire(role: &str) -> Self {
        match role {
            "user" => Self::User,
            "assistant" => Self::Assistant,
            _ => Self::System,
        }
    }
}

/// One entry of the conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Its name.
    pub key: TurnKey,
    /// Who speaks.
    pub role: Role,
    /// What is said: Markdown once it is complete, the pieces so far until then.
    pub text: String,
    /// More is to come: words being recognized, or an answer being written.
    pub is_open: bool,
    /// The connection ended while it was written, and the rest has not come.
    pub is_cut_off: bool,
    /// When it began.
    pub time: WallTime,
    /// A session of the server's began with it.
    pub begins_session: bool,
    /// Counts the turns that the server began for the user, from 1; `None` for what is none of them.
    pub number: Option<u64>,
    /// The tools that were used for it.
    pub tools: Vec<ToolCall>,
    /// What went wrong, in the server's words.
    pub errors: Vec<String>,
    /// For what was sent from this page: what became of it.
    pub outgoing: Option<Outgoing>,
}

/// What became of a message that was sent from this page.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// The message.
    pub id: MessageId,
    /// What it says.
    pub command: Arc<Command>,
    /// Where it is.
    pub state: MessageState,
    /// Whether the server has taken it up.
    pub uptake: Uptake,
    /// The user had it sent again, by another message.
    pub sent_again: bool,
}

/// What the server did with a text that it has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uptake {
    /// Nothing yet.
    Awaited,
    /// It began a turn with it.
    Begun,
    /// It was busy with another answer, which has ended since: Coda drops what it is told meanwhile.
    PassedOver,
}

/// A tool that was used.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    /// The tool.
    pub name: String,
    /// With what.
    pub parameters: Option<Value>,
    /// What came of it.
    pub state: ToolState,
    /// How long it took, in seconds.
    pub seconds: Option<f64>,
}

/// What came of a tool's call.
#[derive(Clone, Debug, PartialEq)]
pub enum ToolState {
    /// Not back yet.
    Running,
    /// It answered.
    Done(Option<Value>),
    /// It failed, with these words.
    Failed(String),
}
