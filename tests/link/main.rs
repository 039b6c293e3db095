//! The link against a simulated Coda and a simulated network, on a virtual clock, natively and in Chrome.

mod world;

#[cfg(not(target_arch = "wasm32"))]
mod chaos;
mod connecting;
mod copied;
mod delivery;
mod experiments;
mod holding;
mod liveness;
#[cfg(not(target_arch = "wasm32"))]
mod log;
#[cfg(not(target_arch = "wasm32"))]
mod many_runs;
mod metrics;
mod order;
#[cfg(not(target_arch = "wasm32"))]
mod serialized;
#[cfg(not(target_arch = "wasm32"))]
mod table;
