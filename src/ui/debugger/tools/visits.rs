//! The records of earlier visits: after a reload or a crash of the page, what happened before can be looked at.

use leptos::prelude::*;

use super::kept_records::{KeptActions, KeptRecord, Told};
use crate::state::{Keeping, use_websocket};
use crate::store::Visit;
use crate::ui::components::ShowMore;
use crate::ui::debugger::table::cells;
use crate::ui::format;
use crate::ui::kept::kept_resource;

/// Visits shown at first and added per step.
const STEP: usize = 10;

#[component]
pub(super) fn Visits() -> impl IntoView {
    let kept = use_websocket().kept;
    let told = Told::new(None);
    let visits = kept_resource(kept, move || kept.visits());
    let loaded = move || visits.get().flatten();
    let limit = RwSignal::new(STEP);
    let others = Memo::new(move |_| {
        let this = kept.this_visit();
        let Some(Ok(visits)) = loaded() else { return Vec::new() };
        visits.into_iter().filter(|visit| visit.id != this).collect::<Vec<_>>()
    });
    let nothing = move || match (kept.keeping.get(), loaded()) {
        (Keeping::Off, loaded) if others.with(Vec::is_empty) || !matches!(loaded, Some(Ok(_))) => {
            Some("Storage is turned off in the settings.".to_owned())
        }
        (Keeping::Off, _) => Some("Storage is turned off in the settings. These records are from before.".to_owned()),
        (Keeping::Failed(error), _) | (_, Some(Err(error))) => Some(format!("Records cannot be stored: {error}.")),
        (_, None) => Some("Loading…".to_owned()),
        (_, Some(Ok(_))) => others.with(Vec::is_empty).then(|| "No earlier visits.".to_owned()),
    };
    view! {
        <section class="debugger-part" aria-labelledby="visits-title">
            <h3 id="visits-title">"Earlier visits"</h3>
            <p class="field-hint">
                "Each visit's record is stored up to its last second or two, even if the page or the browser crashed."
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
fn VisitItem(visit: Visit, told: Told) -> impl IntoView {
    let started = visit.started;
    let lasted = (visit.last - started).to_std().map(format::span).unwrap_or_default();
    let cut = if visit.is_cut { ", without its beginning" } else { "" };
    #[expect(clippy::cast_possible_truncation, reason = "numbers of what fits into memory")]
    let (rows, size) = (format::counted(visit.rows as usize, "row"), cells::size(visit.bytes as usize));
    let names = [
        untrack(|| format!("Visit of {}", format::full_time(started))),
        format!("coda-visit-{}", started.format("%Y%m%dT%H%M%S")),
    ];
    view! {
        <li class="visit" data-testid="visit">
            <p>
                <strong>{move || format::full_time(started)}</strong>
                <span class="field-hint">{format!("{lasted}, {rows}, {size}{cut}")}</span>
            </p>
            <KeptActions record=KeptRecord::Visit(visit.id) names test_id="visit" told />
        </li>
    }
}
