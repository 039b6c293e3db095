//! Bar on every page while messages are replayed to Coda, since each acts on it like a new one.

use leptos::prelude::*;

use crate::replay::Resender;
use crate::state::use_websocket;
use crate::ui::address::use_page_navigate;
use crate::ui::debugger::{Side, SideOpener};

#[component]
pub fn ReplayBar() -> impl IntoView {
    let replay = use_websocket().replay;
    let is_running = Memo::new(move |_| replay.with(|resender| !resender.is_over()).unwrap_or_default());
    view! {
        <Show when=move || is_running.get()>
            <Bar />
        </Show>
    }
}

#[component]
fn Bar() -> impl IntoView {
    let replay = use_websocket().replay;
    let (opener, go_to_page) = (expect_context::<SideOpener>(), use_page_navigate());
    let words = Memo::new(move |_| {
        let (sent, all) = replay.with(|resender| (resender.sent().len(), resender.steps().len())).unwrap_or_default();
        format!("{sent} of {all} messages sent to Coda")
    });
    let is_paused = Memo::new(move |_| replay.with(Resender::is_paused).unwrap_or_default());
    view! {
        <div class="experiment" data-testid="replay-bar">
            <p role="status">
                <strong>"Replay"</strong>
                " "
                {words}
            </p>
            <div class="actions">
                <button class="button" type="button" on:click=move |_| replay.toggle_pause()>
                    {move || if is_paused.get() { "Resume" } else { "Pause" }}
                </button>
                <button class="button" type="button" data-testid="replay-bar-stop" on:click=move |_| replay.stop()>
                    "Stop"
                </button>
                <button
                    class="button"
                    type="button"
                    on:click=move |_| {
                        if !opener.open(Side::Replay) {
                            go_to_page("/debugger");
                        }
                    }
                >
                    "Open in debugger"
                </button>
            </div>
        </div>
    }
}
