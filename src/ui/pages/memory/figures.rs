//! Memory totals, as last reported by Coda.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use leptos::prelude::*;

use super::bar::Bar;
use super::labels::{self, UNKNOWN};
use crate::protocol::MemoryFigures;
use crate::state::use_websocket;
use crate::ui::components::{Each, WaysToBegin};
use crate::ui::format;

/// Upper limit of rows in a table of types, most frequent first, so that a server that makes up thousands cannot fill
/// the page.
const TYPES: usize = 30;

#[component]
pub(super) fn MemoryTotals() -> impl IntoView {
    let memories = use_websocket().data.memories;
    let told = Memo::new(move |_| memories.with(|memories| memories.log().figures().cloned()));
    let told_at = move || {
        let time = told.with(|told| told.as_ref().map(|(time, _)| *time));
        time.map(|time| format!("Reported by Coda {}.", format::full_time(time)))
    };
    view! {
        <section class="memory-section" aria-labelledby="memory-figures">
            <h2 id="memory-figures">"Statistics"</h2>
            <Show
                when=move || told.with(Option::is_some)
                fallback=|| {
                    view! {
                        <p class="memory-note">
                            "No statistics yet. They arrive with the next stored memory. Tell Coda something to remember."
                        </p>
                        <WaysToBegin />
                    }
                }
            >
                <Told figures=Memo::new(move |_| told.get().map(|(_, figures)| figures)) />
                <p class="memory-note">
                    {told_at}
                </p>
            </Show>
        </section>
    }
}

#[component]
fn Told(figures: Memo<Option<MemoryFigures>>) -> impl IntoView {
    let short = move || {
        let read =
            |figures: &MemoryFigures| figures.short_term.as_ref().map(|turns| (turns.turn_count, turns.max_turns));
        figures.with(|figures| figures.as_ref().and_then(read)).unwrap_or_default()
    };
    let long = move || {
        let read =
            |figures: &MemoryFigures| figures.long_term.as_ref().map(|kept| (kept.memory_count, kept.max_memories));
        figures.with(|figures| figures.as_ref().and_then(read)).unwrap_or_default()
    };
    let kinds = move || figures.with(|figures| figures.as_ref()?.long_term.as_ref()?.memory_types.clone());
    let operation_kinds = move || figures.with(|figures| figures.as_ref()?.debug.as_ref()?.operations_by_type.clone());
    let operations = move || {
        let count = figures.with(|figures| figures.as_ref()?.debug.as_ref()?.operations_count);
        count.map_or_else(|| UNKNOWN.to_owned(), |count| count.to_string())
    };
    let last_update = move || {
        let update = figures.with(|figures| figures.as_ref()?.debug.as_ref()?.last_update.as_ref().map(labels::moment));
        update.unwrap_or_else(|| UNKNOWN.to_owned())
    };
    view! {
        <div class="memory-figures" data-testid="memory-figures">
            <Fullness label="Short-term turns" of=Signal::derive(short) />
            <Fullness
                label="Long-term memories"
                of=Signal::derive(long)
            />
            <dl class="memory-figure">
                <dt>"Operations"</dt>
                <dd>{operations}</dd>
            </dl>
            <dl class="memory-figure">
                <dt>"Last update"</dt>
                <dd class="memory-moment">{last_update}</dd>
            </dl>
        </div>
        <div class="memory-tables">
            <Counts title="Memories by type" of=Signal::derive(kinds) />
            <Counts title="Operations by type" of=Signal::derive(operation_kinds) />
        </div>
    }
}

/// Meter of a count and its maximum.
#[component]
fn Fullness(label: &'static str, of: Signal<(Option<u64>, Option<u64>)>) -> impl IntoView {
    let words = move || {
        let (held, most) = of.get();
        let number = |number: Option<u64>| number.map_or_else(|| UNKNOWN.to_owned(), |number| number.to_string());
        format!("{} of {}", number(held), number(most))
    };
    #[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
    let share = Memo::new(move |_| match of.get() {
        (Some(held), Some(most)) if most > 0 => held as f64 / most as f64,
        _ => 0.0,
    });
    view! {
        <dl class="memory-figure">
            <dt>{label}</dt>
            <dd>
                <span
                    role="meter"
                    aria-label=label
                    aria-valuemin="0"
                    aria-valuemax="100"
                    aria-valuenow=move || format!("{:.0}", share.get().clamp(0.0, 1.0) * 100.0)
                    aria-valuetext=words
                >
                    {words}
                    <Bar share />
                </span>
            </dd>
        </dl>
    }
}

#[component]
fn Counts(title: &'static str, of: Signal<Option<BTreeMap<String, u64>>>) -> impl IntoView {
    let rows = Memo::new(move |_| {
        let mut rows: Vec<(String, u64)> = of.get().unwrap_or_default().into_iter().collect();
        rows.sort_by_key(|(_, count)| Reverse(*count));
        rows
    });
    let left_out = move || rows.with(Vec::len).saturating_sub(TYPES);
    view! {
        <table class="data-table memory-table">
            <caption>{title}</caption>
            <thead>
                <tr>
                    <th scope="col">"Type"</th>
                    <th scope="col" class="number">
                        "Count"
                    </th>
                </tr>
            </thead>
            <tbody>
                <Each each=move || rows.get().into_iter().take(TYPES) key=Clone::clone let:row>
                    <tr>
                        <td>{row.0}</td>
                        <td class="number">{row.1}</td>
                    </tr>
                </Each>
                <Show when=move || rows.with(Vec::is_empty)>
                    <tr>
                        <td colspan="2">{UNKNOWN}</td>
                    </tr>
                </Show>
                <Show when=move || { left_out() > 0 }>
                    <tr>
                        <td colspan="2">{move || format!("and {} more types", left_out())}</td>
                    </tr>
                </Show>
            </tbody>
        </table>
    }
}
