//! A simulated Coda: the demo's backend inside the page, and the server of the tests.
//!
//! Like the dashboard's core it is a pure state machine: no clock, no I/O, and all randomness comes from
//! the seed, so the same inputs at the same times give the same outputs. After each [`Server::handle`],
//! drain [`Server::poll_output`] to `None`, then arm one timer for [`Server::next_wakeup`] and answer it
//! with [`ServerInput::Tick`].
//!
//! The server's half (`server`, `auth`, `dedup`, `broadcast`, `received`) reproduces Coda 0.1.2 as documented
//! in docs/PROTOCOL.md. The assistant's half is scripted: `assistant` performs turns in time, `turn` writes
//! their scripts, `answers` holds the lines, and `memory`, `timings` and `metrics` produce the data.
//! `network` simulates a bad network.

mod answers;
mod assistant;
mod auth;
mod broadcast;
mod config;
mod dedup;
mod illness;
mod io;
mod memory;
mod metrics;
mod microphone;
mod network;
mod outgoing_event;
mod received;
mod server;
mod timings;
mod turn;

#[cfg(test)]
mod tests;

pub use config::{Challenge, Echo, ServerConfig, Speed};
pub use illness::Illness;
pub use io::{PeerId, ServerInput, ServerOutput};
pub use network::{Conditions, Direction, Network, Passed};
pub use received::Received;
pub use server::Server;
