//! The wire format: commands, events, frames and timestamps. Independent of connections and of the browser.
//!
//! docs/PROTOCOL.md documents the server's behaviour.

mod codec;
mod command;
mod event;
mod server_clock;
mod shape;
mod time;

pub use codec::{
    Control, DecodeError, Envelope, Frame, MAX_FRAME_BYTES, Token, decode, encode, encode_bare, wire_type,
};
pub(crate) use codec::{DEDUP_WINDOW, encode_auth_response};
pub use command::{Command, CommandRules, Effect, Group, SttStart, Template};
pub use event::*;
pub(crate) use server_clock::{LONGEST_DELAY, MAX_REORDERING};
pub use server_clock::{ServerClock, ServerTime};
#[cfg(feature = "app")]
pub(crate) use shape::to_object;
pub use shape::{FieldError, Id};
pub(crate) use shape::{from_value, or_default, take, with_quotes};
pub use time::{Instant, Moment, iso8601, parse_iso8601, utc_from_micros, utc_from_millis};
