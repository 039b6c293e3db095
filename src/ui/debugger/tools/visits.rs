//! The records of earlier visits: after a reload or a crash of the page, what happened before can be looked at.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::confirm_delete::ConfirmDelete;
use super::opened_file::{FileError, parse, show};
use crate::state::{Keeping, use_websocket};
use crate::store::Visit;
use crate::ui::components::ShowMore;
use crate::ui::debugger::state::use_debugger;
use crate::ui::files::download;
use crate::ui::format;

/// Visits shown at first and added per step.
const STEP: usize = 10;

/// What the last action came to.
type Told = Result<String, FileError>;

#[component]
pub(super) fn Visits() -> impl IntoView {
    let kept = use_websocket().kept;
    let told = RwSignal::new(None::<Told>);
    let visits = LocalResource::new(move || {
        kept.revision.track();
        let is_open = kept.keeping.with(|keeping| *keeping == Keeping::On);
        async move { if is_open { kept.visits().await } else { Ok(Vec::new()) } }
    });
    let limit = RwSignal::new(STEP);
    let others = Memo::new(move |_| {
        let this = kept.this_visit();
        let Some(Ok(visits)) = visits.get() else { return Vec::new() };
        visits.into_iter().filter(|visit| visit.id != this).collect::<Vec<_>>()
    });
    let nothing = move || match (kept.keeping.get(), visits.get()) {
        (Keeping::Off, _) => Some("No records are kept: you have turned this off in the settings.".to_owned()),
        (Keeping::Failed(error), _) | (_, Some(Err(error))) => Some(format!("No records are kept: {error}.")),
        (_, None) => Some("Loading…".to_owned()),
        (_, Some(Ok(_))) => others.with(Vec::is_empty).then(|| "This is the first visit that is kept.".to_owned()),
    };
    view! {
        <section class="debugger-part" aria-labelledby="visits-title">
            <h3 id="visits-title">"Earlier visits"</h3>
            <p class="field-hint">
                "The record of each visit is kept up to its last second or two, also if the page or the browser crashed."
            </p>
            {move || nothing().map(|words| view! { <p class="field-hint">{words}</p> })}
            <ul class="visit-list">
                {move || {
                    others
                        .get()
                        .into_iter()
                        .take(limit.get())
                        .map(|visit| view! { <VisitItem visit told /> })
                        .collect_view()
                }}
            </ul>
            <ShowMore limit step=STEP total=Signal::derive(move || others.with(Vec::len)) />
            <p class="debugger-fate" role="status">
                {move || told.get().map(|told| told.unwrap_or_else(|error| error.to_string()))}
            </p>
        </section>
    }
}

#[component]
fn VisitItem(visit: Visit, told: RwSignal<Option<Told>>) -> impl IntoView {
    let (context, debugger) = (use_websocket(), use_debugger());
    let kept = context.kept;
    let started = visit.started;
    let when = untrack(|| format::full_time(started));
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let size = format::megabytes(visit.bytes as f64 / 1e6);
    let lasted = (visit.last - visit.started).to_std().map(format::span).unwrap_or_default();
    let cut = if visit.is_cut { ", without its beginning" } else { "" };
    #[expect(clippy::cast_possible_truncation, reason = "a number of rows that fit into memory")]
    let rows = format::counted(visit.rows as usize, "row");
    let name = format!("Visit of {when}");
    let load = move |id, then: Box<dyn FnOnce(String) -> Told>| {
        spawn_local(async move {
            let outcome = kept.record(id).await.map_err(FileError::Store).and_then(then);
            // The panel may have been disposed meanwhile.
            let _ = told.try_set(Some(outcome));
        });
    };
    let open = {
        let (id, name) = (visit.id.clone(), name.clone());
        move |_| {
            let name = name.clone();
            load(
                id.clone(),
                Box::new(move |text| parse(name, &text).map(|(name, imported)| show(debugger, name, imported))),
            );
        }
    };
    let export = {
        let (id, started) = (visit.id.clone(), visit.started);
        move |_| {
            let stamp = started.format("%Y%m%dT%H%M%S");
            let file = format!("coda-visit-{stamp}.jsonl");
            load(
                id.clone(),
                Box::new(move |text| {
                    download(&file, "application/x-ndjson", &text);
                    Ok(format!("{file} was saved."))
                }),
            );
        }
    };
    let visit = StoredValue::new(visit);
    let delete = move || {
        spawn_local(async move {
            let outcome = kept.delete_visit(visit.get_value()).await.map_err(FileError::Store);
            let _ = told.try_set(Some(outcome.map(|()| "The record was deleted.".to_owned())));
        });
    };
    view! {
        <li class="visit" data-testid="visit">
            <p>
                <strong>{move || format::full_time(started)}</strong>
                <span class="field-hint">{format!("{lasted}, {rows}, {size}{cut}")}</span>
            </p>
            <div class="actions">
                <button
                    class="button small"
                    type="button"
                    data-testid="open-visit"
                    aria-label=format!("Open: {name}")
                    on:click=open
                >
                    "Open"
                </button>
                <button class="button small" type="button" aria-label=format!("Export: {name}") on:click=export>
                    "Export"
                </button>
                <ConfirmDelete name=name.clone() test_id="delete-visit" on_delete=delete />
            </div>
        </li>
    }
}
