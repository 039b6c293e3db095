//! The records that are kept in this browser, saved recordings and earlier visits: what can be done with one, and a choice
//! among all.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::confirm_delete::ConfirmDelete;
use super::opened_file::{FileError, parse, show};
use crate::history::{Label, with_label};
use crate::state::KeptStore;
use crate::store::{SavedRecording, StoreError, Visit, VisitId};
use crate::ui::debugger::state::{DebuggerState, use_debugger};
use crate::ui::files::download;
use crate::ui::format;
use crate::ui::kept::kept_resource;

/// What the last action came to.
pub(super) type Told = RwSignal<Option<Result<String, FileError>>>;

/// A kept record, whatever its kind.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum KeptRecord {
    Saved(SavedRecording),
    Visit(VisitId),
}

impl KeptRecord {
    /// Loads the record as JSON Lines.
    pub(super) async fn text(self, kept: KeptStore) -> Result<String, StoreError> {
        match self {
            Self::Saved(SavedRecording { id, name, note, .. }) => {
                Ok(with_label(&Label { name, note }, &kept.recording(id).await?))
            }
            Self::Visit(id) => kept.record(id).await,
        }
    }

    async fn delete(self, kept: KeptStore) -> Result<(), StoreError> {
        match self {
            Self::Saved(recording) => kept.delete_recording(recording.id).await,
            Self::Visit(id) => kept.delete_visit(id).await,
        }
    }
}

/// Loads the names of all kept records: saved recordings, then earlier visits, newest first.
async fn records(kept: KeptStore) -> Vec<(String, KeptRecord)> {
    let saved = kept.recordings().await.unwrap_or_default();
    let saved = saved.into_iter().map(|recording| (recording.name.clone(), KeptRecord::Saved(recording)));
    let (visits, this) = (kept.visits().await.unwrap_or_default(), kept.this_visit());
    let name = |visit: &Visit| untrack(|| format!("Visit of {}", format::full_time(visit.started)));
    let earlier = visits.into_iter().filter(|visit| visit.id != this);
    saved.chain(earlier.map(|visit| (name(&visit), KeptRecord::Visit(visit.id)))).collect()
}

#[component]
pub(super) fn KeptRecordSelect(
    kept: KeptStore,
    id: String,
    label: &'static str,
    test_id: &'static str,
    /// Called with the name and the record that the user picks.
    picked: Callback<(String, KeptRecord)>,
) -> impl IntoView {
    let records = kept_resource(kept, move || records(kept));
    let all = move || records.get().flatten().unwrap_or_default();
    let pick = move |event| {
        let at: Option<usize> = event_target_value(&event).parse().ok();
        if let Some(record) = at.and_then(|at| untrack(all).into_iter().nth(at)) {
            picked.run(record);
        }
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id data-testid=test_id on:change=pick>
                <option value="">"Choose one"</option>
                {move || {
                    all()
                        .into_iter()
                        .enumerate()
                        .map(|(at, (name, _))| view! { <option value=at.to_string()>{name}</option> })
                        .collect_view()
                }}
            </select>
        </div>
    }
}

/// Opens, exports and deletes a kept record. Other buttons come before "Delete".
#[component]
pub(super) fn KeptActions(
    record: KeptRecord,
    /// Name of the record, and of its file without the ending.
    names: [String; 2],
    /// Prefix of the test ids.
    test_id: &'static str,
    told: Told,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let debugger = use_debugger();
    let kept = debugger.context.kept;
    let [name, file] = names;
    let (record, names) = (StoredValue::new(record), StoredValue::new((name.clone(), format!("{file}.jsonl"))));
    let load = move |then: fn(DebuggerState, (String, String), String) -> Result<String, FileError>| {
        spawn_local(async move {
            let text = record.get_value().text(kept).await.map_err(FileError::Store);
            // The panel may have been disposed meanwhile.
            let _ = told.try_set(Some(text.and_then(|text| then(debugger, names.get_value(), text))));
        });
    };
    let open = move |_| {
        load(|debugger, (name, _), text| parse(name, &text).map(|(name, imported)| show(debugger, name, imported)));
    };
    let export = move |_| {
        load(|_, (_, file), text| {
            // The browser replaces what its file system does not allow.
            download(&file, "application/x-ndjson", &text);
            Ok(format!("{file} was exported."))
        });
    };
    let delete = move || {
        let (name, _) = names.get_value();
        spawn_local(async move {
            let outcome = record.get_value().delete(kept).await.map_err(FileError::Store);
            let _ = told.try_set(Some(outcome.map(|()| format!("{name} was deleted."))));
        });
    };
    view! {
        <div class="actions">
            <button
                class="button small"
                type="button"
                data-testid=format!("open-{test_id}")
                aria-label=format!("Open: {name}")
                on:click=open
            >
                "Open"
            </button>
            <button class="button small" type="button" aria-label=format!("Export: {name}") on:click=export>
                "Export"
            </button>
            {children.map(|children| children())}
            <ConfirmDelete name test_id=format!("delete-{test_id}") on_delete=delete />
        </div>
    }
}
