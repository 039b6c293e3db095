//! The wire format is read and written as real servers use it.

#![cfg(not(target_arch = "wasm32"))]

mod captures;
mod documented;
mod shapes;
