//! One entry of the conversation.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use serde_json::Value;

use super::occurrences;
use crate::link::{Cancellation, Hold, MessageId, MessageState};
use crate::protocol::Command;

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
    pub time: DateTime<Utc>,
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
    /// For an answer: the message from this page that it answers.
    pub answers: Option<MessageId>,
}

impl Turn {
    /// How often these words, written small, are in what was said, in its tools and in its errors.
    #[must_use]
    pub fn hits(&self, words: &str) -> usize {
        let count = |text: &str| occurrences::count(text, words);
        let in_tool = |tool: &ToolCall| {
            let in_parameters = tool.parameters.as_ref().map_or(0, |parameters| count(&parameters.to_string()));
            count(&tool.name) + in_parameters + count(&tool.outcome())
        };
        let in_tools: usize = self.tools.iter().map(in_tool).sum();
        let in_errors: usize = self.errors.iter().map(|error| count(error)).sum();
        in_tools + count(&self.text) + in_errors
    }

    /// The message from this page that it is, or that it answers.
    #[must_use]
    pub fn message(&self) -> Option<MessageId> {
        self.outgoing.as_ref().map(|own| own.id).or(self.answers)
    }
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
    pub turn_status: TurnStatus,
    /// The user had it sent again, by another message.
    pub sent_again: bool,
}

impl Outgoing {
    /// What became of it, in words.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.state {
            _ if self.sent_again => "Sent again below".into(),
            MessageState::Delivered(_) if self.turn_status == TurnStatus::PassedOver => {
                "Delivered, but Coda was at another answer and did not take it up".into()
            }
            MessageState::Queued => "Waiting to be sent".into(),
            MessageState::Held(Hold::Turn) => {
                "Waiting for the end of this answer: Coda drops what comes meanwhile".into()
            }
            MessageState::Held(Hold::User) => "Not sent from here: another tab may have sent it".into(),
            MessageState::Held(Hold::Address { url }) => format!("Meant for {url}, and not sent to another address"),
            MessageState::Written { attempt: 1, .. } => "Sent, waiting for Coda".into(),
            MessageState::Written { attempt, .. } => format!("Sent again (attempt {attempt}), waiting for Coda"),
            MessageState::Unconfirmed => "Sent, but Coda did not confirm it: it may or may not have arrived".into(),
            MessageState::Delivered(_) => "Delivered".into(),
            MessageState::Suppressed { .. } => "Not sent: the same had just been sent".into(),
            MessageState::Expired => "Not sent: it waited too long".into(),
            MessageState::Failed(failure) => format!("Not sent: {failure}"),
            MessageState::Cancelled(Cancellation::Left) => "Sent and not confirmed; left at that".into(),
            MessageState::Cancelled(_) => "Taken back".into(),
        }
    }

    /// Whether it came to Coda and to no harm: nothing more need be said of it.
    #[must_use]
    pub fn is_taken_up(&self) -> bool {
        matches!(self.state, MessageState::Delivered(_))
            && self.turn_status != TurnStatus::PassedOver
            && !self.sent_again
    }
}

/// What the server did with a text that it has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnStatus {
    /// Nothing yet.
    Awaited,
    /// It began a turn with it.
    Begun,
    /// It was busy with another answer, which has ended since: Coda drops what it is told meanwhile.
    PassedOver,
}

/// What is said of a tool whose result never came.
pub const NO_RESULT: &str = "no result came";

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

impl ToolCall {
    /// What came of it, in words.
    #[must_use]
    pub fn outcome(&self) -> String {
        match &self.state {
            ToolState::Running => "no result yet".to_owned(),
            ToolState::Done(None) => "done".to_owned(),
            ToolState::Done(Some(Value::String(result))) => result.clone(),
            ToolState::Done(Some(result)) => result.to_string(),
            ToolState::Failed(words) => format!("failed: {words}"),
            ToolState::NoResult => NO_RESULT.to_owned(),
        }
    }
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
    /// Its turn, the connection or the server's run ended before it was back.
    NoResult,
}
