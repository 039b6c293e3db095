//! Sortable table of the timings of Coda's components.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::sort::{Column, OperationTimings, Sort};
use crate::state::use_websocket;
use crate::ui::address::Address;
use crate::ui::components::{Each, ScrollTable};
use crate::ui::format;

/// Component and operation.
type Name = (String, String);

#[component]
pub(super) fn TimingSection() -> impl IntoView {
    let performance = use_websocket().data.performance;
    let address = Address::of_page();
    let figures = Memo::new(move |_| {
        let named = |operation: crate::model::Operation<'_>| {
            ((operation.component.to_owned(), operation.name.to_owned()), OperationTimings::read(operation))
        };
        performance
            .with(|performance| performance.operations().map(named).collect::<BTreeMap<Name, OperationTimings>>())
    });
    let sort = Memo::new(move |_| Sort::parse(&address.first("sort"), &address.first("order")));
    let order = Memo::new(move |_| {
        let sort = sort.get();
        figures.with(|figures| {
            let mut rows: Vec<_> = figures.iter().collect();
            rows.sort_by(|a, b| sort.compare(*a, *b));
            rows.into_iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
        })
    });
    let press = move |column| {
        let next = sort.get_untracked().pressed(column);
        address.set_all(&[("sort", next.column.name().1), ("order", next.order())]);
    };
    let is_empty = Memo::new(move |_| order.with(Vec::is_empty));
    view! {
        <section class="perf-section">
            <header class="page-head">
                <h2 id="perf-timings">"Component timings"</h2>
            </header>
            <Show
                when=move || !is_empty.get()
                fallback=|| {
                    view! {
                        <p class="perf-note">
                            "No timings yet. Say or type something on Talk."
                        </p>
                    }
                }
            >
                <p class="perf-note" id="perf-timings-note">
                    "Left: measured by this page, median and p95 of the last 200 timings. Right: reported by Coda since its start."
                </p>
                <ScrollTable label="Component timings" class="numbers" testid="timing-table" described_by="perf-timings-note">
                        <thead>
                            <tr>
                                <td colspan="2"></td>
                                <th scope="colgroup" colspan="7">
                                    "Measured by this page"
                                </th>
                                <th scope="colgroup" colspan="2">
                                    "Reported by Coda"
                                </th>
                            </tr>
                            <tr>
                                {Column::ALL
                                    .map(|column| view! { <Head column sort press=move || press(column) /> })
                                    .collect_view()}
                            </tr>
                        </thead>
                        <tbody>
                            <Each each=move || order.get() key=Clone::clone let:name>
                                <Row name figures />
                            </Each>
                        </tbody>
                    </ScrollTable>
            </Show>
        </section>
    }
}

#[component]
fn Head(column: Column, sort: Memo<Sort>, press: impl Fn() + 'static) -> impl IntoView {
    let order = move || Some(sort.get()).filter(|sort| sort.column == column).map(Sort::order);
    let arrow = move || match order() {
        Some("descending") => "▼",
        Some(_) => "▲",
        None => "",
    };
    view! {
        <th scope="col" aria-sort=order class:perf-name=column == Column::Operation>
            <button class="perf-sort" data-column=column.name().1 on:click=move |_| press()>
                {column.name().0}
                <span aria-hidden="true">{arrow}</span>
            </button>
        </th>
    }
}

#[component]
fn Row(name: Name, figures: Memo<BTreeMap<Name, OperationTimings>>) -> impl IntoView {
    let (component, operation) = name.clone();
    let own = Memo::new(move |_| figures.with(|figures| figures.get(&name).copied().unwrap_or_default()));
    let cells = Column::ALL.into_iter().skip(2).map(|column| {
        let text = move || {
            let value = own.with(|own| own.get(column));
            if column == Column::Count {
                value.map_or_else(|| format::UNKNOWN.to_owned(), |it| format!("{it:.0}"))
            } else {
                format::maybe_seconds(value)
            }
        };
        view! { <td>{text}</td> }
    });
    view! {
        <tr>
            <th scope="row">{component}</th>
            <td class="perf-name">{operation}</td>
            {cells.collect_view()}
        </tr>
    }
}
