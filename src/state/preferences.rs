//! The settings with their defaults and ranges, in one table that storage, the settings page and import share.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tracing::level_filters::LevelFilter;

use super::talk_key::TalkKey;
use crate::analysis::Budgets;
use crate::history::Limits;
use crate::link::LinkConfig;
use crate::model::StagePart;
use crate::store::KeptLimits;

/// A setting with a fixed set of values, type-erased for the settings page.
pub trait ChoiceValue {
    /// Name of the value in storage.
    fn name(&self) -> &'static str;
    /// Sets the value by name. Returns false if there is none of this name.
    fn choose(&mut self, name: &str) -> bool;
}

/// Declares an enum setting: its variants with their names in storage and their labels. The first is the default.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident {
        $(#[$first_meta:meta])* $first:ident = $first_wire:literal, $first_label:literal;
        $($(#[$rest_meta:meta])* $rest:ident = $rest_wire:literal, $rest_label:literal;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $(#[$first_meta])*
            #[default]
            #[serde(rename = $first_wire)]
            $first,
            $($(#[$rest_meta])* #[serde(rename = $rest_wire)] $rest,)*
        }

        impl $name {
            pub const ALL: &'static [Self] = &[Self::$first, $(Self::$rest),*];
            /// Names in storage and labels of all values.
            pub const OPTIONS: &'static [(&'static str, &'static str)] =
                &[($first_wire, $first_label), $(($rest_wire, $rest_label)),*];
        }

        impl ChoiceValue for $name {
            fn name(&self) -> &'static str {
                match self { Self::$first => $first_wire, $(Self::$rest => $rest_wire),* }
            }

            fn choose(&mut self, name: &str) -> bool {
                let found = Self::ALL.iter().find(|value| value.name() == name);
                found.is_some_and(|found| { *self = *found; true })
            }
        }
    };
}

choice! {
    Theme {
        /// Follows the system.
        System = "system", "Match system";
        Light = "light", "Light";
        Dark = "dark", "Dark";
    }
}

choice! {
    /// Spacing of the layout.
    Density {
        Comfortable = "comfortable", "Comfortable";
        Compact = "compact", "Compact";
    }
}

choice! {
    /// Amount of animation.
    Motion {
        /// Follows the system.
        System = "system", "Match system";
        Reduced = "reduced", "Reduced";
    }
}

choice! {
    /// Format of times of day.
    Clock {
        /// Follows the user's language.
        Auto = "auto", "Automatic";
        Hours24 = "24", "24 hours";
        Hours12 = "12", "12 hours";
    }
}

choice! {
    /// How the talk button works.
    TalkMode {
        /// Listens while held.
        Hold = "hold", "Hold to talk";
        /// One click starts listening, another stops it.
        Click = "click", "Click to start and stop";
        /// A click listens for a fixed time.
        Seconds = "seconds", "Click for a fixed time";
    }
}

choice! {
    /// Log level. Each includes the less verbose ones.
    LogLevel {
        /// Problems.
        Warn = "warn", "Warnings";
        Off = "off", "Off";
        /// Connections, and the outcomes of messages.
        Info = "info", "Info";
        /// Every state of every message.
        Debug = "debug", "Debug";
        /// Every frame.
        Trace = "trace", "Trace";
    }
}

/// All settings. The field names are those in storage.
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Minimum gap between two messages, in milliseconds.
    pub gap_millis: u64,
    /// Maximum number of messages in flight.
    pub window: u64,
    /// Time within which an equal message counts as a duplicate, in milliseconds.
    pub dedup_millis: u64,
    /// Echo timeout before the same bytes are written again, in milliseconds.
    pub retry_millis: u64,
    /// Silence after which a ping is sent, in seconds.
    pub ping_after_seconds: u64,
    /// Timeout for the answer to a ping, in milliseconds.
    pub ping_timeout_millis: u64,
    /// Number of turns that the conversation keeps.
    pub conversation_limit: u64,
    /// Number of rows that the flight recorder keeps.
    pub history_rows: u64,
    /// Size of the flight recorder, in mebibytes.
    pub history_mib: u64,
    /// Whether conversations and records are kept for later visits.
    pub keep: bool,
    /// Age in days, and total size in mebibytes, from which conversations are deleted.
    pub kept_days: u64,
    pub kept_mib: u64,
    /// The same for the records of visits.
    pub record_days: u64,
    pub record_mib: u64,
    /// Listening time of a click in [`TalkMode::Seconds`], in seconds.
    pub talk_seconds: u64,
    pub talk_mode: TalkMode,
    pub talk_key: TalkKey,
    pub theme: Theme,
    pub density: Density,
    pub motion: Motion,
    pub clock: Clock,
    pub log_level: LogLevel,
    /// Whether to connect when the page opens.
    pub connect_at_start: bool,
    /// Whether replies and errors play a tone.
    pub sounds: bool,
    /// Whether texts are held until the end of Coda's turn.
    pub hold_texts: bool,
    /// Whether talking stops Coda's speech first.
    pub stop_speech: bool,
    /// Whether answers and errors are notified while the page is hidden.
    pub notify: bool,
    /// Limits of the stages in seconds; 0 for none.
    pub listening_limit: u64,
    pub recognition_limit: u64,
    pub preparing_limit: u64,
    pub model_limit: u64,
    pub tool_limit: u64,
    pub speech_limit: u64,
    /// Limits in the charts of resource usage; 0 for none.
    pub cpu_limit_percent: u64,
    pub ram_limit_mb: u64,
}

