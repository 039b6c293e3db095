//! Banner for a lost connection: why, and what happens next.

use leptos::prelude::*;
use leptos_router::components::A;

use super::{AddressForm, Countdown, is_first_run};
use crate::link::{Phase, PhaseKind};
use crate::state::use_websocket;
use crate::ui::address::{page_href, use_route_path};

const OTHER_VERSION: &str = "Another tab runs another version of this dashboard and holds the connection. Reload that tab or \
                             close it. This tab then connects.";

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
    let path = use_route_path();
    // The card on Talk says the same.
    let is_said = Memo::new(move |_| path.get() == "/" && is_first_run(&context));
    view! {
        <Show when=move || has_trouble.get() && !is_said.get()>
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
        Phase::Offline => "You disconnected in this tab or another one.".to_owned(),
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
                    <strong>"Not connected to " {address} "."</strong>
                    " "
                    {what}
                </p>
                <Countdown since="Since" />
            </div>
            <div class="actions">
                <Show when=move || !is_incompatible.get()>
                    <button
                        class="button primary"
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
                <button class="button trouble-demo" on:click=move |_| context.use_demo()>
                    "Try the demo"
                </button>
                <A href=page_href("/help") attr:class="button">
                    "Help"
                    <span class="visually-hidden">" with this"</span>
                </A>
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
