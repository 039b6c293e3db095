//! The link against a simulated Coda and a simulated network, on a virtual clock.

mod world;

mod chaos;
mod connecting;
mod delivery;
mod liveness;
mod order;