const MIB: usize = 1024 * 1024;

impl Default for Settings {
    fn default() -> Self {
        let (link, history) = (LinkConfig::default(), Limits::default());
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self {
            gap_millis: millis(link.gap),
            window: link.window as u64,
            dedup_millis: millis(link.dedup_window),
            retry_millis: millis(link.echo_timeout),
            ping_after_seconds: link.ping_after.as_secs(),
            ping_timeout_millis: millis(link.ping_timeout),
            conversation_limit: 10_000,
            history_rows: history.rows as u64,
            history_mib: (history.bytes / MIB) as u64,
            keep: true,
            kept_days: 90,
            kept_mib: 100,
            record_days: 14,
            record_mib: 200,
            talk_seconds: 5,
            talk_mode: TalkMode::default(),
            talk_key: TalkKey::default(),
            theme: Theme::default(),
            density: Density::default(),
            motion: Motion::default(),
            clock: Clock::default(),
            log_level: LogLevel::default(),
            connect_at_start: true,
            sounds: false,
            hold_texts: true,
            stop_speech: true,
            notify: false,
            listening_limit: 0,
            recognition_limit: 0,
            preparing_limit: 0,
            model_limit: 0,
            tool_limit: 0,
            speech_limit: 0,
            cpu_limit_percent: 0,
            ram_limit_mb: 0,
        }
    }
}

impl Settings {
    /// Derives the link's configuration.
    #[must_use]
    pub fn link_config(&self) -> LinkConfig {
        LinkConfig {
            gap: Duration::from_millis(self.gap_millis),
            window: usize::try_from(self.window).unwrap_or(1),
            dedup_window: Duration::from_millis(self.dedup_millis),
            echo_timeout: Duration::from_millis(self.retry_millis),
            ping_after: Duration::from_secs(self.ping_after_seconds),
            ping_timeout: Duration::from_millis(self.ping_timeout_millis),
            hold_texts: self.hold_texts,
            ..LinkConfig::default()
        }
    }

