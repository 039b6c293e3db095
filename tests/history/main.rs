//! The flight recorder: limits, message traces, the filter, folding, and recordings in files.

#![cfg(not(target_arch = "wasm32"))]

mod annotations;
mod counterpart;
mod diff;
mod listing;
mod message_trace;
mod query;
mod query_text;
mod recorder;
mod recordings;
mod row_grouper;
mod statistics;
mod summary;
mod synthetic;
mod world;
