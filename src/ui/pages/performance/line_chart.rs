//! Line chart of one resource over the last ten minutes.

use std::collections::VecDeque;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use leptos::ev;
use leptos::prelude::*;

use super::plot::Plot;
use super::scale::Scale;
use crate::model::ResourceSample;
use crate::protocol::utc_from_millis;
use crate::state::use_websocket;
use crate::ui::format;
use crate::ui::format::UNKNOWN;

/// Time span in milliseconds.
const SPAN: i64 = 600_000;
/// Milliseconds per point at most: already more points than a screen can show.
const COLUMN: i64 = 1_000;
/// Longer gaps, in milliseconds, are not bridged by the line.
const SILENCE: i64 = 30_000;
/// Smallest range of the axis, as a share of the largest value, so that changes below a tenth look small.
const LEAST_SHARE: f64 = 0.1;

/// Points over time, as milliseconds since `begin` and a value.
#[derive(Clone, Debug, Default, PartialEq)]
struct Series {
    points: Vec<(i64, f64)>,
    /// Start of the span, in epoch milliseconds.
    begin: i64,
    /// Value of the last sample.
    now: Option<f64>,
}

impl Series {
    fn read(samples: &VecDeque<ResourceSample>, read: fn(&ResourceSample) -> Option<f64>) -> Self {
        let Some(last) = samples.back() else { return Self::default() };
        let begin = last.time.timestamp_millis().saturating_sub(SPAN);
        let mut points: Vec<(i64, f64)> = Vec::new();
        for sample in samples {
            let at = sample.time.timestamp_millis().saturating_sub(begin);
            let Some(value) = read(sample).filter(|_| (0..=SPAN).contains(&at)) else { continue };
            match points.last_mut() {
                // A clock that was set back must not draw the line backwards.
                Some((before, _)) if at < *before => {}
                Some((before, highest)) if at / COLUMN == *before / COLUMN => *highest = highest.max(value),
                _ => points.push((at, value)),
            }
        }
        Self { points, begin, now: read(last) }
    }

    /// Index of the point nearest to `place`, from 0 (left) to 1 (right).
    fn nearest(&self, place: f64) -> Option<usize> {
        #[expect(clippy::cast_precision_loss, reason = "ten minutes of milliseconds")]
        let distance = |at: i64| (at as f64 - place * SPAN as f64).abs();
        let numbered = self.points.iter().enumerate();
        numbered.min_by(|(_, a), (_, b)| distance(a.0).total_cmp(&distance(b.0))).map(|(number, _)| number)
    }

    /// Time and value of a point.
    fn point(&self, number: usize) -> Option<(DateTime<Utc>, f64)> {
        let (at, value) = self.points.get(number)?;
        Some((utc_from_millis(self.begin + at), *value))
    }

    fn ends(&self) -> Option<(f64, f64)> {
        let values = || self.points.iter().map(|(_, value)| *value);
        Some((values().min_by(f64::total_cmp)?, values().max_by(f64::total_cmp)?))
    }

    /// SVG path data in a box of 600 000 by 1 000.
    fn path(&self, scale: Scale) -> String {
        let mut path = String::new();
        let mut before = None;
        for (at, value) in &self.points {
            let height = 1_000.0 * (1.0 - scale.fraction(*value));
            let is_begun = before.is_some_and(|before| at - before <= SILENCE);
            // A lone point is a line of zero length, which round line caps turn into a dot.
            let _ = if is_begun { write!(path, "L{at} {height:.1}") } else { write!(path, "M{at} {height:.1}h0") };
            before = Some(*at);
        }
        path
    }
}

/// The line with its axes, and its current, lowest and highest value as text.
#[component]
pub(super) fn LineChart(
    name: &'static str,
    /// Qualifier of the name.
    about: &'static str,
    color: &'static str,
    read: fn(&ResourceSample) -> Option<f64>,
    /// Formats a value with its unit.
    words: fn(f64) -> String,
    /// Whether the axis starts at zero.
    is_from_zero: bool,
) -> impl IntoView {
    let performance = use_websocket().data.performance;
    let series = Memo::new(move |_| performance.with(|performance| Series::read(performance.samples(), read)));
    let scale = Memo::new(move |_| {
        let (lowest, highest) = series.with(Series::ends).unwrap_or_default();
        if is_from_zero { Scale::from_zero(highest, 1.0) } else { Scale::around(lowest, highest, LEAST_SHARE) }
    });
    let now = move || series.with(|series| series.now).map_or_else(|| UNKNOWN.to_owned(), words);
    // Index of the point under the pointer, or chosen with arrow keys.
    let picked = RwSignal::new(None::<usize>);
    let last = move || series.with(|series| series.points.len().saturating_sub(1));
    let at_picked = move || picked.get().and_then(|number| series.with(|series| series.point(number.min(last()))));
    let readout = move || at_picked().map(|(time, value)| format!("{}: {}", format::full_time(time), words(value)));
    let point_at = move |event: ev::PointerEvent| {
        let target: web_sys::Element = event_target(&event);
        let width = target.get_bounding_client_rect().width();
        if width > 0.0 {
            let place = f64::from(event.offset_x()) / width;
            picked.set(series.with_untracked(|series| series.nearest(place)));
        }
    };
    let step = move |event: ev::KeyboardEvent| {
        let end = untrack(last);
        let here = picked.get_untracked().unwrap_or(end);
        let there = match event.key().as_str() {
            "ArrowLeft" => here.saturating_sub(1),
            "ArrowRight" => (here + 1).min(end),
            "Home" => 0,
            "End" => end,
            _ => return,
        };
        event.prevent_default();
        picked.set(Some(there));
    };
    let mark = move || {
        let at = picked.get().and_then(|number| series.with(|series| Some(series.points.get(number.min(last()))?.0)));
        at.map(|at| format!("M{at} 0V1000")).unwrap_or_default()
    };
    let range = move || match series.with(Series::ends) {
        Some((lowest, highest)) => format!("least {}, most {}", words(lowest), words(highest)),
        None => "nothing in the last 10 minutes".to_owned(),
    };
    view! {
        <figure class="line-chart">
            <figcaption>
                <h3>
                    {name} " " <span>{about}</span>
                </h3>
                <strong data-testid="current">{now}</strong>
                <span class="line-range" data-testid="readout">{move || readout().unwrap_or_else(range)}</span>
            </figcaption>
            <Plot scale words below=["10 min ago", "5 min ago", "last report"]>
                <svg
                    class="line"
                    viewBox="0 0 600000 1000"
                    preserveAspectRatio="none"
                    role="slider"
                    tabindex="0"
                    aria-label=format!("{name} over the last 10 minutes; arrow keys move along it")
                    aria-valuemin="0"
                    aria-valuemax=move || last().to_string()
                    aria-valuenow=move || picked.get().unwrap_or_else(last).to_string()
                    aria-valuetext=move || readout().unwrap_or_else(|| format!("last {}, {}", now(), range()))
                    on:pointermove=point_at
                    on:pointerleave=move |_| picked.set(None)
                    on:blur=move |_| picked.set(None)
                    on:keydown=step
                >
                    <path class="line-mark" d=mark />
                    <path d=move || series.with(|series| series.path(scale.get())) style:stroke=color />
                </svg>
            </Plot>
        </figure>
    }
}
