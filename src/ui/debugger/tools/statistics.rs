//! Statistics of the frames in a range: by type, and by client.

use std::time::Duration;

use leptos::prelude::*;

use super::scope::{Scope, ScopeSelect};
use crate::history::{Direction, Recorder, Statistics, TypeStatistics};
use crate::ui::components::ScrollTable;
use crate::ui::debugger::state::use_debugger;
use crate::ui::debugger::table::cells;
use crate::ui::every::every;
use crate::ui::format;

/// Interval at which a record of at most so many rows is counted again.
const RECOUNT: Duration = Duration::from_secs(2);
const LIVE_ROWS: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Type,
    Direction,
    Count,
    Rate,
    Bytes,
    Share,
    Smallest,
    Median,
    Largest,
}

const COLUMNS: [(Column, &str); 9] = [
    (Column::Type, "Type"),
    (Column::Direction, "Direction"),
    (Column::Count, "Count"),
    (Column::Rate, "Per second"),
    (Column::Bytes, "Total size"),
    (Column::Share, "Share"),
    (Column::Smallest, "Smallest"),
    (Column::Median, "Median"),
    (Column::Largest, "Largest"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
struct Sort {
    column: Column,
    is_descending: bool,
}

fn sorted(mut types: Vec<TypeStatistics>, sort: Sort) -> Vec<TypeStatistics> {
    types.sort_by(|a, b| {
        let order = match sort.column {
            Column::Type => a.kind.cmp(&b.kind),
            Column::Direction => a.direction.name().cmp(b.direction.name()),
            Column::Count | Column::Rate => a.count.cmp(&b.count),
            Column::Bytes | Column::Share => a.bytes.cmp(&b.bytes),
            Column::Smallest => a.smallest.cmp(&b.smallest),
            Column::Median => a.median.cmp(&b.median),
            Column::Largest => a.largest.cmp(&b.largest),
        };
        if sort.is_descending { order.reverse() } else { order }
    });
    types
}

#[component]
pub fn StatisticsView() -> impl IntoView {
    let debugger = use_debugger();
    let scope = RwSignal::new(Scope::Shown);
    let sort = RwSignal::new(Sort { column: Column::Count, is_descending: true });
    let found = RwSignal::new(scope.get_untracked().statistics(debugger));
    let count = move || found.set(scope.get_untracked().statistics(debugger));
    // A larger record takes longer than a frame, so it is counted on demand.
    let revision = StoredValue::new(debugger.with_recorder_untracked(Recorder::revision));
    every(RECOUNT, move || {
        let (now, rows) = debugger.with_recorder_untracked(|recorder| (recorder.revision(), recorder.len()));
        if now != revision.get_value() && rows <= LIVE_ROWS {
            revision.set_value(now);
            count();
        }
    });
    view! {
        <div class="debugger-details" data-testid="debugger-statistics">
            <section class="debugger-part">
                <div class="actions statistics-range">
                    <ScopeSelect name="statistics-scope" label="Of" scope changed=Callback::new(move |()| count()) />
                    <button class="button small" type="button" data-testid="statistics-again" on:click=move |_| count()>
                        "Count again"
                    </button>
                </div>
                <p class="field-hint" data-testid="statistics-total">
                    {move || found.with(|found| format!("{}, {}, in {}.", format::counted(found.count, "frame"), cells::size(found.bytes), format::span(found.span)))}
                </p>
                <TypeTable found sort />
                <h3>"Messages by client"</h3>
                <ClientTable found />
            </section>
        </div>
    }
}

#[component]
fn TypeTable(found: RwSignal<Statistics>, sort: RwSignal<Sort>) -> impl IntoView {
    let debugger = use_debugger();
    let press = move |column: Column| {
        sort.update(|sort| {
            let is_descending = if sort.column == column { !sort.is_descending } else { column != Column::Type };
            *sort = Sort { column, is_descending };
        });
    };
    let head = COLUMNS.map(|(column, name)| {
        let order = move || {
            let sort = sort.get();
            (sort.column == column).then_some(if sort.is_descending { "descending" } else { "ascending" })
        };
        let arrow = move || match order() {
            Some("descending") => "▼",
            Some(_) => "▲",
            None => "",
        };
        view! {
            <th scope="col" aria-sort=order>
                <button class="perf-sort" type="button" on:click=move |_| press(column)>
                    {name}
                    <span aria-hidden="true">{arrow}</span>
                </button>
            </th>
        }
    });
    let rows = move || {
        let all = found.with(|found| found.bytes.max(1));
        sorted(found.with(|found| found.types.clone()), sort.get())
            .into_iter()
            .map(|of| {
                let name = if of.kind.is_empty() { "without a type".to_owned() } else { of.kind.to_string() };
                let kind = name.clone();
                #[expect(clippy::cast_precision_loss, reason = "shares are rounded")]
                let share = of.bytes as f64 / all as f64 * 100.0;
                let rate = found.with_untracked(|found| found.rate(of.count));
                let rate = rate.map_or_else(|| format::UNKNOWN.to_owned(), |rate| format!("{rate:.2}"));
                let number = of.largest_row;
                view! {
                    <tr data-testid="statistics-row" data-type=kind>
                        <th scope="row">{name}</th>
                        <td>{if of.direction == Direction::In { "in" } else { "out" }}</td>
                        <td>{format::number(of.count)}</td>
                        <td>{rate}</td>
                        <td>{cells::size(of.bytes)}</td>
                        <td>{format::percent(share)}</td>
                        <td>{cells::size(of.smallest)}</td>
                        <td>{cells::size(of.median)}</td>
                        <td>
                            <button class="link-button" type="button" on:click=move |_| debugger.jump(number)>
                                {cells::size(of.largest)}
                            </button>
                        </td>
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <ScrollTable label="Frames by type" class="numbers" testid="statistics-types">
            <thead>
                <tr>{head.collect_view()}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </ScrollTable>
    }
}

#[component]
fn ClientTable(found: RwSignal<Statistics>) -> impl IntoView {
    let own = use_debugger().context.connection;
    let rows = move || {
        let own = own.phase.with(|phase| match phase {
            crate::link::Phase::Ready { client_id, .. } => client_id.clone(),
            _ => None,
        });
        found
            .with(|found| found.clients.clone())
            .into_iter()
            .map(|of| {
                let is_own = own.as_ref().is_some_and(|own| **own == *of.client);
                let kinds: Vec<String> = of.kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
                view! {
                    <tr data-testid="statistics-client">
                        <th scope="row">{format::cut(&of.client, 8)} {is_own.then_some(" (this page)")}</th>
                        <td class="number">{of.messages}</td>
                        <td>{kinds.join(", ")}</td>
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <ScrollTable label="Messages by client" testid="statistics-clients">
            <thead>
                <tr>
                    <th scope="col">"Client"</th>
                    <th scope="col" class="number">
                        "Messages"
                    </th>
                    <th scope="col">"Types"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </ScrollTable>
    }
}
