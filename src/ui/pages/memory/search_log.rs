//! Searches and retrievals reported by Coda, newest first.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use leptos::prelude::*;

use super::keyed::keyed;
use super::labels::{counted, share};
use super::results::Results;
use crate::model::{LoggedSearch, MemoryLog};

use crate::protocol::iso8601;
use crate::state::use_websocket;
use crate::ui::components::{Each, ShowMore};
use crate::ui::format;

/// Entries shown at first, and added per step.
const ROWS: usize = 20;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SearchLogKind {
    /// Searches, with filters.
    Searches,
    /// Lookups for an answer.
    Retrievals,
}

impl SearchLogKind {
    fn of(self, log: &MemoryLog) -> &VecDeque<LoggedSearch> {
        match self {
            Self::Searches => log.searches(),
            Self::Retrievals => log.retrievals(),
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Searches => "Searches",
            Self::Retrievals => "Retrievals",
        }
    }

    const fn id(self) -> &'static str {
        match self {
            Self::Searches => "memory-searches",
            Self::Retrievals => "memory-retrievals",
        }
    }

    const fn nothing(self) -> &'static str {
        match self {
            Self::Searches => {
                "No searches yet. When Coda searches its memory, the query, filters and results appear here. Ask about something you told it earlier."
            }
            Self::Retrievals => {
                "No retrievals yet. What Coda looks up to answer you appears here. Ask about something you told it earlier."
            }
        }
    }

    fn line(self, search: &LoggedSearch) -> SearchRow {
        let filters = match self {
            Self::Retrievals => String::new(),
            Self::Searches => {
                let kind =
                    search.memory_type.as_ref().map_or_else(|| "any type".to_owned(), |kind| format!("type {kind}"));
                let least = search.min_importance.filter(|least| *least > 0.0);
                let least = least.map_or_else(
                    || "any importance".to_owned(),
                    |least| format!("importance at least {}", share(Some(least))),
                );
                format!("{kind}, {least}")
            }
        };
        SearchRow {
            time: search.time,
            query: search.query.clone(),
            filters,
            found: counted(search.count, "result", "results"),
        }
    }
}

/// Summary of a collapsed entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct SearchRow {
    time: DateTime<Utc>,
    query: String,
    filters: String,
    found: String,
}

#[component]
pub(super) fn SearchLog(kind: SearchLogKind) -> impl IntoView {
    let memories = use_websocket().data.memories;
    let limit = RwSignal::new(ROWS);
    let kept = Memo::new(move |_| memories.with(|memories| kind.of(memories.log()).len()));
    let lines = Memo::new(move |_| {
        memories.with(|memories| {
            keyed(kind.of(memories.log()).iter().rev().take(limit.get()).map(|search| kind.line(search)))
        })
    });
    view! {
        <section class="memory-section" aria-labelledby=kind.id()>
            <h2 id=kind.id()>{kind.title()}</h2>
            <Show
                when=move || { kept.get() > 0 }
                fallback=move || view! { <p class="memory-note">{kind.nothing()}</p> }
            >
                <ul class="memory-looks">
                    <Each each=move || lines.get() key=Clone::clone let:line>
                        <SearchEntry kind line=line.0 nth=line.1 />
                    </Each>
                </ul>
                <ShowMore limit step=ROWS total=Signal::derive(move || kept.get()) />
            </Show>
        </section>
    }
}

/// An entry. Its results are read and rendered when it is opened.
#[component]
fn SearchEntry(
    kind: SearchLogKind,
    line: SearchRow,
    /// Number of newer equal entries.
    nth: usize,
) -> impl IntoView {
    let memories = use_websocket().data.memories;
    let is_open = RwSignal::new(false);
    let key = line.clone();
    let results = Memo::new(move |_| {
        if !is_open.get() {
            return Vec::new();
        }
        memories.with_untracked(|memories| {
            let mut equal = kind.of(memories.log()).iter().rev().filter(|search| kind.line(search) == key);
            equal.nth(nth).map(|search| search.results.clone()).unwrap_or_default()
        })
    });
    let SearchRow { time, query, filters, found } = line;
    let has_filters = !filters.is_empty();
    view! {
        <li>
            <details
                class="memory-look"
                data-testid=kind.id()
                on:toggle=move |event| is_open.set(event_target::<web_sys::Element>(&event).has_attribute("open"))
            >
                <summary>
                    <span class="memory-query" dir="auto">
                        {query}
                    </span>
                    {has_filters.then(|| view! { <span class="memory-soft">{filters}</span> })}
                    <span class="memory-soft memory-found">{found}</span>
                    <time class="memory-soft" datetime=iso8601(time)>
                        {move || format::full_time(time)}
                    </time>
                </summary>
                <Show when=move || is_open.get()>
                    <Results results />
                </Show>
            </details>
        </li>
    }
}
