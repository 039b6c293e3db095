//! Differences between two records, and what the page says about them.

use std::fmt::Write;
use std::time::Duration;

use serde_json::Value;

use crate::analysis::error_name::ErrorSignature;
use crate::analysis::words;
use crate::history::{self, shorten};
use crate::model::Stage;

/// Maximum length of a quoted text or value, in characters.
const QUOTED_CHARS: usize = 80;
/// How many changed fields are named.
const FIELDS: usize = 4;

/// Something of each record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Both<T> {
    pub left: T,
    pub right: T,
}

impl<T> Both<T> {
    pub(super) const fn new(left: T, right: T) -> Self {
        Self { left, right }
    }

    #[must_use]
    pub const fn as_ref(&self) -> Both<&T> {
        Both { left: &self.left, right: &self.right }
    }

    #[must_use]
    pub fn map<U>(self, mut read: impl FnMut(T) -> U) -> Both<U> {
        Both { left: read(self.left), right: read(self.right) }
    }
}

/// The record that has something which the other lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OnlyIn {
    Left,
    Right,
}

/// A difference between two records.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordDifference {
    /// Place in [`RecordComparison::turns`](super::RecordComparison::turns); `None` if it is about the whole records.
    pub turn: Option<usize>,
    /// Numbers of the rows that show it.
    pub rows: Both<Option<u64>>,
    pub change: RecordChange,
}

/// The ways in which two records differ.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordChange {
    /// Only one has the turn.
    Turn(OnlyIn),
    /// The turn came in another order.
    TurnMoved,
    /// Coda recognized other words.
    Words(Both<String>),
    /// The turn ended in another way.
    Outcome(Both<TurnOutcome>),
    /// The answer has another text.
    Answer(Both<String>),
    /// Only one called the tool.
    ToolCall { tool: String, only_in: OnlyIn },
    /// The tool was called in another order.
    ToolMoved { tool: String },
    /// The tool got other arguments.
    Arguments { tool: String, fields: Vec<history::Difference> },
    /// The call ended in another way.
    ToolOutcome { tool: String, outcomes: Both<CallOutcome> },
    /// Only one sent the message.
    Message { kind: String, text: String, only_in: OnlyIn },
    /// The message was sent in another order.
    MessageMoved { kind: String, text: String },
    /// The message ended in another state, one of [`history::STATES`].
    Fate { kind: String, text: String, states: Both<&'static str> },
    /// Only one has events of this type here, or more of them.
    Event {
        kind: String,
        /// How many more it has.
        count: usize,
        only_in: OnlyIn,
        /// Whether the other record has none at all.
        is_absent: bool,
    },
    /// An event has other content.
    Fields {
        kind: String,
        fields: Vec<history::Difference>,
        /// How often the same fields changed in the same way.
        count: usize,
    },
    /// A stage took longer in one of them.
    Speed {
        /// With the model's or tool's name.
        stages: Both<Stage>,
        /// For several turns, the medians.
        times: Both<Duration>,
        /// Number of turns.
        turns: usize,
    },
    /// The connection had a problem more often in one of them.
    Connection { problem: ConnectionProblem, counts: Both<usize> },
    /// Only one has the error.
    Error { error: ErrorSignature, count: usize, only_in: OnlyIn },
}

/// A kind of difference, to filter by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DifferenceKind {
    Turns,
    Tools,
    Messages,
    Events,
    Errors,
    Connection,
    Speed,
}

/// How a turn ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TurnOutcome {
    /// With an answer.
    Answered,
    /// By speech alone, as Coda answers its own commands.
    Spoken,
    /// With an error of the language model.
    Failed(String),
    /// An answer was begun, and something else came.
    CutOff,
    /// It was not over when the record ended.
    Unfinished,
    /// Coda took the words and did nothing more.
    Unanswered,
    /// Coda listened and recognized nothing.
    NotHeard,
}

/// How the call of a tool ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallOutcome {
    Done,
    Failed(String),
    /// Neither a result nor an error came.
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConnectionProblem {
    /// The server turned the page away.
    Refused,
    /// The connection could not be made.
    Unreachable,
    /// The connection ended.
    Lost,
    /// The server was restarted.
    Restarted,
    /// Events were missed for good.
    Missed,
}

impl DifferenceKind {
    pub const ALL: [Self; 7] =
        [Self::Turns, Self::Tools, Self::Messages, Self::Events, Self::Errors, Self::Connection, Self::Speed];

