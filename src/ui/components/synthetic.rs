//! Banner on every page while synthetic events are in what it shows.

use leptos::prelude::*;

use crate::state::use_websocket;
use crate::ui::format;

#[component]
pub fn SyntheticBanner() -> impl IntoView {
    let synthetic = use_websocket().synthetic;
    let is_on = Memo::new(move |_| synthetic.count.get() > 0);
    let words = move || {
        let count = format::counted(synthetic.count.get(), "event");
        format!(
            "These pages show {count} that Coda never sent. Connection metrics and findings exclude them. Nothing was sent to Coda."
        )
    };
    view! {
        <Show when=move || is_on.get()>
            <div class="experiment" role="status" data-testid="synthetic">
                <div>
                    <p>
                        <strong>"Synthetic events"</strong>
                    </p>
                    <p>{words}</p>
                </div>
                <button
                    class="button"
                    type="button"
                    data-testid="synthetic-clear"
                    on:click=move |_| synthetic.clear()
                >
                    "Clear"
                </button>
            </div>
        </Show>
    }
}