    /// Derives the limits of the stages.
    #[must_use]
    pub fn budgets(&self) -> Budgets {
        let limit = |part| match part {
            StagePart::Listening => self.listening_limit,
            StagePart::Recognition => self.recognition_limit,
            StagePart::Preparing => self.preparing_limit,
            StagePart::Model => self.model_limit,
            StagePart::Tool => self.tool_limit,
            StagePart::Speech => self.speech_limit,
        };
        StagePart::ALL.into_iter().fold(Budgets::default(), |budgets, part| {
            budgets.with(part, Some(limit(part)).filter(|limit| *limit > 0).map(Duration::from_secs))
        })
    }

    /// Derives the limits of kept conversations.
    #[must_use]
    pub fn conversation_limits(&self) -> KeptLimits {
        KeptLimits { days: self.kept_days, bytes: self.kept_mib.saturating_mul(MIB as u64) }
    }

    /// Derives the limits of kept records.
    #[must_use]
    pub fn record_limits(&self) -> KeptLimits {
        KeptLimits { days: self.record_days, bytes: self.record_mib.saturating_mul(MIB as u64) }
    }

    /// Derives the flight recorder's limits.
    #[must_use]
    pub fn history_limits(&self) -> Limits {
        let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Limits { rows: whole(self.history_rows), bytes: whole(self.history_mib).saturating_mul(MIB) }
    }
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => Self::OFF,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

/// A section of the settings page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Colours, density and times.
    Look,
    /// Talk button and sounds.
    Talk,
    /// Queue, deduplication and heartbeat.
    Link,
    /// Limits of stages.
    Limits,
    /// Limits of what Coda uses.
    Resources,
    /// Retention and logging.
    Records,
}

/// The input is not a number within the setting's range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A whole number from {least} to {most}.")]
pub struct NotInRange {
    pub least: u64,
    pub most: u64,
}

/// A setting that is a whole number.
pub struct Number {
    /// Name in storage.
    pub key: &'static str,
    pub label: &'static str,
    pub unit: &'static str,
    /// Explanation on the settings page.
    pub hint: &'static str,
    pub range: RangeInclusive<u64>,
    pub section: Section,
    /// Accessor of the field.
    pub field: fn(&mut Settings) -> &mut u64,
}

impl Number {
    #[must_use]
    pub fn default(&self) -> u64 {
        *(self.field)(&mut Settings::default())
    }

    /// Parses user input.
    pub fn parse(&self, text: &str) -> Result<u64, NotInRange> {
        let wrong = || NotInRange { least: *self.range.start(), most: *self.range.end() };
        text.trim().parse().ok().filter(|number| self.range.contains(number)).ok_or_else(wrong)
    }
}

/// A setting with a fixed set of values, the first of which is the default.
pub struct ChoiceSetting {
    /// Name in storage.
    pub key: &'static str,
    pub label: &'static str,
    /// Explanation on the settings page.
    pub hint: &'static str,
    /// Names in storage and labels of the values.
    pub options: &'static [(&'static str, &'static str)],
    pub section: Section,
    /// Accessor of the field.
    pub field: fn(&mut Settings) -> &mut dyn ChoiceValue,
}

/// A setting that is on or off.
pub struct Toggle {
    /// Name in storage.
    pub key: &'static str,
    pub label: &'static str,
    /// Explanation on the settings page.
    pub hint: &'static str,
    pub section: Section,
    /// Accessor of the field.
    pub field: fn(&mut Settings) -> &mut bool,
}