    /// Name in the page's address and tests.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Turns => "turns",
            Self::Tools => "tools",
            Self::Messages => "messages",
            Self::Events => "events",
            Self::Errors => "errors",
            Self::Connection => "connection",
            Self::Speed => "speed",
        }
    }

    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Turns => "Turns and answers",
            Self::Tools => "Tools",
            Self::Messages => "Messages",
            Self::Events => "Events",
            Self::Errors => "Errors",
            Self::Connection => "Connection",
            Self::Speed => "Speed",
        }
    }
}

impl TurnOutcome {
    fn words(&self) -> String {
        match self {
            Self::Answered => "it was answered".to_owned(),
            Self::Spoken => "it was answered by speech alone".to_owned(),
            Self::Failed(message) => format!("the language model failed ({})", quoted(message)),
            Self::CutOff => "its answer was cut off".to_owned(),
            Self::Unfinished => "its answer was not finished when the recording ended".to_owned(),
            Self::Unanswered => "it was not answered".to_owned(),
            Self::NotHeard => "nothing was recognized".to_owned(),
        }
    }
}

impl CallOutcome {
    fn words(&self) -> String {
        match self {
            Self::Done => "it worked".to_owned(),
            Self::Failed(message) => format!("it failed ({})", quoted(message)),
            Self::Open => "it did not end".to_owned(),
        }
    }
}

impl RecordDifference {
    #[must_use]
    pub const fn kind(&self) -> DifferenceKind {
        match self.change {
            RecordChange::Turn(_)
            | RecordChange::TurnMoved
            | RecordChange::Words(_)
            | RecordChange::Outcome(_)
            | RecordChange::Answer(_) => DifferenceKind::Turns,
            RecordChange::ToolCall { .. }
            | RecordChange::ToolMoved { .. }
            | RecordChange::Arguments { .. }
            | RecordChange::ToolOutcome { .. } => DifferenceKind::Tools,
            RecordChange::Message { .. } | RecordChange::MessageMoved { .. } | RecordChange::Fate { .. } => {
                DifferenceKind::Messages
            }
            RecordChange::Event { .. } | RecordChange::Fields { .. } => DifferenceKind::Events,
            RecordChange::Speed { .. } => DifferenceKind::Speed,
            RecordChange::Connection { .. } => DifferenceKind::Connection,
            RecordChange::Error { .. } => DifferenceKind::Errors,
        }
    }

    /// Describes the difference in a sentence or two. `names` are those of the two records.
    #[must_use]
    pub fn describe(&self, names: Both<&str>) -> String {
        let only = |only_in: OnlyIn| match only_in {
            OnlyIn::Left => names.left,
            OnlyIn::Right => names.right,
        };
        let each = |left: &str, right: &str| format!("In {}: {left}. In {}: {right}.", names.left, names.right);
        match &self.change {
            RecordChange::Turn(only_in) => format!("Only {} has this turn.", only(*only_in)),
            RecordChange::TurnMoved => "This turn came in a different order.".to_owned(),
            RecordChange::Words(words) => {
                let Both { left, right } = words.as_ref().map(|words| quoted(words));
                format!("Coda heard different words. {}", each(&left, &right))
            }
            RecordChange::Outcome(outcomes) => {
                let Both { left, right } = outcomes.as_ref().map(TurnOutcome::words);
                format!("The turn ended differently. {}", each(&left, &right))
            }
            RecordChange::Answer(texts) => {
                let Both { left, right } = excerpts(texts);
                format!("The answer differs. {}", each(&left, &right))
            }
            RecordChange::ToolCall { tool, only_in } => {
                format!("Only {} has this call of the tool “{tool}”.", only(*only_in))
            }
            RecordChange::ToolMoved { tool } => format!("The tool “{tool}” was called in another order."),
            RecordChange::Arguments { tool, fields } => {
                format!("The tool “{tool}” got different arguments. {}", fields_words(fields, names))
            }
            RecordChange::ToolOutcome { tool, outcomes } => {
                let Both { left, right } = outcomes.as_ref().map(CallOutcome::words);
                format!("The call of the tool “{tool}” ended in another way. {}", each(&left, &right))
            }
            RecordChange::Message { kind, text, only_in } => {
                format!("Only {} has the message {}.", only(*only_in), message(kind, text))
            }
            RecordChange::MessageMoved { kind, text } => {
                format!("The message {} was sent in another order.", message(kind, text))
            }
            RecordChange::Fate { kind, text, states } => {
                format!(
                    "The message {} ended in a different state. {}",
                    message(kind, text),
                    each(states.left, states.right)
                )
            }
            RecordChange::Event { kind, count, only_in, is_absent } => {
                let extra = match (count, is_absent) {
                    (1, true) => format!("an event {kind}, and the other has none at all"),
                    (1, false) => format!("this event {kind}"),
                    (count, true) => format!("events {kind} ({count}), and the other has none at all"),
                    (count, false) => format!("these {count} events {kind}"),
                };
                format!("Only {} has {extra}.", only(*only_in))
            }
            RecordChange::Fields { kind, fields, count } => {
                let times = if *count > 1 { format!(" {count} times in the same way") } else { String::new() };
                format!("The event {kind} differs{times}. {}", fields_words(fields, names))
            }
            RecordChange::Speed { stages, times, turns } => self::speed(stages, *times, *turns, names),
            RecordChange::Connection { problem, counts } => {
                let what = match problem {
                    ConnectionProblem::Refused => "Coda turned the dashboard away",
                    ConnectionProblem::Unreachable => "The connection could not be made",
                    ConnectionProblem::Lost => "The connection was lost",
                    ConnectionProblem::Restarted => "Coda was restarted",
                    ConnectionProblem::Missed => "Events were missed",
                };
                let Both { left, right } = counts.map(times);
                format!("{what}: {left} in {}, {right} in {}.", names.left, names.right)
            }
            RecordChange::Error { error, count, only_in } => {
                let often = if *count > 1 { format!(", {}", times(*count)) } else { String::new() };
                let message = quoted(&error.message);
                format!("Only {} has the error {}: {message}{often}.", only(*only_in), error.kind)
            }
        }
    }
}

