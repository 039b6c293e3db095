//! What can be set, with its default and its range: one table that storage, the settings page and import all read.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tracing::level_filters::LevelFilter;

use super::talk_key::TalkKey;
use crate::history::Limits;
use crate::link::LinkConfig;

/// A setting with a few values, seen without its type: as the settings page handles all of them.
pub trait ChoiceValue {
    /// The value's name in storage.
    fn name(&self) -> &'static str;
    /// Takes on the value of this name; false where there is none.
    fn choose(&mut self, name: &str) -> bool;
}

/// Declares a setting with a few values: their names in storage, and what they are called. The first is the default.
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
            /// All values.
            pub const ALL: &'static [Self] = &[Self::$first, $(Self::$rest),*];
            /// The names in storage and the words of all values.
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
    /// Light, dark, or as the system has it.
    Theme {
        /// As the system has it.
        System = "system", "As the system";
        /// Light.
        Light = "light", "Light";
        /// Dark.
        Dark = "dark", "Dark";
    }
}

choice! {
    /// How close things stand.
    Density {
        /// With room around them.
        Comfortable = "comfortable", "Comfortable";
        /// Closer.
        Compact = "compact", "Compact";
    }
}

choice! {
    /// How much moves.
    Motion {
        /// As the system has it.
        System = "system", "As the system";
        /// As little as possible.
        Reduced = "reduced", "Reduced";
    }
}

choice! {
    /// How times of day are written.
    Clock {
        /// As the user's language has it.
        Auto = "auto", "As the language has it";
        /// From 0 to 24.
        Hours24 = "24", "24 hours";
        /// Twice from 1 to 12.
        Hours12 = "12", "12 hours";
    }
}

choice! {
    /// How the talk button works.
    TalkMode {
        /// It listens while it is held.
        Hold = "hold", "Listens while it is held";
        /// A click starts, another one stops.
        Click = "click", "Click to start, click to stop";
        /// A click listens for a fixed time.
        Seconds = "seconds", "Click listens for a fixed time";
    }
}

choice! {
    /// How much is logged; each level includes those that are quieter.
    LogLevel {
        /// What went wrong.
        Warn = "warn", "warn: what went wrong";
        /// Nothing.
        Off = "off", "off: nothing";
        /// Connections, and how messages ended.
        Info = "info", "info: connections, and how messages ended";
        /// Every state of every message.
        Debug = "debug", "debug: every state of every message";
        /// Every frame.
        Trace = "trace", "trace: every frame";
    }
}

/// Everything that can be set. The fields' names are those in storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The least time between two messages, in milliseconds.
    pub gap_millis: u64,
    /// How many messages may be written and unanswered at a time.
    pub window: u64,
    /// For how long an equal message counts as a duplicate, in milliseconds.
    pub dedup_millis: u64,
    /// How long to wait for an echo before the same bytes are written again, in milliseconds.
    pub retry_millis: u64,
    /// After how much silence a ping is sent, in seconds.
    pub ping_after_seconds: u64,
    /// Within which time it must be answered, in milliseconds.
    pub ping_timeout_millis: u64,
    /// How many turns the conversation keeps.
    pub conversation_limit: u64,
    /// How many rows the flight recorder keeps.
    pub history_rows: u64,
    /// How many mebibytes the flight recorder keeps.
    pub history_mib: u64,
    /// How long a click on the talk button listens in [`TalkMode::Seconds`], in seconds.
    pub talk_seconds: u64,
    /// How the talk button works.
    pub talk_mode: TalkMode,
    /// The key that talks.
    pub talk_key: TalkKey,
    /// Light or dark.
    pub theme: Theme,
    /// How close things stand.
    pub density: Density,
    /// How much moves.
    pub motion: Motion,
    /// How times of day are written.
    pub clock: Clock,
    /// How much is logged.
    pub log_level: LogLevel,
    /// Whether to connect when the page opens.
    pub connect_at_start: bool,
    /// Whether an answer and an error are heard.
    pub sounds: bool,
    /// Whether a text waits for the end of Coda's turn.
    pub hold_texts: bool,
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
        }
    }
}

impl Settings {
    /// The link's settings that follow from these.
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

    /// The flight recorder's bounds that follow from these.
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

/// On which part of the settings page something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Colours, density, times.
    Look,
    /// The talk button and sounds.
    Talk,
    /// Queue, deduplication, heartbeat.
    Link,
    /// What is kept, and what is logged.
    Records,
}

/// What was typed is no number that a setting can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A whole number from {least} to {most}.")]
pub struct NotInRange {
    /// The least that it can be.
    pub least: u64,
    /// The most that it can be.
    pub most: u64,
}

/// A whole number that can be set.
pub struct Number {
    /// Its name in storage.
    pub key: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// In what it is counted.
    pub unit: &'static str,
    /// What it does.
    pub hint: &'static str,
    /// What may be set.
    pub range: RangeInclusive<u64>,
    /// Where it stands on the page.
    pub section: Section,
    /// The field.
    pub field: fn(&mut Settings) -> &mut u64,
}