pub const NUMBERS: &[Number] = &[
    Number {
        key: "gap_millis",
        label: "Gap between messages",
        unit: "ms",
        hint: "Minimum time between two messages.",
        range: 0..=2_000,
        section: Section::Link,
        field: |settings| &mut settings.gap_millis,
    },
    Number {
        key: "window",
        label: "Messages in flight",
        unit: "messages",
        hint: "Messages sent at once without an echo. More than 1 can overload Coda.",
        range: 1..=16,
        section: Section::Link,
        field: |settings| &mut settings.window,
    },
    Number {
        key: "dedup_millis",
        label: "Duplicate window",
        unit: "ms",
        hint: "An identical message within this time counts as a duplicate.",
        range: 0..=10_000,
        section: Section::Link,
        field: |settings| &mut settings.dedup_millis,
    },
    Number {
        key: "retry_millis",
        label: "Resend after",
        unit: "ms",
        hint: "Time without an echo before a message is resent.",
        range: 500..=4_000,
        section: Section::Link,
        field: |settings| &mut settings.retry_millis,
    },
    Number {
        key: "ping_after_seconds",
        label: "Heartbeat after",
        unit: "s",
        hint: "Silence before a ping is sent.",
        range: 2..=120,
        section: Section::Link,
        field: |settings| &mut settings.ping_after_seconds,
    },
    Number {
        key: "ping_timeout_millis",
        label: "Heartbeat timeout",
        unit: "ms",
        hint: "Time without a reply before the dashboard reconnects.",
        range: 500..=30_000,
        section: Section::Link,
        field: |settings| &mut settings.ping_timeout_millis,
    },
    Number {
        key: "talk_seconds",
        label: "Listen for",
        unit: "s",
        hint: "Used by “Click for a fixed time”.",
        range: 1..=60,
        section: Section::Talk,
        field: |settings| &mut settings.talk_seconds,
    },
    Number {
        key: "conversation_limit",
        label: "Turns on the page",
        unit: "turns",
        hint: "Older turns leave the page and can be loaded again.",
        range: 100..=100_000,
        section: Section::Records,
        field: |settings| &mut settings.conversation_limit,
    },
    Number {
        key: "kept_days",
        label: "Store conversations for",
        unit: "days",
        hint: "Older ones are deleted.",
        range: 1..=3_650,
        section: Section::Records,
        field: |settings| &mut settings.kept_days,
    },
    Number {
        key: "kept_mib",
        label: "Conversations, total size",
        unit: "MiB",
        hint: "The oldest are deleted first. 1 MiB holds about 3,000 turns.",
        range: 1..=10_000,
        section: Section::Records,
        field: |settings| &mut settings.kept_mib,
    },
    Number {
        key: "record_days",
        label: "Store visit records for",
        unit: "days",
        hint: "What the debugger recorded, to inspect after a reload or a crash.",
        range: 1..=3_650,
        section: Section::Records,
        field: |settings| &mut settings.record_days,
    },
    Number {
        key: "record_mib",
        label: "Records, total size",
        unit: "MiB",
        hint: "The oldest are deleted first.",
        range: 1..=10_000,
        section: Section::Records,
        field: |settings| &mut settings.record_mib,
    },
    Number {
        key: "history_rows",
        label: "Debugger rows",
        unit: "rows",
        hint: "The oldest rows are discarded first.",
        range: 1_000..=1_000_000,
        section: Section::Records,
        field: |settings| &mut settings.history_rows,
    },
    Number {
        key: "history_mib",
        label: "Debugger memory",
        unit: "MiB",
        hint: "The oldest rows are discarded first.",
        range: 1..=512,
        section: Section::Records,
        field: |settings| &mut settings.history_mib,
    },
    Number {
        key: "listening_limit",
        label: "Listening",
        unit: "s",
        hint: "Microphone open.",
        range: 0..=3_600,
        section: Section::Limits,
        field: |settings| &mut settings.listening_limit,
    },
    Number {
        key: "recognition_limit",
        label: "Recognition",
        unit: "s",
        hint: "From the end of the recording to the text.",
        range: 0..=3_600,
        section: Section::Limits,
        field: |settings| &mut settings.recognition_limit,
    },
    Number {
        key: "preparing_limit",
        label: "Preparing",
        unit: "s",
        hint: "From the text to the start of the language model.",
        range: 0..=3_600,
        section: Section::Limits,
        field: |settings| &mut settings.preparing_limit,
    },
    Number {
        key: "model_limit",
        label: "Language model",
        unit: "s",
        hint: "From its start to the whole answer.",
        range: 0..=3_600,
        section: Section::Limits,
        field: |settings| &mut settings.model_limit,
    },
    Number {
        key: "tool_limit",
        label: "Tool",
        unit: "s",
        hint: "For each call of a tool.",
        range: 0..=3_600,
        section: Section::Limits,
        field: |settings| &mut settings.tool_limit,
    },
    Number {
        key: "speech_limit",
        label: "Speech synthesis",
        unit: "s",
        hint: "From the answer to its sound.",
        range: 0..=3_600,
        section: Section::Limits,
        field: |settings| &mut settings.speech_limit,
    },
    Number {
        key: "cpu_limit_percent",
        label: "CPU",
        unit: "%",
        hint: "In percent of one core. Marked on Performance.",
        range: 0..=10_000,
        section: Section::Resources,
        field: |settings| &mut settings.cpu_limit_percent,
    },
    Number {
        key: "ram_limit_mb",
        label: "RAM",
        unit: "MB",
        hint: "Marked on Performance.",
        range: 0..=1_000_000,
        section: Section::Resources,
        field: |settings| &mut settings.ram_limit_mb,
    },
];

