//! The library: recordings saved in this browser under a name.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::kept_records::{KeptActions, KeptRecord, Told};
use super::opened_file::FileError;
use super::scope::{Scope, ScopeSelect};
use crate::browser;
use crate::history::{Label, export_jsonl};
use crate::state::use_websocket;
use crate::store::SavedRecording;
use crate::ui::components::ShowMore;
use crate::ui::debugger::state::use_debugger;
use crate::ui::debugger::table::cells;
use crate::ui::format;
use crate::ui::kept::kept_resource;

/// Recordings shown at first and added per step.
const STEP: usize = 10;
const NAME_CHARS: &str = "200";

#[component]
pub(super) fn Library() -> impl IntoView {
    let debugger = use_debugger();
    let kept = debugger.context.kept;
    let told = Told::new(None);
    let recordings = kept_resource(kept, move || kept.recordings());
    let all = move || recordings.get().flatten().and_then(Result::ok).unwrap_or_default();
    let limit = RwSignal::new(STEP);
    let scope = RwSignal::new(Scope::Shown);
    let (name, note) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let recording = scope.get_untracked().recording(debugger);
        if recording.is_empty() {
            told.set(Some(Ok("Nothing to save.".to_owned())));
            return;
        }
        let named = match name.get_untracked().trim() {
            "" => format!("Recording of {}", untrack(|| format::full_time(browser::now().wall))),
            named => named.to_owned(),
        };
        let (described, frames) = ((named.clone(), note.get_untracked().trim().to_owned()), recording.entries.len());
        let text = export_jsonl(&recording);
        spawn_local(async move {
            let outcome = kept.save_recording(described, frames, text).await.map_err(FileError::Store);
            if outcome.is_ok() {
                // The panel may have been disposed meanwhile.
                let _ = (name.try_set(String::new()), note.try_set(String::new()));
            }
            let _ = told.try_set(Some(outcome.map(|()| format!("{named} was saved in this browser."))));
        });
    };
    let ids = [debugger.element_id("library-name"), debugger.element_id("library-note")];
    let [name_id, note_id] = ids.clone();
    let [name_for, note_for] = ids;
    view! {
        <section class="debugger-part" aria-labelledby="library-title">
            <h3 id="library-title">"Saved recordings"</h3>
            <form class="library-form" on:submit=save>
                <ScopeSelect name="library-scope" label="Save" scope />
                <div class="field">
                    <label for=name_for>"Name"</label>
                    <input
                        id=name_id
                        type="text"
                        data-testid="library-name"
                        maxlength=NAME_CHARS
                        prop:value=name
                        on:input=move |event| name.set(event_target_value(&event))
                    />
                </div>
                <div class="field">
                    <label for=note_for>"Note"</label>
                    <textarea
                        id=note_id
                        rows="2"
                        data-testid="library-note"
                        prop:value=note
                        on:input=move |event| note.set(event_target_value(&event))
                    ></textarea>
                </div>
                <div class="actions">
                    <button class="button small" type="submit" data-testid="library-save">
                        "Save in this browser"
                    </button>
                </div>
            </form>
            <ul class="visit-list">
                {move || {
                    all()
                        .into_iter()
                        .take(limit.get())
                        .map(|recording| view! { <RecordingItem recording told /> })
                        .collect_view()
                }}
            </ul>
            <ShowMore limit step=STEP total=Signal::derive(move || all().len()) />
            <p class="debugger-fate" role="status" data-testid="library-told">
                {move || told.get().map(|told| told.unwrap_or_else(|error| error.to_string()))}
            </p>
        </section>
    }
}

#[component]
fn RecordingItem(recording: SavedRecording, told: Told) -> impl IntoView {
    let SavedRecording { saved, name, note, frames, bytes, .. } = recording.clone();
    #[expect(clippy::cast_possible_truncation, reason = "numbers of what fits into memory")]
    let (frames, size) = (format::counted(frames as usize, "frame"), cells::size(bytes as usize));
    let record = KeptRecord::Saved(recording.clone());
    let recording = StoredValue::new(recording);
    let is_edited = RwSignal::new(false);
    view! {
        <li class="visit" data-testid="saved-recording">
            <p>
                <strong>{name.clone()}</strong>
                <span class="field-hint">{move || format!("{}, {frames}, {size}", format::full_time(saved))}</span>
            </p>
            {(!note.is_empty()).then(|| view! { <p class="bug-said">{note}</p> })}
            <KeptActions record names=[name.clone(), name.clone()] test_id="recording" told>
                <button
                    class="button small"
                    type="button"
                    data-testid="edit-recording"
                    aria-label=format!("Edit: {name}")
                    aria-expanded=move || is_edited.get().to_string()
                    on:click=move |_| is_edited.update(|is_edited| *is_edited = !*is_edited)
                >
                    "Edit"
                </button>
            </KeptActions>
            <Show when=move || is_edited.get()>
                <EditRecording recording told />
            </Show>
        </li>
    }
}

/// Changes the name and the note of a recording.
#[component]
fn EditRecording(recording: StoredValue<SavedRecording>, told: Told) -> impl IntoView {
    let context = use_websocket();
    let (kept, imported) = (context.kept, context.imported);
    let (name, note) = recording
        .with_value(|recording| (RwSignal::new(recording.name.clone()), RwSignal::new(recording.note.clone())));
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let mut changed = recording.get_value();
        note.get_untracked().trim().clone_into(&mut changed.note);
        if let Some(named) = Some(name.get_untracked().trim().to_owned()).filter(|named| !named.is_empty()) {
            changed.name = named;
        }
        spawn_local(async move {
            let before = recording.with_value(|recording| recording.name.clone());
            let label = Label { name: changed.name.clone(), note: changed.note.clone() };
            let outcome = kept.describe_recording(changed).await.map_err(FileError::Store);
            if outcome.is_ok() {
                imported.relabel(&before, label);
            }
            let _ = told.try_set(Some(outcome.map(|()| "The recording was changed.".to_owned())));
        });
    };
    view! {
        <form class="library-form" on:submit=save>
            <input
                type="text"
                aria-label="Name"
                data-testid="edit-name"
                maxlength=NAME_CHARS
                prop:value=name
                on:input=move |event| name.set(event_target_value(&event))
            />
            <textarea
                rows="2"
                aria-label="Note"
                data-testid="edit-note"
                prop:value=note
                on:input=move |event| note.set(event_target_value(&event))
            ></textarea>
            <div class="actions">
                <button class="button small" type="submit" data-testid="edit-save">
                    "Save"
                </button>
            </div>
        </form>
    }
}
