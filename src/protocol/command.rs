//! The commands that the dashboard can send, each with its rules. Facts about them are in docs/PROTOCOL.md.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::shape::{from_value, to_object};

/// Commands of one group are never reordered among themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The microphone.
    Listening,
    /// The loudspeaker.
    Speaking,
    /// Commands that start a turn. Coda drops them while it is in another.
    Turns,
    /// The heartbeat.
    Pings,
    /// Anything else.
    Other,
}

/// What Coda does with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It answers, and may use tools and speech.
    Turn,
    /// It starts the microphone.
    Microphone,
    /// It stops listening or speaking.
    Stop,
    /// Nothing that is known.
    None,
}

/// An example of a command's `data`, for the debugger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// What the command does with it.
    pub name: &'static str,
    /// JSON.
    pub data: &'static str,
}

/// The rules of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandRules {
    /// The wire type.
    pub kind: &'static str,
    /// Its place in the order of commands.
    pub group: Group,
    /// Whether it overtakes commands of other groups: the user wants silence now.
    pub is_urgent: bool,
    /// The time in the queue after which nobody can still want it.
    pub expires_after: Option<Duration>,
    /// Whether a second copy does no harm, so that it may be repeated without knowing what became of the first.
    pub is_safe_twice: bool,
    /// Whether an equal one within the window is a double listener's.
    pub is_deduplicated: bool,
    /// The type whose deduplication it ends: press, release, press must work however quick.
    pub reopens: Option<&'static str>,
    /// What Coda does with it.
    pub effect: Effect,
    /// Its name in notices; `None` where its outcome is shown elsewhere.
    pub label: Option<&'static str>,
    /// Examples of its `data`.
    pub templates: &'static [Template],
}

/// The rules of commands that this version does not know.
const CUSTOM: CommandRules = CommandRules {
    kind: "custom",
    group: Group::Other,
    is_urgent: false,
    expires_after: None,
    is_safe_twice: false,
    is_deduplicated: true,
    reopens: None,
    effect: Effect::None,
    label: None,
    templates: &[Template { name: "anything else", data: "{}" }],
};