pub const CHOICES: &[ChoiceSetting] = &[
    ChoiceSetting {
        key: "theme",
        label: "Theme",
        hint: "",
        options: Theme::OPTIONS,
        section: Section::Look,
        field: |settings| &mut settings.theme,
    },
    ChoiceSetting {
        key: "density",
        label: "Density",
        hint: "",
        options: Density::OPTIONS,
        section: Section::Look,
        field: |settings| &mut settings.density,
    },
    ChoiceSetting {
        key: "motion",
        label: "Motion",
        hint: "",
        options: Motion::OPTIONS,
        section: Section::Look,
        field: |settings| &mut settings.motion,
    },
    ChoiceSetting {
        key: "clock",
        label: "Time format",
        hint: "",
        options: Clock::OPTIONS,
        section: Section::Look,
        field: |settings| &mut settings.clock,
    },
    ChoiceSetting {
        key: "talk_mode",
        label: "Talk button",
        hint: "",
        options: TalkMode::OPTIONS,
        section: Section::Talk,
        field: |settings| &mut settings.talk_mode,
    },
    ChoiceSetting {
        key: "log_level",
        label: "Log level",
        hint: "Output in the browser's console.",
        options: LogLevel::OPTIONS,
        section: Section::Records,
        field: |settings| &mut settings.log_level,
    },
];

pub const TOGGLES: &[Toggle] = &[
    Toggle {
        key: "keep",
        label: "Store conversations and records in this browser",
        hint: "They stay on this computer. If you turn this off, stored data remains, but nothing new is stored.",
        section: Section::Records,
        field: |settings| &mut settings.keep,
    },
    Toggle {
        key: "connect_at_start",
        label: "Connect when the page opens",
        hint: "",
        section: Section::Link,
        field: |settings| &mut settings.connect_at_start,
    },
    Toggle {
        key: "hold_texts",
        label: "Queue messages while Coda answers",
        hint: "Coda ignores messages during an answer, so they are sent after it.",
        section: Section::Link,
        field: |settings| &mut settings.hold_texts,
    },
    Toggle {
        key: "sounds",
        label: "Sounds",
        hint: "A tone for a complete answer, a lower one for an error.",
        section: Section::Talk,
        field: |settings| &mut settings.sounds,
    },
    Toggle {
        key: "stop_speech",
        label: "Stop Coda when I talk",
        hint: "So that Coda does not hear itself.",
        section: Section::Talk,
        field: |settings| &mut settings.stop_speech,
    },
    Toggle {
        key: "notify",
        label: "Notifications",
        hint: "For answers and errors while this page is in the background.",
        section: Section::Talk,
        field: |settings| &mut settings.notify,
    },
];
