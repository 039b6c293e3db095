//! Export and import of recordings.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::history::{Format, export_har, export_jsonl};
use crate::replay::{Playback, as_test};
use crate::ui::clipboard;
use crate::ui::debugger::state::{DebuggerState, use_debugger};
use crate::ui::debugger::tools::library::Library;
use crate::ui::debugger::tools::opened_file::{self, FileError, open, show};
use crate::ui::debugger::tools::scope::{Scope, ScopeSelect};
use crate::ui::debugger::tools::visits::Visits;
use crate::ui::files::{chosen, download, file_stamp};
use crate::ui::format;

#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum RecordingError {
    #[error("There is nothing to export.")]
    NothingToExport,
    #[error("There is no frame to show.")]
    NothingToShow,
    #[error("The browser blocked copying.")]
    CopyRefused,
    #[error(transparent)]
    File(#[from] FileError),
}

/// Downloads the record. Returns a summary of its contents.
fn export(debugger: DebuggerState, scope: Scope, format: Format) -> Result<String, RecordingError> {
    let recording = scope.recording(debugger);
    if recording.is_empty() {
        return Err(RecordingError::NothingToExport);
    }
    let url = debugger.context.connection.url.get_untracked().unwrap_or_default();
    let (text, ending, media) = match format {
        Format::JsonLines => (export_jsonl(&recording), "jsonl", "application/x-ndjson"),
        Format::Har => (export_har(&recording, &url), "har", "application/json"),
    };
    download(&format!("coda-{}.{ending}", file_stamp()), media, &text);
    let (frames, notes) = (recording.entries.len(), recording.notes.len());
    Ok(format!("{} and {} exported.", format::counted(frames, "frame"), format::counted(notes, "note")))
}

async fn read(debugger: DebuggerState, file: web_sys::File) -> Result<String, RecordingError> {
    let (name, imported) = open(&file).await?;
    Ok(show(debugger, name, imported))
}

#[component]
pub fn Recordings() -> impl IntoView {
    let debugger = use_debugger();
    let told = RwSignal::new(None::<Result<String, RecordingError>>);
    let button = move |scope, format, name: &'static str, label: &'static str| {
        let save = move |_| {
            told.set(Some(export(debugger, scope, format)));
        };
        view! {
            <button class="button small" type="button" aria-label=label on:click=save>
                {name}
            </button>
        }
    };
    let choose = move |event: leptos::ev::Event| {
        let Some(file) = chosen(&event) else { return };
        spawn_local(async move {
            let outcome = read(debugger, file).await;
            // The panel may have been disposed meanwhile.
            let _ = told.try_set(Some(outcome));
        });
    };
    let scope = RwSignal::new(Scope::All);
    let play = move |_| {
        let recording = scope.get_untracked().recording(debugger);
        if recording.entries.is_empty() {
            told.set(Some(Err(RecordingError::NothingToShow)));
            return;
        }
        let name = debugger.with_loaded(|loaded| loaded.name.clone()).unwrap_or_else(|| "this session".to_owned());
        debugger.context.show_recording(name, Playback::new(&recording));
    };
    let copy = move |_| {
        let recording = scope.get_untracked().recording_with_answers(debugger);
        spawn_local(async move {
            let outcome = if clipboard::copy(&as_test(&recording.entries)).await {
                Ok("The test was copied. Paste it into tests/link.".to_owned())
            } else {
                Err(RecordingError::CopyRefused)
            };
            // The panel may have been disposed meanwhile.
            let _ = told.try_set(Some(outcome));
        });
    };
    let file_id = debugger.element_id("file");
    view! {
        <div class="debugger-details">
            <section class="debugger-part">
                <h3>"Export"</h3>
                <p class="field-hint">
                    "Exports frames with their times, message states, connection phases and notices. Authentication tokens are hidden."
                </p>
                <div class="debugger-export">
                    <span>"Everything"</span>
                    {button(Scope::All, Format::JsonLines, "JSON Lines", "Export everything as JSON Lines")}
                    {button(Scope::All, Format::Har, "HAR", "Export everything as HAR")}
                    <span>"Filtered rows"</span>
                    {button(Scope::Shown, Format::JsonLines, "JSON Lines", "Export filtered rows as JSON Lines")}
                    {button(Scope::Shown, Format::Har, "HAR", "Export filtered rows as HAR")}
                </div>
            </section>
            <section class="debugger-part">
                <h3>"Use"</h3>
                <ScopeSelect name="recording-scope" label="Frames of" scope />
                <div class="actions">
                    <button class="button small" type="button" data-testid="recording-play" on:click=play>
                        "Show in the pages"
                    </button>
                    <button class="button small" type="button" data-testid="recording-test" on:click=copy>
                        "Copy as test"
                    </button>
                </div>
                <p class="field-hint">
                    "“Show in the pages” makes all pages except the debugger show the recording at one point. Live data continues in the background. “Copy as test” creates a test that sends the messages to the simulated server and expects each recorded answer."
                </p>
            </section>
            <Library />
            <Visits />
            <section class="debugger-part">
                <h3>"Import"</h3>
                <div class="field">
                    <label for=file_id.clone()>"A recording or a bug report: JSON Lines or HAR"</label>
                    <input
                        id=file_id
                        type="file"
                        accept=opened_file::ENDINGS
                        data-testid="debugger-import"
                        on:change=choose
                    />
                </div>
            </section>
            <p class="debugger-fate" role="status" data-testid="debugger-recorded">
                {move || {
                    told.get()
                        .map(|told| match told {
                            Ok(words) => view! { <span>{words}</span> }.into_any(),
                            Err(error) => view! { <span class="field-error">{error.to_string()}</span> }.into_any(),
                        })
                }}
            </p>
        </div>
    }
}