/// Declares the commands: a variant for each with its data, and its rules, none of which has a default.
macro_rules! commands {
    ($($(#[$meta:meta])* $wire:literal $name:ident
        $({ $(#[$field_meta:meta])* $field:ident: $type:ty })? $(($inner:ty))?
        => { $($rule:ident: $value:expr),* $(,)? }
    )*) => {
        /// A command of Coda 0.1.2, or one made by hand.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub enum Command {
            $($(#[$meta])* $name $({ $(#[$field_meta])* $field: $type })? $(($inner))?,)*
            /// Anything else, for the debugger.
            Custom {
                /// The wire type.
                kind: String,
                /// The data.
                data: Map<String, Value>,
            },
        }

        impl Command {
            /// The wire types of all known commands.
            pub const KINDS: &'static [&'static str] = &[$($wire),*];

            /// The rules of all known commands, and of any other.
            pub const RULES: &'static [CommandRules] =
                &[$(CommandRules { kind: $wire, $($rule: $value),* },)* CUSTOM];

            /// The rules of this command.
            #[must_use]
            pub const fn rules(&self) -> &'static CommandRules {
                match self {
                    $(Self::$name { .. } => const { &CommandRules { kind: $wire, $($rule: $value),* } },)*
                    Self::Custom { .. } => &CUSTOM,
                }
            }

            /// The command of this type with this data. One of Coda's own only where it says exactly that.
            #[must_use]
            pub fn from_wire(kind: &str, data: Map<String, Value>) -> Self {
                let known = match kind {
                    $($wire => commands!(@read $name data $({ $field })? $(($inner))?),)*
                    _ => None,
                };
                let known = known.filter(|command| command.data() == data);
                known.unwrap_or(Self::Custom { kind: kind.to_owned(), data })
            }

            /// The command's `data`, without a message id.
            #[must_use]
            pub fn data(&self) -> Map<String, Value> {
                match self {
                    $(commands!(@pattern command $name $({ $field })? $(($inner))?) =>
                        commands!(@write command $({ $field })? $(($inner))?),)*
                    Self::Custom { data, .. } => data.clone(),
                }
            }
        }
    };
    (@read $name:ident $data:ident) => { Some(Self::$name) };
    (@read $name:ident $data:ident { $field:ident }) => {
        $data.get(stringify!($field)).cloned().and_then(|field| from_value(field).ok()).map(|$field| Self::$name { $field })
    };
    (@read $name:ident $data:ident ($inner:ty)) => {
        from_value::<$inner>(Value::Object($data.clone())).ok().map(Self::$name)
    };
    (@pattern $command:ident $name:ident) => { Self::$name };
    (@pattern $command:ident $name:ident { $field:ident }) => { Self::$name { $field: $command } };
    (@pattern $command:ident $name:ident ($inner:ty)) => { Self::$name($command) };
    (@write $command:ident) => { Map::new() };
    (@write $command:ident { $field:ident }) => {
        Map::from_iter([(stringify!($field).to_owned(), $command.clone().into())])
    };
    (@write $command:ident ($inner:ty)) => { to_object($command) };
}

commands! {
    /// Run a turn on this text.
    "text_input" TextInput {
        /// What the user wrote.
        text: String
    } => {
        group: Group::Turns,
        is_urgent: false,
        expires_after: None,
        is_safe_twice: false,
        is_deduplicated: true,
        reopens: None,
        effect: Effect::Turn,
        label: None,
        templates: &[Template { name: "run a turn on a text", data: "{\"text\": \"Hello\"}" }],
    }
    /// Run a turn on the server's fixed prompt.
    "demo_flow" DemoFlow => {
        group: Group::Turns,
        is_urgent: false,
        expires_after: Some(Duration::from_secs(10)),
        is_safe_twice: false,
        is_deduplicated: true,
        reopens: None,
        effect: Effect::Turn,
        label: Some("“Run demo”"),
        templates: &[Template { name: "run a turn on Coda's own prompt", data: "{}" }],
    }
    /// Listen with the server's microphone.
    "stt_start" SttStart(SttStart) => {
        group: Group::Listening,
        is_urgent: false,
        expires_after: Some(Duration::from_secs(2)),
        is_safe_twice: false,
        is_deduplicated: true,
        reopens: Some("stt_stop"),
        effect: Effect::Microphone,
        label: Some("“Listen”"),
        templates: &[
            Template { name: "listen until stt_stop", data: "{\"mode\": \"push_to_talk\", \"continuous\": true}" },
            Template { name: "listen for some seconds", data: "{\"mode\": \"push_to_talk\", \"duration\": 5.0}" },
        ],
    }
    /// Stop listening.
    "stt_stop" SttStop => {
        group: Group::Listening,
        is_urgent: true,
        expires_after: Some(Duration::from_secs(30)),
        is_safe_twice: true,
        is_deduplicated: true,
        reopens: Some("stt_start"),
        effect: Effect::Stop,
        label: Some("“Stop listening”"),
        templates: &[Template { name: "stop listening", data: "{}" }],
    }
    /// Stop speaking.
    "tts_stop" TtsStop => {
        group: Group::Speaking,
        is_urgent: true,
        expires_after: Some(Duration::from_secs(30)),
        is_safe_twice: true,
        is_deduplicated: true,
        reopens: None,
        effect: Effect::Stop,
        label: Some("“Stop speaking”"),
        templates: &[Template { name: "stop speaking", data: "{}" }],
    }
    /// Ask for an echo. The server handles no such command.
    "ping" Ping => {
        group: Group::Pings,
        is_urgent: false,
        expires_after: None,
        is_safe_twice: true,
        is_deduplicated: false,
        reopens: None,
        effect: Effect::None,
        label: None,
        templates: &[Template { name: "only to see an echo", data: "{}" }],
    }
}

impl Command {
    /// The wire type.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Custom { kind, .. } => kind,
            known => known.rules().kind,
        }
    }

    /// What Coda does with it. Coda's own commands with unusual data have the same effect as with usual data.
    #[must_use]
    pub fn effect(&self) -> Effect {
        Self::effect_of(self.kind())
    }

    /// What Coda does with a message of this wire type.
    #[must_use]
    pub fn effect_of(kind: &str) -> Effect {
        Self::RULES.iter().find(|rules| rules.kind == kind).map_or(Effect::None, |rules| rules.effect)
    }

    /// The text of a `text_input`.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::TextInput { text } => Some(text),
            _ => None,
        }
    }
}

/// Listening time of `stt_start`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "SttStartData", try_from = "SttStartData")]
pub enum SttStart {
    /// Until `stt_stop`.
    Continuous,
    /// For this many seconds.
    Seconds(f64),
}

/// Wire form of the `data` of `stt_start`.
#[derive(Serialize, Deserialize)]
struct SttStartData {
    mode: SttMode,
    #[serde(skip_serializing_if = "Option::is_none")]
    continuous: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SttMode {
    PushToTalk,
}

impl From<SttStart> for SttStartData {
    fn from(start: SttStart) -> Self {
        let (continuous, duration) = match start {
            SttStart::Continuous => (Some(true), None),
            SttStart::Seconds(seconds) => (None, Some(seconds)),
        };
        Self { mode: SttMode::PushToTalk, continuous, duration }
    }
}

impl TryFrom<SttStartData> for SttStart {
    type Error = &'static str;

    fn try_from(data: SttStartData) -> Result<Self, Self::Error> {
        match (data.continuous, data.duration) {
            (Some(true), None) => Ok(Self::Continuous),
            (None, Some(seconds)) => Ok(Self::Seconds(seconds)),
            _ => Err("expected either `continuous: true` or a `duration`"),
        }
    }
}
