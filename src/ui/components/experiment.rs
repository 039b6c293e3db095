//! Banner on every page while an experiment runs, because Coda and the dashboard then behave differently.

use leptos::prelude::*;

use crate::state::use_websocket;

#[component]
pub fn ExperimentBanner() -> impl IntoView {
    let experiments = use_websocket().experiments;
    view! {
        <Show when=move || experiments.any()>
            <Banner />
        </Show>
    }
}

#[component]
fn Banner() -> impl IntoView {
    let context = use_websocket();
    let experiments = context.experiments;
    let network = move || {
        let conditions = experiments.conditions.get()?;
        let when =
            if context.connection.sharing.get().is_follower() { ", once this tab holds the connection" } else { "" };
        Some(view! { <p>{format!("Network simulation on: {conditions}{when}.")}</p> })
    };
    view! {
        <div class="experiment" role="status" data-testid="experiment">
            <div>
                <p>
                    <strong>"Experiment"</strong>
                </p>
                <Show when=move || experiments.unprotected.get()>
                    <p>"Protections are off (queue gap, window and deduplication)."</p>
                </Show>
                {network}
            </div>
            <button
                class="button"
                type="button"
                data-testid="experiment-end"
                on:click=move |_| {
                    if experiments.unprotected.get_untracked() {
                        context.set_unprotected(false);
                    }
                    if experiments.conditions.with_untracked(Option::is_some) {
                        context.set_conditions(None);
                    }
                }
            >
                "End experiment"
            </button>
        </div>
    }
}