fn speed(stages: &Both<Stage>, times: Both<Duration>, turns: usize, names: Both<&str>) -> String {
    let title = match &stages.left {
        Stage::Tool(name) => format!("The tool “{name}”"),
        stage => stage.part().title().to_owned(),
    };
    let model = |stage: &Stage| match stage {
        Stage::Model(name) if !name.is_empty() => format!(" (“{name}”)"),
        _ => String::new(),
    };
    let Both { left, right } = times.map(words::span);
    let slower = if times.left > times.right { names.left } else { names.right };
    let usual = if turns > 1 { format!(", the median of {turns} turns") } else { String::new() };
    format!(
        "{title} was slower in {slower}. In {}: {left}{}. In {}: {right}{}{usual}.",
        names.left,
        model(&stages.left),
        names.right,
        model(&stages.right)
    )
}

fn message(kind: &str, text: &str) -> String {
    if text.is_empty() { kind.to_owned() } else { format!("{kind} {}", quoted(text)) }
}

fn times(count: usize) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

fn quoted(text: &str) -> String {
    format!("“{}”", shorten(text.trim(), QUOTED_CHARS))
}

/// The texts from shortly before the place where they part.
fn excerpts(texts: &Both<String>) -> Both<String> {
    let (left, right) = (texts.left.trim(), texts.right.trim());
    let common = left.chars().zip(right.chars()).take_while(|(left, right)| left == right);
    let common: usize = common.map(|(letter, _)| letter.len_utf8()).sum();
    // A few words that both have show the place.
    let before = left.get(..common).unwrap_or_default();
    let from = before.char_indices().rev().nth(QUOTED_CHARS / 4).map_or(0, |(at, _)| at);
    let start =
        before.get(from..).and_then(|rest| rest.find(char::is_whitespace)).map_or(from, |space| from + space + 1);
    let start = if from == 0 { 0 } else { start };
    Both::new(left, right).map(|text| {
        let rest = shorten(text.get(start..).unwrap_or(text), QUOTED_CHARS);
        if start == 0 { format!("“{rest}”") } else { format!("“…{rest}”") }
    })
}

fn fields_words(fields: &[history::Difference], names: Both<&str>) -> String {
    let mut told = String::new();
    for field in fields.iter().take(FIELDS) {
        let path = if field.path.is_empty() { "the value" } else { &field.path };
        let (left, right) = (value(field.left.as_ref()), value(field.right.as_ref()));
        // Writing to a string cannot fail.
        let _ = write!(told, "{path}: {left} in {}, {right} in {}. ", names.left, names.right);
    }
    if fields.len() > FIELDS {
        let _ = write!(told, "{} more fields differ.", fields.len() - FIELDS);
    }
    told.trim_end().to_owned()
}

fn value(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => quoted(text),
        Some(value) => shorten(&value.to_string(), QUOTED_CHARS),
    }
}
