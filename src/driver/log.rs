//! Traces a message's way to the console through `tracing`. Below the level nothing is formatted.

use std::sync::atomic::{AtomicU8, Ordering};

use tracing::{debug, info, trace, warn};

use crate::history::mask;
use crate::link::{LinkEvent, MessageState, MessageStatus, Reading};

/// How much is logged; each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    Off,
    /// What went wrong. The default: at 500 events a second the console would cost more than the page.
    Warn,
    /// Connections, and how messages ended.
    Info,
    /// Every state of every message.
    Debug,
    /// Every frame.
    Trace,
}

static LEVEL: AtomicU8 = AtomicU8::new(Level::Warn as u8);

impl Level {
    /// All of them, from quiet to loud.
    pub const ALL: [Self; 5] = [Self::Off, Self::Warn, Self::Info, Self::Debug, Self::Trace];

    /// Its name, as in `?log=`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    /// Reads a level's name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// Connects `tracing` to the console; once per page. The level is checked here, so that it can change at any time.
pub fn start_logging() {
    let config = tracing_wasm::WASMLayerConfigBuilder::new()
        .set_report_logs_in_timings(false)
        .set_console_config(tracing_wasm::ConsoleConfig::ReportWithoutConsoleColor)
        .build();
    tracing_wasm::set_as_global_default_with_config(config);
}

/// Sets how much is logged from now on.
pub fn set_log_level(level: Level) {
    LEVEL.store(level as u8, Ordering::Relaxed);
}

/// How much is logged.
#[must_use]
pub fn log_level() -> Level {
    let stored = LEVEL.load(Ordering::Relaxed);
    Level::ALL.into_iter().find(|level| *level as u8 == stored).unwrap_or(Level::Warn)
}

fn is_on(level: Level) -> bool {
    LEVEL.load(Ordering::Relaxed) >= level as u8
}

pub(super) fn log(event: &LinkEvent) {
    match event {
        LinkEvent::Phase { phase, trouble, at } => {
            if let Some(trouble) = trouble.as_ref().filter(|_| is_on(Level::Warn)) {
                warn!(utc = %at.wall, phase = phase.kind().name(), why = ?trouble.why, "connection");
            } else if is_on(Level::Info) {
                info!(utc = %at.wall, phase = phase.kind().name(), "connection");
            }
        }
        LinkEvent::Message(status) => log_message(status),
        LinkEvent::FrameOut { conn, text, carries, at } if is_on(Level::Trace) => {
            trace!(utc = %at.wall, %conn, ?carries, bytes = text.len(), "frame out");
        }
        LinkEvent::FrameIn { conn, text, reading: Reading::Unreadable(error), at } if is_on(Level::Warn) => {
            warn!(utc = %at.wall, %conn, %error, text = &*mask(text), "a frame could not be read");
        }
        LinkEvent::FrameIn { conn, text, reading, at } if is_on(Level::Trace) => {
            trace!(utc = %at.wall, %conn, bytes = text.len(), ?reading, "frame in");
        }
        LinkEvent::Resumed { resumed, at } if is_on(Level::Info) => info!(utc = %at.wall, ?resumed, "events go on"),
        LinkEvent::Protections { on, at } if is_on(Level::Info) => info!(utc = %at.wall, on, "protections"),
        LinkEvent::Protections { .. }
        | LinkEvent::FrameOut { .. }
        | LinkEvent::FrameIn { .. }
        | LinkEvent::Resumed { .. }
        | LinkEvent::Event(_) => {}
    }
}

fn log_message(status: &MessageStatus) {
    let MessageStatus { id, command, origin, at, state, .. } = status;
    let (component, action, kind) = (origin.component, origin.action, command.kind());
    let is_bad = matches!(state, MessageState::Failed(_) | MessageState::Unconfirmed | MessageState::Expired);
    if is_bad && is_on(Level::Warn) {
        warn!(utc = %at.wall, %id, kind, ?state, component, action, "message");
    } else if state.is_final() && is_on(Level::Info) {
        info!(utc = %at.wall, %id, kind, ?state, component, action, "message");
    } else if is_on(Level::Debug) {
        debug!(utc = %at.wall, %id, kind, ?state, component, action, "message");
    }
}
