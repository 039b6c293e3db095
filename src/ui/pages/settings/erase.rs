//! How much is kept in the browser, and its deletion.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::state::use_websocket;
use crate::store::{SavedRecording, Session, StoreError, Visit};
use crate::ui::components::{Dialog, DialogRef};
use crate::ui::format;
use crate::ui::kept::kept_resource;

#[component]
pub fn EraseEverything() -> impl IntoView {
    let context = use_websocket();
    let kept = context.kept;
    let asks = RwSignal::new(false);
    let told = RwSignal::new(None::<Result<(), StoreError>>);
    let used = kept_resource(kept, move || async move {
        Some((kept.sessions().await.ok()?, kept.visits().await.ok()?, kept.recordings().await.ok()?))
    });
    let words = move || {
        let used = used.get().flatten().flatten();
        used.map(|(sessions, visits, recordings): (Vec<Session>, Vec<Visit>, Vec<SavedRecording>)| {
            #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
            let size = |bytes: u64| format::megabytes(bytes as f64 / 1e6);
            format!(
                "Stored now: {} ({}), the records of {} ({}) and {} ({}).",
                format::counted(sessions.len(), "conversation"),
                size(sessions.iter().map(|session| session.bytes).sum()),
                format::counted(visits.len(), "visit"),
                size(visits.iter().map(|visit| visit.bytes).sum()),
                format::counted(recordings.len(), "saved recording"),
                size(recordings.iter().map(|recording| recording.bytes).sum()),
            )
        })
    };
    let erase = move || {
        asks.set(false);
        spawn_local(async move {
            let outcome = context.erase_everything().await;
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
                <button class="button danger" type="button" data-testid="erase" on:click=move |_| asks.set(true)>
                    "Erase everything"
                </button>
            </div>
            <p class="field-hint" role="status" data-testid="erased">
                {move || {
                    told.get()
                        .map(|told| match told {
                            Ok(()) => "Everything is erased.".to_owned(),
                            Err(error) => format!("Some data could not be erased: {error}."),
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
                "This deletes all conversations, visit records, saved recordings, unsent messages, drafts, the address and these settings from this browser, and clears every open dashboard tab. Coda keeps its own memory and may repeat its latest events when the dashboard reconnects. This cannot be undone."
            </p>
            <div class="actions">
                <button class="button" autofocus on:click=move |_| dialog.close()>
                    "Cancel"
                </button>
                <button class="button danger" data-testid="confirm-erase" on:click=move |_| erase()>
                    "Erase"
                </button>
            </div>
        </Dialog>
    }
}
