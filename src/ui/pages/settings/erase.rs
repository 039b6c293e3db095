//! How much is kept in the browser, and its deletion.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::state::use_websocket;
use crate::store::{Session, StoreError, Visit};
use crate::ui::components::{Dialog, DialogRef};
use crate::ui::format;
use crate::ui::kept::kept_resource;

#[component]
pub fn EraseEverything() -> impl IntoView {
    let kept = use_websocket().kept;
    let asks = RwSignal::new(false);
    let told = RwSignal::new(None::<Result<(), StoreError>>);
    let used =
        kept_resource(kept, move || async move { Some((kept.sessions().await.ok()?, kept.visits().await.ok()?)) });
    let words = move || {
        used.get().flatten().flatten().map(|(sessions, visits): (Vec<Session>, Vec<Visit>)| {
            #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
            let size = |bytes: u64| format::megabytes(bytes as f64 / 1e6);
            format!(
                "Kept now: {} ({}) and the records of {} ({}).",
                format::counted(sessions.len(), "conversation"),
                size(sessions.iter().map(|session| session.bytes).sum()),
                format::counted(visits.len(), "visit"),
                size(visits.iter().map(|visit| visit.bytes).sum()),
            )
        })
    };
    let erase = move || {
        asks.set(false);
        spawn_local(async move {
            let outcome = kept.erase_everything().await;
            // The page may have been left meanwhile.
            let _ = told.try_set(Some(outcome));
        });
    };
    view! {
        <div class="field">
            <p class="field-hint" data-testid="kept-now">
                {words}
            </p>
            <div class="field-row">
                <button class="button" type="button" data-testid="erase" on:click=move |_| asks.set(true)>
                    "Erase everything"
                </button>
            </div>
            <p class="field-hint" role="status" data-testid="erased">
                {move || {
                    told.get()
                        .map(|told| match told {
                            Ok(()) => "Everything is erased. What this page shows is gone with a reload.".to_owned(),
                            Err(error) => format!("Not everything could be erased: {error}."),
                        })
                }}
            </p>
            <Show when=move || asks.get()>
                <EraseDialog asks erase />
            </Show>
        </div>
    }
}

#[component]
fn EraseDialog(asks: RwSignal<bool>, erase: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let dialog = DialogRef::new();
    view! {
        <Dialog dialog class="confirm" labelled_by="erase-title" on_close=move || asks.set(false)>
            <h2 id="erase-title">"Erase everything?"</h2>
            <p>
                "All conversations, the records of all visits, waiting texts, the address and these settings are deleted from this browser. Coda itself keeps what it remembers. This cannot be undone."
            </p>
            <div class="actions">
                <button class="button" autofocus on:click=move |_| dialog.close()>
                    "Keep everything"
                </button>
                <button class="button primary" data-testid="confirm-erase" on:click=move |_| erase()>
                    "Erase"
                </button>
            </div>
        </Dialog>
    }
}
