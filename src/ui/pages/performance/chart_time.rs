//! The time that all charts of resource usage share: its range, what happened to the connection meanwhile, and the
//! moment that the reader points at.

use std::time::Duration;

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::history::RowKind;
use crate::link::PhaseKind;
use crate::model::ResourceSample;
use crate::state::{WebSocketContext, use_websocket};
use crate::ui::address::Address;
use crate::ui::every::every;

/// How often outages are looked up.
const INTERVAL: Duration = Duration::from_secs(5);
const MINUTE: i64 = 60_000;
/// Shortest range when everything is shown, in milliseconds.
const LEAST: i64 = MINUTE;

/// Ranges to choose from: value in the address, label, and length in milliseconds.
const RANGES: [(&str, &str, Option<i64>); 3] =
    [("5", "5 min", Some(5 * MINUTE)), ("", "30 min", Some(30 * MINUTE)), ("all", "All", None)];
/// Query parameter.
const PARAMETER: &str = "range";

/// What happened to the connection, in epoch milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Marks {
    /// Times without a connection, each from its start to its end.
    pub(super) outages: Vec<(i64, i64)>,
    /// First signs of another run of the server.
    pub(super) restarts: Vec<i64>,
}

impl Marks {
    fn read(context: &WebSocketContext, now: i64) -> Self {
        let mut outages = Vec::new();
        let mut lost = None;
        let mut was_ready = false;
        context.history.with_untracked(|recorder| {
            for row in recorder.rows(..) {
                let RowKind::Phase { phase, .. } = &row.kind else { continue };
                let at = row.at.wall.timestamp_millis();
                if *phase == PhaseKind::Ready {
                    outages.extend(lost.take().map(|lost| (lost, at)));
                    was_ready = true;
                } else if was_ready {
                    lost.get_or_insert(at);
                }
            }
        });
        outages.extend(lost.map(|lost| (lost, now)));
        let restarts = context.data.system.with_untracked(|system| {
            system.runs().iter().skip(1).map(|run| run.first_seen.wall.timestamp_millis()).collect()
        });
        Self { outages, restarts }
    }
}

/// The span that is shown, in epoch milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) begin: i64,
    pub(super) length: i64,
}

impl Span {
    #[expect(clippy::cast_precision_loss, reason = "some days of milliseconds")]
    pub(super) fn share(self, at: i64) -> f64 {
        (at - self.begin) as f64 / self.length.max(1) as f64
    }

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "some days of milliseconds")]
    pub(super) fn at(self, share: f64) -> i64 {
        self.begin + (share * self.length as f64) as i64
    }
}

#[derive(Clone, Copy)]
pub(super) struct ChartTime {
    pub(super) span: Memo<Span>,
    pub(super) marks: RwSignal<Marks>,
    /// The moment that the reader points at in one of the charts.
    pub(super) pointed: RwSignal<Option<i64>>,
}

impl ChartTime {
    pub(super) fn provide() {
        let context = use_websocket();
        let address = Address::of_page();
        let length = Memo::new(move |_| {
            let wanted = address.first(PARAMETER);
            RANGES.iter().find(|(value, ..)| *value == wanted).map_or(Some(30 * MINUTE), |(.., length)| *length)
        });
        let span = Memo::new(move |_| {
            context.data.performance.with(|performance| {
                let time = |sample: Option<&ResourceSample>| sample.map(|sample| sample.time.timestamp_millis());
                let (first, last) = (time(performance.samples().front()), time(performance.samples().back()));
                let (Some(first), Some(last)) = (first, last) else { return Span::default() };
                let known = last.saturating_sub(first);
                let length = length.get().map_or(known, |length| length.min(known)).max(LEAST);
                Span { begin: last.saturating_sub(length), length }
            })
        });
        let now = move || context.playback.now().wall.timestamp_millis();
        let marks = RwSignal::new(Marks::read(&context, now()));
        every(INTERVAL, move || {
            let read = Marks::read(&context, now());
            if marks.with_untracked(|marks| *marks != read) {
                marks.set(read);
            }
        });
        provide_context(Self { span, marks, pointed: RwSignal::new(None) });
    }
}

/// Chooses the range of all charts.
#[component]
pub(super) fn RangeButtons() -> impl IntoView {
    let address = Address::of_page();
    view! {
        <div class="segmented" role="group" aria-label="Time range">
            {RANGES
                .map(|(value, label, _)| {
                    view! {
                        <button
                            class="button small"
                            type="button"
                            data-testid=format!("range-{}", if value.is_empty() { "30" } else { value })
                            aria-pressed=move || (address.first(PARAMETER) == value).to_string()
                            on:click=move |_| address.set(PARAMETER, value)
                        >
                            {label}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// The time at an offset from the epoch.
pub(super) fn utc(millis: i64) -> DateTime<Utc> {
    crate::protocol::utc_from_millis(millis)
}
