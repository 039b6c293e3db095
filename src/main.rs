//! Starts the page: the one app, the first component.

use coda_dashboard::{driver, state::App, ui};
use leptos::prelude::*;

fn main() {
    driver::show_panics();
    let query = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    // The stores belong to an owner above all components, which lives as long as the page.
    let owner = Owner::new();
    let app = owner.with(|| App::start(&query));
    std::mem::forget(owner);
    ui::mount(app);
}
