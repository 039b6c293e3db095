//! How long a connection has been gone, and when the next attempt comes.

use std::time::Duration;

use leptos::prelude::*;

use crate::browser;
use crate::link::Phase;
use crate::protocol::Instant;
use crate::state::use_websocket;
use crate::ui::every::every;
use crate::ui::format;

/// Refresh interval of the countdown.
const COUNTDOWN_STEP: Duration = Duration::from_millis(250);

/// Time until the next try. Has its own timer, so that only this text updates.
#[component]
pub fn Countdown(
    /// What comes before the time of the loss.
    since: &'static str,
) -> impl IntoView {
    let connection = use_websocket().connection;
    let now = RwSignal::new(browser::now().mono);
    every(COUNTDOWN_STEP, move || now.set(browser::now().mono));
    let begun = move || {
        let begun = connection.outage.with(|outage| outage.as_ref().map(|outage| outage.since.wall));
        begun.map(|begun| format!("{since} {}. ", format::clock_time(begun)))
    };
    let words = Memo::new(move |_| match connection.phase.get() {
        Phase::Waiting { retry_at, .. } => format!("Retrying in {}\u{a0}s.", seconds_until(retry_at, now.get())),
        Phase::Opening { .. } | Phase::Authenticating { .. } => "Trying…".to_owned(),
        _ => String::new(),
    });
    view! { <p class="countdown">{begun} {words}</p> }
}

fn seconds_until(at: Instant, now: Instant) -> u64 {
    at.duration_since(now).as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX)
}
