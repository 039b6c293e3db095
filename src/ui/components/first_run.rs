//! What a page without Coda and without any conversation says: how to start.

use leptos::prelude::*;
use leptos_router::components::A;

use super::{AddressForm, CopyButton, Countdown};
use crate::link::PhaseKind;
use crate::state::{WebSocketContext, use_websocket};
use crate::ui::address::page_href;

/// Starts Coda Lite with its WebSocket server, in its folder.
const START_COMMAND: &str = "python main_websocket.py";

/// Whether nothing was ever said and there is no Coda to say it to. Subscribes.
pub fn is_first_run(context: &WebSocketContext) -> bool {
    let connection = context.connection;
    let is_away = match connection.kind() {
        PhaseKind::Ready | PhaseKind::Refused => false,
        PhaseKind::Offline => context.awaits_user.get(),
        PhaseKind::Waiting | PhaseKind::Opening | PhaseKind::Authenticating => connection.outage.get().is_some(),
    };
    is_away
        && !connection.sharing.get().is_incompatible()
        && !context.playback.is_on()
        && context.talk.rows.with(Vec::is_empty)
}

/// In place of an empty conversation and a banner.
#[component]
pub fn FirstRun() -> impl IntoView {
    let context = use_websocket();
    let connection = context.connection;
    let changes_address = RwSignal::new(false);
    let config = context.settings.current.get_untracked().link_config();
    let address = move || connection.url.get().unwrap_or_else(|| context.address());
    let is_unconnected = move || connection.kind() == PhaseKind::Offline;
    let reason = move || connection.outage.get().map(|outage| outage.reason.explain(&config));
    view! {
        <section class="first-run" data-testid="first-run" data-phase=move || connection.kind().name()>
            <h2>
                {move || if is_unconnected() { "Not connected to " } else { "Coda isn’t answering at " }}
                <code>{address}</code>
            </h2>
            <p role="status">{reason}</p>
            <Countdown since="Trying since" />
            <p>"Start Coda in its folder. The dashboard then connects by itself:"</p>
            <div class="first-run-command">
                <code>{START_COMMAND}</code>
                <CopyButton label="Copy the command" text=Callback::new(|()| START_COMMAND.to_owned()) />
            </div>
            <div class="actions">
                <button class="button primary" type="button" on:click=move |_| context.use_demo()>
                    "Try the demo"
                </button>
                <button
                    class="button"
                    type="button"
                    on:click=move |_| if is_unconnected() { context.reconnect() } else { context.retry_now() }
                >
                    {move || if is_unconnected() { "Connect" } else { "Try now" }}
                </button>
                <button
                    class="button"
                    type="button"
                    aria-expanded=move || changes_address.get().to_string()
                    on:click=move |_| changes_address.update(|open| *open = !*open)
                >
                    "Change address"
                </button>
                <A href=page_href("/help") attr:class="button">
                    "Help"
                    <span class="visually-hidden">" with this"</span>
                </A>
            </div>
            <Show when=move || changes_address.get()>
                <AddressForm place="first-run" />
            </Show>
        </section>
    }
}
