//! Banner for a lost connection: why, and what happens next.

use std::time::Duration;

use leptos::prelude::*;

use super::AddressForm;
use crate::browser;
use crate::link::{Phase, PhaseKind};
use crate::protocol::Instant;
use crate::state::use_websocket;
use crate::ui::every::every;
use crate::ui::format;

/// Refresh interval of the countdown.
const COUNTDOWN_STEP: Duration = Duration::from_millis(250);

const OTHER_VERSION: &str = "Another tab runs another version of this dashboard and holds the connection. Reload that tab or \
                             close it; this one then goes on by itself.";

/// Shown while the connection is in trouble. Covers and blocks nothing.
#[component]
pub fn TroubleBanner() -> impl IntoView {
    let context = use_websocket();
    let connection = context.connection;
    let has_trouble = Memo::new(move |_| match connection.kind() {
        _ if connection.sharing.get().is_incompatible() => true,
        PhaseKind::Refused => true,
        PhaseKind::Ready => false,
        // Before its first connection, the page connects by itself.
        PhaseKind::Offline => context.awaits_user.get() || connection.url.with(Option::is_some),
        PhaseKind::Waiting | PhaseKind::Opening | PhaseKind::Authenticating => connection.outage.get().is_some(),
    });
    view! {
        <Show when=move || has_trouble.get()>
            <Banner />
        </Show>
    }
}

#[component]
fn Banner() -> impl IntoView {
    let context = use_websocket();
    let connection = context.connection;
    let changes_address = RwSignal::new(false);
    let config = context.settings.current.get_untracked().link_config();
    let is_incompatible = Memo::new(move |_| connection.sharing.get().is_incompatible());
    let what = Memo::new(move |_| match connection.phase.get() {
        _ if is_incompatible.get() => OTHER_VERSION.to_owned(),
        Phase::Refused { reason } => {
            format!("Coda refused the dashboard twice: {reason}. Automatic retry is off.")
        }
        Phase::Offline if context.awaits_user.get() => "Not connected.".to_owned(),
        Phase::Offline => "Disconnected by you, in this tab or another one.".to_owned(),
        _ => connection.outage.get().map(|outage| outage.reason.explain(&config)).unwrap_or_default(),
    });
    let is_unconnected = Memo::new(move |_| connection.kind() == PhaseKind::Offline);
    let address = move || connection.url.get().unwrap_or_else(|| context.address());
    let connect_words =
        move || if is_unconnected.get() { format!("Connect to {}", context.address()) } else { "Try now".to_owned() };
    view! {
        <div
            class="trouble"
            data-phase=move || connection.kind().name()
            data-state=move || is_incompatible.get().then_some("incompatible")
        >
            <div class="trouble-text">
                <p role="status">
                    <strong>{address}</strong>
                    " "
                    {what}
                </p>
                <Countdown />
            </div>
            <div class="actions">
                <Show when=move || !is_incompatible.get()>
                    <button
                        class="button"
                        on:click=move |_| if is_unconnected.get_untracked() { context.reconnect() } else { context.retry_now() }
                    >
                        {connect_words}
                    </button>
                </Show>
                <button
                    class="button"
                    aria-expanded=move || changes_address.get().to_string()
                    on:click=move |_| changes_address.update(|open| *open = !*open)
                >
                    "Change address"
                </button>
                <button class="button" on:click=move |_| context.use_demo()>
                    "Try the demo"
                </button>
                <Show when=move || { connection.queued.get() > 0 }>
                    <button class="button" on:click=move |_| context.cancel_all()>
                        {move || format!("Cancel unsent ({})", connection.queued.get())}
                    </button>
                </Show>
            </div>
            <Show when=move || changes_address.get()>
                <AddressForm place="trouble" />
            </Show>
        </div>
    }
}

/// Time until the next try. Has its own timer, so that only this text updates.
#[component]
fn Countdown() -> impl IntoView {
    let connection = use_websocket().connection;
    let now = RwSignal::new(browser::now().mono);
    every(COUNTDOWN_STEP, move || now.set(browser::now().mono));
    let since = move || {
        let since = connection.outage.with(|outage| outage.as_ref().map(|outage| outage.since.wall));
        since.map(|since| format!("No connection since {}. ", format::clock_time(since)))
    };
    let words = Memo::new(move |_| match connection.phase.get() {
        Phase::Waiting { retry_at, .. } => format!("Next try in {} s.", seconds_until(retry_at, now.get())),
        Phase::Opening { .. } | Phase::Authenticating { .. } => "Trying…".to_owned(),
        _ => String::new(),
    });
    view! { <p class="countdown">{since} {words}</p> }
}

fn seconds_until(at: Instant, now: Instant) -> u64 {
    at.duration_since(now).as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX)
}