impl Number {
    /// What it is until it is set.
    #[must_use]
    pub fn default(&self) -> u64 {
        *(self.field)(&mut Settings::default())
    }

    /// Reads what was typed.
    pub fn parse(&self, text: &str) -> Result<u64, NotInRange> {
        let wrong = || NotInRange { least: *self.range.start(), most: *self.range.end() };
        text.trim().parse().ok().filter(|number| self.range.contains(number)).ok_or_else(wrong)
    }
}

/// One of a few values that can be set; the first is the default.
pub struct ChoiceSetting {
    /// Its name in storage.
    pub key: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What it does.
    pub hint: &'static str,
    /// The values and what they are called.
    pub options: &'static [(&'static str, &'static str)],
    /// Where it stands on the page.
    pub section: Section,
    /// The field.
    pub field: fn(&mut Settings) -> &mut dyn ChoiceValue,
}

/// Something that is on or off.
pub struct Toggle {
    /// Its name in storage.
    pub key: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What it does.
    pub hint: &'static str,
    /// Where it stands on the page.
    pub section: Section,
    /// The field.
    pub field: fn(&mut Settings) -> &mut bool,
}

/// All numbers.
pub const NUMBERS: &[Number] = &[
    Number {
        key: "gap_millis",
        label: "Gap between messages",
        unit: "ms",
        hint: "The least time between two messages, so that Coda is done with one before the next.",
        range: 0..=2_000,
        section: Section::Link,
        field: |settings| &mut settings.gap_millis,
    },
    Number {
        key: "window",
        label: "Messages in flight",
        unit: "messages",
        hint: "How many may be sent and unanswered at a time. Overlaps are what broke Coda's event loop, so: 1.",
        range: 1..=16,
        section: Section::Link,
        field: |settings| &mut settings.window,
    },
    Number {
        key: "dedup_millis",
        label: "Duplicate window",
        unit: "ms",
        hint: "An equal message within this time is a double click or a double listener and is held back.",
        range: 0..=10_000,
        section: Section::Link,
        field: |settings| &mut settings.dedup_millis,
    },
    Number {
        key: "retry_millis",
        label: "Ask again after",
        unit: "ms",
        hint: "How long to wait for Coda's echo before the same bytes are sent again.",
        range: 500..=4_000,
        section: Section::Link,
        field: |settings| &mut settings.retry_millis,
    },
    Number {
        key: "ping_after_seconds",
        label: "Heartbeat after",
        unit: "s",
        hint: "After so much silence Coda is asked whether it is still there.",
        range: 2..=120,
        section: Section::Link,
        field: |settings| &mut settings.ping_after_seconds,
    },
    Number {
        key: "ping_timeout_millis",
        label: "Heartbeat answer within",
        unit: "ms",
        hint: "Without an answer in this time the connection counts as dead.",
        range: 500..=30_000,
        section: Section::Link,
        field: |settings| &mut settings.ping_timeout_millis,
    },
    Number {
        key: "talk_seconds",
        label: "Listen for",
        unit: "s",
        hint: "Where a click listens for a fixed time.",
        range: 1..=60,
        section: Section::Talk,
        field: |settings| &mut settings.talk_seconds,
    },
    Number {
        key: "conversation_limit",
        label: "Turns kept",
        unit: "turns",
        hint: "Beyond, the oldest turn goes, and the page says so.",
        range: 100..=100_000,
        section: Section::Records,
        field: |settings| &mut settings.conversation_limit,
    },
    Number {
        key: "history_rows",
        label: "Flight recorder rows",
        unit: "rows",
        hint: "What the debugger can look back on.",
        range: 1_000..=1_000_000,
        section: Section::Records,
        field: |settings| &mut settings.history_rows,
    },
    Number {
        key: "history_mib",
        label: "Flight recorder size",
        unit: "MiB",
        hint: "The same bound in memory; whichever is reached first counts.",
        range: 1..=512,
        section: Section::Records,
        field: |settings| &mut settings.history_mib,
    },
];

/// All choices.
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
        label: "Times",
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
        hint: "How much goes to the browser's console. At hundreds of events a second the console costs more than the page.",
        options: LogLevel::OPTIONS,
        section: Section::Records,
        field: |settings| &mut settings.log_level,
    },
];

/// All that is on or off.
pub const TOGGLES: &[Toggle] = &[
    Toggle {
        key: "connect_at_start",
        label: "Connect when the page opens",
        hint: "",
        section: Section::Link,
        field: |settings| &mut settings.connect_at_start,
    },
    Toggle {
        key: "hold_texts",
        label: "Hold texts until Coda has answered",
        hint: "Coda drops what it is told during an answer. A text written then is sent after it.",
        section: Section::Link,
        field: |settings| &mut settings.hold_texts,
    },
    Toggle {
        key: "sounds",
        label: "Sounds",
        hint: "A short tone when an answer is complete and a lower one for an error.",
        section: Section::Talk,
        field: |settings| &mut settings.sounds,
    },
];
