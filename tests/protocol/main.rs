//! What goes over the wire is read and written as it really is.

#![cfg(not(target_arch = "wasm32"))]

mod captures;
mod documented;
mod shapes;
