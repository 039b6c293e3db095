//! A choice among the records that are kept in this browser: saved recordings and earlier visits.

use leptos::prelude::*;

use crate::state::{Keeping, KeptStore};
use crate::store::{RecordingId, StoreError, VisitId};
use crate::ui::format;

/// A kept record, whatever its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeptRecord {
    Saved(RecordingId),
    Visit(VisitId),
}

impl KeptRecord {
    /// Loads the record as JSON Lines.
    pub(super) async fn text(self, kept: KeptStore) -> Result<String, StoreError> {
        match self {
            Self::Saved(id) => kept.recording(id).await,
            Self::Visit(id) => kept.record(id).await,
        }
    }
}

/// Loads the names of all kept records: saved recordings, then earlier visits, newest first.
async fn records(kept: KeptStore) -> Vec<(String, KeptRecord)> {
    let saved = kept.recordings().await.unwrap_or_default();
    let saved = saved.into_iter().map(|recording| (recording.name, KeptRecord::Saved(recording.id)));
    let (visits, this) = (kept.visits().await.unwrap_or_default(), kept.this_visit());
    let name = |visit: &crate::store::Visit| untrack(|| format!("Visit of {}", format::full_time(visit.started)));
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
    let records = LocalResource::new(move || {
        kept.revision.track();
        let is_open = kept.keeping.with(|keeping| *keeping == Keeping::On);
        async move { if is_open { records(kept).await } else { Vec::new() } }
    });
    let all = move || records.get().unwrap_or_default();
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
