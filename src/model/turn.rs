//! An entry of the conversation.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::occurrences;
use super::tool_call::ToolCall;
use crate::link::{Cancellation, Hold, MessageId, MessageState};
use crate::protocol::Command;

/// Key of an entry, unique for the lifetime of the page. Later entries have larger keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TurnKey(pub u64);

impl TurnKey {
    /// The largest key of an entry of an earlier visit.
    pub(super) const LAST_OF_EARLIER_VISITS: Self = Self(1 << 32);

    /// Whether the entry was said in an earlier visit, so that this visit's record knows nothing of it.
    #[must_use]
    pub const fn is_of_earlier_visit(self) -> bool {
        self.0 <= Self::LAST_OF_EARLIER_VISITS.0
    }
}

/// Author of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The user, by text or by voice.
    User,
    Assistant,
    /// The server, about itself.
    System,
    /// Coda, by speech alone and outside of any turn.
    Speech,
}

impl Role {
    /// Name on the wire and in the page's `data-role`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::System => "system",
            Self::Speech => "speech",
        }
    }

    /// The name above an entry.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::User => "You",
            Self::Assistant => "Coda",
            Self::System => "System",
            Self::Speech => "Coda, by voice",
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

/// What begins with an entry of the conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beginning {
    /// A session of the server.
    Session,
    /// The use of another server, at this address.
    Server(Arc<str>),
}

/// Why the rest of a reply did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutOff {
    /// The connection ended and the rest was missed.
    ConnectionEnded,
    /// The page was closed or reloaded and the rest was missed.
    PageClosed,
    /// The server began another reply instead.
    Abandoned,
}

impl CutOff {
    /// Describes it to the user.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ConnectionEnded => "The connection ended before the answer was complete.",
            Self::PageClosed => "The page was closed before the answer was complete.",
            Self::Abandoned => "Coda did not finish this answer.",
        }
    }
}

/// Its serialized form is the one in the page's store, without the key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    #[serde(skip)]
    pub key: TurnKey,
    pub role: Role,
    /// Markdown if complete, otherwise the text so far.
    pub text: String,
    /// Whether more text follows: an interim transcript, or a reply in progress.
    #[serde(rename = "open", default, skip_serializing_if = "is_false")]
    pub is_open: bool,
    /// Why the rest of the reply did not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<CutOff>,
    /// Whether Coda heard this while it was in a turn and therefore dropped it.
    #[serde(rename = "ignored", default, skip_serializing_if = "is_false")]
    pub is_ignored: bool,
    /// Whether an event had a part in it that the user gave to the page.
    #[serde(rename = "synthetic", default, skip_serializing_if = "is_false")]
    pub is_synthetic: bool,
    /// Name of the other client that sent it as a text, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_by: Option<String>,
    /// Time of its start.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub time: DateTime<Utc>,
    /// What begins with this entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins: Option<Beginning>,
    /// Number of the user turn, from 1; `None` if the entry is not one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolCall>,
    /// Error messages from the server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
    /// Delivery status of a text sent from this page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outgoing: Option<Outgoing>,
    /// For recognized speech: how well it was understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Heard>,
    /// For a reply: the message from this page that it replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<MessageId>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// How well speech was understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// From 0 to 1.
    pub confidence: Option<f64>,
    /// Language code, for example `en`.
    pub language: Option<String>,
}

impl Heard {
    /// A confidence below this is low.
    const LOW: f64 = 0.6;

    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        self.confidence.is_some_and(|confidence| confidence < Self::LOW)
    }
}

