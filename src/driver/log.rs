//! Writes a message's way to the browser's console. Below the level nothing is formatted.

use std::sync::atomic::{AtomicU8, Ordering};

use wasm_bindgen::JsValue;
use web_sys::console;

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
            let kind = phase.kind().name();
            if let Some(trouble) = trouble.as_ref().filter(|_| is_on(Level::Warn)) {
                write(Level::Warn, format!("{} connection: {kind}, {:?}", at.wall, trouble.why));
            } else if is_on(Level::Info) {
                write(Level::Info, format!("{} connection: {kind}", at.wall));
            }
        }
        LinkEvent::Message(status) => log_message(status),
        LinkEvent::FrameOut { conn, text, carries, at } if is_on(Level::Trace) => {
            write(Level::Trace, format!("{} frame out on {conn}: {} bytes, {carries:?}", at.wall, text.len()));
        }
        LinkEvent::FrameIn { conn, text, reading: Reading::Unreadable(error), at } if is_on(Level::Warn) => {
            let words = format!("{} a frame on {conn} could not be read: {error}: {}", at.wall, mask(text));
            write(Level::Warn, words);
        }
        LinkEvent::FrameIn { conn, text, reading, at } if is_on(Level::Trace) => {
            write(Level::Trace, format!("{} frame in on {conn}: {} bytes, {reading:?}", at.wall, text.len()));
        }
        LinkEvent::Resumed { resumed, at } if is_on(Level::Info) => {
            write(Level::Info, format!("{} events go on: {resumed:?}", at.wall));
        }
        LinkEvent::Protections { on, at } if is_on(Level::Info) => {
            write(Level::Info, format!("{} protections: {}", at.wall, if *on { "on" } else { "off" }));
        }
        LinkEvent::Protections { .. }
        | LinkEvent::FrameOut { .. }
        | LinkEvent::FrameIn { .. }
        | LinkEvent::Resumed { .. }
        | LinkEvent::Event(_) => {}
    }
}

fn log_message(status: &MessageStatus) {
    let MessageStatus { id, command, origin, at, state, .. } = status;
    let is_bad = matches!(state, MessageState::Failed(_) | MessageState::Unconfirmed | MessageState::Expired);
    let level = match state {
        _ if is_bad => Level::Warn,
        state if state.is_final() => Level::Info,
        _ => Level::Debug,
    };
    if is_on(level) {
        let (kind, component, action) = (command.kind(), origin.component, origin.action);
        write(level, format!("{} message {id}: {kind}, {state:?} ({component}: {action})", at.wall));
    }
}

/// The console has its own filter by level: what is said there is at the level that it has here.
fn write(level: Level, line: String) {
    let line = JsValue::from(line);
    match level {
        Level::Off => {}
        Level::Warn => console::warn_1(&line),
        Level::Info => console::info_1(&line),
        Level::Debug | Level::Trace => console::debug_1(&line),
    }
}
