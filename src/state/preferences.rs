//! What can be set, with its default and its range: one table that storage, the settings page and import all read.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::talk_key::TalkKey;
use crate::driver::Level;
use crate::history::Limits;
use crate::link::LinkConfig;

/// Light, dark, or as the system has it.
pub const THEMES: [(&str, &str); 3] = [("system", "As the system"), ("light", "Light"), ("dark", "Dark")];

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// How long a click on the talk button listens where that is the talk mode, in seconds.
    pub talk_seconds: u64,
    /// How the talk button works: `hold`, `click` or `seconds`.
    pub talk_mode: &'static str,
    /// The key that talks.
    pub talk_key: TalkKey,
    /// `system`, `light` or `dark`.
    pub theme: &'static str,
    /// `comfortable` or `compact`.
    pub density: &'static str,
    /// `system` or `reduced`.
    pub motion: &'static str,
    /// `auto`, `12` or `24`.
    pub clock: &'static str,
    /// `off`, `warn`, `info`, `debug` or `trace`.
    pub log_level: &'static str,
    /// Whether to connect when the page opens.
    pub connect_at_start: bool,
    /// Whether an answer and an error are heard.
    pub sounds: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let mut settings = Self {
            gap_millis: 0,
            window: 0,
            dedup_millis: 0,
            retry_millis: 0,
            ping_after_seconds: 0,
            ping_timeout_millis: 0,
            conversation_limit: 0,
            history_rows: 0,
            history_mib: 0,
            talk_seconds: 0,
            talk_mode: "",
            talk_key: TalkKey::default(),
            theme: "",
            density: "",
            motion: "",
            clock: "",
            log_level: "",
            connect_at_start: true,
            sounds: false,
        };
        for number in NUMBERS {
            *(number.field)(&mut settings) = number.default;
        }
        for choice in CHOICES {
            *(choice.field)(&mut settings) = choice.options[0].0;
        }
        settings
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
            ..LinkConfig::default()
        }
    }

    /// The flight recorder's bounds that follow from these.
    #[must_use]
    pub fn history_limits(&self) -> Limits {
        let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Limits { rows: whole(self.history_rows), bytes: whole(self.history_mib.saturating_mul(1024 * 1024)) }
    }

    /// How much is logged.
    #[must_use]
    pub fn level(&self) -> Level {
        Level::parse(self.log_level).unwrap_or(Level::Warn)
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
    /// What it is until it is set.
    pub default: u64,
    /// Where it stands on the page.
    pub section: Section,
    /// The field.
    pub field: fn(&mut Settings) -> &mut u64,
}

impl Number {
    /// Reads what was typed.
    pub fn parse(&self, text: &str) -> Result<u64, String> {
        let wrong = || format!("A whole number from {} to {}.", self.range.start(), self.range.end());
        text.trim().parse().ok().filter(|number| self.range.contains(number)).ok_or_else(wrong)
    }
}

/// One of a few values that can be set; the first is the default.
pub struct Choice {
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
    pub field: fn(&mut Settings) -> &mut &'static str,
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
        default: 20,
        section: Section::Link,
        field: |settings| &mut settings.gap_millis,
    },
    Number {
        key: "window",
        label: "Messages in flight",
        unit: "messages",
        hint: "How many may be sent and unanswered at a time. Overlaps are what broke Coda's event loop, so: 1.",
        range: 1..=16,
        default: 1,
        section: Section::Link,
        field: |settings| &mut settings.window,
    },
    Number {
        key: "dedup_millis",
        label: "Duplicate window",
        unit: "ms",
        hint: "An equal message within this time is a double click or a double listener and is held back.",
        range: 0..=10_000,
        default: 1_000,
        section: Section::Link,
        field: |settings| &mut settings.dedup_millis,
    },
    Number {
        key: "retry_millis",
        label: "Ask again after",
        unit: "ms",
        hint: "How long to wait for Coda's echo before the same bytes are sent again.",
        range: 500..=4_000,
        default: 2_000,
        section: Section::Link,
        field: |settings| &mut settings.retry_millis,
    },
    Number {
        key: "ping_after_seconds",
        label: "Heartbeat after",
        unit: "s",
        hint: "After so much silence Coda is asked whether it is still there.",
        range: 2..=120,
        default: 10,
        section: Section::Link,
        field: |settings| &mut settings.ping_after_seconds,
    },
    Number {
        key: "ping_timeout_millis",
        label: "Heartbeat answer within",
        unit: "ms",
        hint: "Without an answer in this time the connection counts as dead.",
        range: 500..=30_000,
        default: 3_000,
        section: Section::Link,
        field: |settings| &mut settings.ping_timeout_millis,
    },
    Number {
        key: "talk_seconds",
        label: "Listen for",
        unit: "s",
        hint: "Where a click listens for a fixed time.",
        range: 1..=60,
        default: 5,
        section: Section::Talk,
        field: |settings| &mut settings.talk_seconds,
    },
    Number {
        key: "conversation_limit",
        label: "Turns kept",
        unit: "turns",
        hint: "Beyond, the oldest turn goes, and the page says so.",
        range: 100..=100_000,
        default: 10_000,
        section: Section::Records,
        field: |settings| &mut settings.conversation_limit,
    },
    Number {
        key: "history_rows",
        label: "Flight recorder rows",
        unit: "rows",
        hint: "What the debugger can look back on.",
        range: 1_000..=1_000_000,
        default: 100_000,
        section: Section::Records,
        field: |settings| &mut settings.history_rows,
    },
    Number {
        key: "history_mib",
        label: "Flight recorder size",
        unit: "MiB",
        hint: "The same bound in memory; whichever is reached first counts.",
        range: 1..=512,
        default: 64,
        section: Section::Records,
        field: |settings| &mut settings.history_mib,
    },
];

/// All choices.
pub const CHOICES: &[Choice] = &[
    Choice {
        key: "theme",
        label: "Theme",
        hint: "",
        options: &THEMES,
        section: Section::Look,
        field: |settings| &mut settings.theme,
    },
    Choice {
        key: "density",
        label: "Density",
        hint: "",
        options: &[("comfortable", "Comfortable"), ("compact", "Compact")],
        section: Section::Look,
        field: |settings| &mut settings.density,
    },
    Choice {
        key: "motion",
        label: "Motion",
        hint: "",
        options: &[("system", "As the system"), ("reduced", "Reduced")],
        section: Section::Look,
        field: |settings| &mut settings.motion,
    },
    Choice {
        key: "clock",
        label: "Times",
        hint: "",
        options: &[("auto", "As the language has it"), ("24", "24 hours"), ("12", "12 hours")],
        section: Section::Look,
        field: |settings| &mut settings.clock,
    },
    Choice {
        key: "talk_mode",
        label: "Talk button",
        hint: "",
        options: &[
            ("hold", "Listens while it is held"),
            ("click", "Click to start, click to stop"),
            ("seconds", "Click listens for a fixed time"),
        ],
        section: Section::Talk,
        field: |settings| &mut settings.talk_mode,
    },
    Choice {
        key: "log_level",
        label: "Log level",
        hint: "How much goes to the browser's console. At hundreds of events a second the console costs more than the page.",
        options: &[
            ("warn", "warn: what went wrong"),
            ("off", "off: nothing"),
            ("info", "info: connections, and how messages ended"),
            ("debug", "debug: every state of every message"),
            ("trace", "trace: every frame"),
        ],
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
        key: "sounds",
        label: "Sounds",
        hint: "A short tone when an answer is complete and a lower one for an error.",
        section: Section::Talk,
        field: |settings| &mut settings.sounds,
    },
];