impl Turn {
    /// The name above the entry.
    #[must_use]
    pub const fn author(&self) -> &'static str {
        if self.sent_by.is_some() { "Another client" } else { self.role.title() }
    }

    /// Counts occurrences of `words`, given in lower case, in the text, the tool calls and the errors.
    #[must_use]
    pub fn hits(&self, words: &str) -> usize {
        let count = |text: &str| occurrences::count(text, words);
        let in_tool = |tool: &ToolCall| {
            let in_parameters = tool.parameters.as_ref().map_or(0, |parameters| count(&parameters.to_string()));
            count(&tool.name) + in_parameters + count(&tool.outcome.exported())
        };
        let in_tools: usize = self.tools.iter().map(in_tool).sum();
        let in_errors: usize = self.errors.iter().map(|error| count(error)).sum();
        in_tools + count(&self.text) + in_errors
    }

    /// Returns the entry as it is after the end of its visit: nothing is in progress any more, and its number, which
    /// belonged to that visit, is gone.
    #[must_use]
    pub fn into_ended(mut self) -> Self {
        if self.is_open && self.role == Role::Assistant {
            self.cut_off.get_or_insert(CutOff::PageClosed);
        }
        self.is_open = false;
        self.number = None;
        self.tools.iter_mut().filter(|call| call.is_running()).for_each(ToolCall::give_up);
        if let Some(own) = &mut self.outgoing {
            match own.state {
                MessageState::Queued | MessageState::Held(_) => {
                    own.state = MessageState::Cancelled(Cancellation::PageClosed);
                }
                MessageState::Written { .. } => own.state = MessageState::Unconfirmed,
                _ => {}
            }
        }
        self
    }

    /// Returns the message from this page that this is or replies to.
    #[must_use]
    pub fn message(&self) -> Option<MessageId> {
        self.outgoing.as_ref().map(|own| own.id).or(self.answers)
    }
}

/// Delivery status of a text sent from this page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    pub id: MessageId,
    #[serde(rename = "text", with = "as_text")]
    pub command: Arc<Command>,
    pub state: MessageState,
    /// Whether the server used the text for a turn.
    #[serde(rename = "turn")]
    pub turn_status: TurnStatus,
    /// Whether the user sent it again as another message.
    #[serde(default, skip_serializing_if = "is_false")]
    pub sent_again: bool,
}

/// Only texts appear in the conversation, so the text says it all.
mod as_text {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Command;

    pub(super) fn serialize<S: Serializer>(command: &Arc<Command>, serializer: S) -> Result<S::Ok, S::Error> {
        command.text().unwrap_or_default().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Command>, D::Error> {
        String::deserialize(deserializer).map(|text| Arc::new(Command::TextInput { text }))
    }
}

impl Outgoing {
    /// Describes the status to the user.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.state {
            _ if self.sent_again => "Resent below".into(),
            MessageState::Delivered(_) if self.turn_status == TurnStatus::Dropped => {
                "Delivered, but Coda was busy with another answer and ignored it".into()
            }
            MessageState::Delivered(_) if self.turn_status == TurnStatus::TakenForFeedback => {
                "Delivered, but Coda treated it as feedback and did not answer".into()
            }
            MessageState::Queued => "Waiting to be sent".into(),
            MessageState::Held(Hold::Turn) => "Waiting for this answer to end: Coda ignores messages until then".into(),
            MessageState::Held(Hold::User) => "Not sent from this tab: another tab may have sent it".into(),
            MessageState::Held(Hold::Address { url }) => format!("Held for {url}, not sent to any other address"),
            MessageState::Written { attempt: 1, .. } => "Sent, waiting for Coda".into(),
            MessageState::Written { attempt, .. } => format!("Resent (attempt {attempt}), waiting for Coda"),
            MessageState::Unconfirmed => "Sent, but Coda did not confirm it: it may or may not have arrived".into(),
            MessageState::Delivered(_) => "Delivered".into(),
            MessageState::Suppressed { .. } => "Not sent: duplicate of the previous message".into(),
            MessageState::Expired => "Not sent: it waited too long".into(),
            MessageState::Failed(failure) => format!("Not sent: {failure}"),
            MessageState::Cancelled(Cancellation::Left) => "Sent, not confirmed, dismissed".into(),
            MessageState::Cancelled(Cancellation::LeftToOthers) => "Left to other tabs with that address".into(),
            MessageState::Cancelled(Cancellation::PageClosed) => "Not sent: the page was closed first".into(),
            MessageState::Cancelled(_) => "Cancelled".into(),
        }
    }

    /// Whether the text was delivered and processed, so that there is nothing more to show.
    #[must_use]
    pub fn is_taken_up(&self) -> bool {
        let is_lost = matches!(self.turn_status, TurnStatus::Dropped | TurnStatus::TakenForFeedback);
        matches!(self.state, MessageState::Delivered(_)) && !is_lost && !self.sent_again
    }
}

/// What the server did with a text that it has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnStatus {
    /// Nothing yet.
    Awaited,
    /// It started a turn with it.
    Begun,
    /// It dropped the text because it was in another turn, which has ended since.
    Dropped,
    /// It took the text for feedback, for which it had asked, and gave no answer.
    TakenForFeedback,
}
