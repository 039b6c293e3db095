//! Entry point of the page: builds the [`WebSocketContext`] and mounts the root component.

use coda_dashboard::{browser, state::WebSocketContext, ui};
use leptos::prelude::*;

fn main() {
    browser::show_panics();
    let query = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    // Components must not own the stores: an owner that is never disposed keeps them for the page's lifetime.
    let owner = Owner::new();
    let context = owner.with(|| WebSocketContext::start(&query));
    std::mem::forget(owner);
    ui::mount(context);
}
