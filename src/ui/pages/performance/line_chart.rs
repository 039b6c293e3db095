//! Line chart of one resource over time.

use std::collections::VecDeque;
use std::fmt::Write as _;

use icondata_lu::LuDownload;
use leptos::ev;
use leptos::prelude::*;

use super::chart_time::{ChartTime, Span, utc};
use super::picture::picture;
use super::plot::Plot;
use super::scale::Scale;
use crate::model::ResourceSample;
use crate::state::use_websocket;
use crate::ui::address::use_page_navigate;
use crate::ui::components::Icon;
use crate::ui::files::{download, file_stamp};
use crate::ui::format;
use crate::ui::format::UNKNOWN;

/// Points at most: already more than a screen can show.
const POINTS: i64 = 600;
/// Seconds on either side of a moment, for the rows that it leads to.
const AROUND: i64 = 15;
/// Longer gaps, in milliseconds, are not bridged by the line.
const SILENCE: i64 = 30_000;
/// Smallest range of the axis, as a share of the largest value, so that changes below a tenth look small.
const LEAST_SHARE: f64 = 0.1;

/// Points over time, as epoch milliseconds and a value.
#[derive(Clone, Debug, Default, PartialEq)]
struct Series {
    points: Vec<(i64, f64)>,
    span: Span,
    /// Value of the last sample.
    now: Option<f64>,
}

impl Series {
    fn read(samples: &VecDeque<ResourceSample>, span: Span, read: fn(&ResourceSample) -> Option<f64>) -> Self {
        let Some(last) = samples.back() else { return Self::default() };
        let column = (span.length / POINTS).max(1_000);
        let mut points: Vec<(i64, f64)> = Vec::new();
        for sample in samples {
            let at = sample.time.timestamp_millis();
            let is_shown = (span.begin..=span.begin + span.length).contains(&at);
            let Some(value) = read(sample).filter(|_| is_shown) else { continue };
            match points.last_mut() {
                // A clock that was set back must not draw the line backwards.
                Some((before, _)) if at < *before => {}
                Some((before, highest)) if at / column == *before / column => *highest = highest.max(value),
                _ => points.push((at, value)),
            }
        }
        Self { points, span, now: read(last) }
    }

    /// The point nearest to a moment.
    fn nearest(&self, at: i64) -> Option<(usize, (i64, f64))> {
        let numbered = self.points.iter().copied().enumerate();
        numbered.min_by_key(|(_, (time, _))| time.abs_diff(at))
    }

    fn ends(&self) -> Option<(f64, f64)> {
        let values = || self.points.iter().map(|(_, value)| *value);
        Some((values().min_by(f64::total_cmp)?, values().max_by(f64::total_cmp)?))
    }

    /// SVG path data in a box of 1,000 by 1,000.
    fn path(&self, scale: Scale) -> String {
        let mut path = String::new();
        let mut before = None;
        for (at, value) in &self.points {
            let (x, y) = (1_000.0 * self.span.share(*at), 1_000.0 * (1.0 - scale.fraction(*value)));
            let is_begun = before.is_some_and(|before| at - before <= SILENCE);
            // A lone point is a line of zero length, which round line caps turn into a dot.
            let _ = if is_begun { write!(path, "L{x:.1} {y:.1}") } else { write!(path, "M{x:.1} {y:.1}h0") };
            before = Some(*at);
        }
        path
    }
}

/// What the parts of a chart share.
#[derive(Clone, Copy)]
struct Chart {
    name: &'static str,
    color: &'static str,
    /// Formats a value with its unit.
    words: fn(f64) -> String,
    series: Memo<Series>,
    scale: Memo<Scale>,
    limit: Signal<Option<f64>>,
    time: ChartTime,
    /// The point nearest to the crosshair, which is the same in all charts.
    picked: Memo<Option<(usize, (i64, f64))>>,
}

impl Chart {
    fn last(&self) -> usize {
        self.series.with(|series| series.points.len().saturating_sub(1))
    }

    fn now(&self) -> String {
        self.series.with(|series| series.now).map_or_else(|| UNKNOWN.to_owned(), self.words)
    }

    fn readout(&self) -> Option<String> {
        let (_, (at, value)) = self.picked.get()?;
        Some(format!("{}: {}", format::full_time(utc(at)), (self.words)(value)))
    }

    fn range(&self) -> String {
        let limit = self.limit.get();
        match self.series.with(Series::ends) {
            Some((lowest, highest)) => {
                let limit = limit.map(|limit| {
                    let over = if highest > limit { ", exceeded" } else { "" };
                    format!(", limit {}{over}", (self.words)(limit))
                });
                let limit = limit.unwrap_or_default();
                format!("least {}, most {}{limit}", (self.words)(lowest), (self.words)(highest))
            }
            None => "no reports in this range".to_owned(),
        }
    }

    /// Path data of the line at the limit.
    fn limit_line(&self) -> Option<String> {
        self.limit.get().map(|limit| format!("M0 {:.1}H1000", 1_000.0 * (1.0 - self.scale.get().fraction(limit))))
    }

    /// The times at the beginning, in the middle and at the end.
    fn times(&self) -> [String; 3] {
        let span = self.time.span.get();
        [0.0, 0.5, 1.0]
            .map(|share| if span.length == 0 { String::new() } else { format::clock_time(utc(span.at(share))) })
    }

    /// Path data of a vertical line at a moment.
    fn line_at(&self, at: i64) -> Option<String> {
        let share = self.time.span.get().share(at);
        (0.0..=1.0).contains(&share).then(|| format!("M{:.1} 0V1000", share * 1e3))
    }

    fn outages(&self) -> String {
        let span = self.time.span.get();
        let shade = |(from, to): &(i64, i64)| {
            let (from, to) = (span.share(*from).max(0.0), span.share(*to).min(1.0));
            (to > from).then(|| format!("M{:.1} 0H{:.1}V1000H{:.1}Z", from * 1e3, to * 1e3, from * 1e3))
        };
        self.time.marks.with(|marks| marks.outages.iter().filter_map(shade).collect())
    }

    fn restarts(&self) -> String {
        self.time.marks.with(|marks| marks.restarts.iter().filter_map(|at| self.line_at(*at)).collect())
    }

    /// Moves the crosshair to another point. Returns false for other keys.
    fn step(&self, key: &str) -> bool {
        let (end, here) = (untrack(|| self.last()), self.picked.get_untracked());
        let number = here.map_or(end, |(number, _)| number);
        let there = match key {
            "ArrowLeft" => number.saturating_sub(1),
            "ArrowRight" => (number + 1).min(end),
            "Home" => 0,
            "End" => end,
            _ => return false,
        };
        let at = self.series.with_untracked(|series| series.points.get(there).map(|(at, _)| *at));
        self.time.pointed.set(at);
        true
    }

    fn save(&self, about: &str, figure: &web_sys::HtmlElement) {
        let color = stroke_of(figure).unwrap_or_else(|| "black".to_owned());
        let (series, scale) = (self.series.get_untracked(), self.scale.get_untracked());
        let ticks = scale.ticks().map(self.words).collect();
        let limit = untrack(|| self.limit_line()).unwrap_or_default();
        let svg = picture(self.name, about, &color, &series.path(scale), &limit, ticks, &untrack(|| self.times()));
        download(&format!("coda-{}-{}.svg", self.name.to_lowercase(), file_stamp()), "image/svg+xml", &svg);
    }
}

/// Opens the debugger at the messages around a moment.
fn rows_around(at: i64) -> String {
    let time = |at: i64| {
        #[expect(clippy::cast_precision_loss, reason = "epoch milliseconds fit 53 bits")]
        let local = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at as f64));
        format!("{:02}:{:02}:{:02}", local.get_hours(), local.get_minutes(), local.get_seconds())
    };
    format!("/debugger?filter=after:{} before:{}", time(at - AROUND * 1_000), time(at + AROUND * 1_000))
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
    /// What the value should not exceed.
    #[prop(into)]
    limit: Signal<Option<f64>>,
) -> impl IntoView {
    let performance = use_websocket().data.performance;
    let time = expect_context::<ChartTime>();
    let series = Memo::new(move |_| {
        let span = time.span.get();
        performance.with(|performance| Series::read(performance.samples(), span, read))
    });
    let scale = Memo::new(move |_| {
        let (lowest, highest) = series.with(Series::ends).unwrap_or_default();
        let highest = limit.get().map_or(highest, |limit| highest.max(limit));
        if is_from_zero { Scale::from_zero(highest, 1.0) } else { Scale::around(lowest, highest, LEAST_SHARE) }
    });
    let picked = Memo::new(move |_| time.pointed.get().and_then(|at| series.with(|series| series.nearest(at))));
    let chart = Chart { name, color, words, series, scale, limit, time, picked };
    let figure = NodeRef::<leptos::html::Figure>::new();
    let save = move |_| {
        if let Some(figure) = figure.get_untracked() {
            chart.save(about, &figure);
        }
    };
    view! {
        <figure class="line-chart" node_ref=figure>
            <figcaption>
                <h3>
                    {name} " " <span>{about}</span>
                </h3>
                <strong data-testid="current">{move || chart.now()}</strong>
                <button
                    class="icon-button"
                    type="button"
                    data-testid="save-chart"
                    aria-label=format!("Save the {name} chart as a picture")
                    title="Save as picture (SVG)"
                    on:click=save
                >
                    <Icon icon=LuDownload />
                </button>
                <span class="line-range" data-testid="readout">{move || chart.readout().unwrap_or_else(|| chart.range())}</span>
            </figcaption>
            <Plot scale words below=Signal::derive(move || chart.times())>
                <Line chart />
                <Tip chart />
            </Plot>
        </figure>
    }
}

#[component]
fn Line(chart: Chart) -> impl IntoView {
    let Chart { name, color, series, scale, time, picked, .. } = chart;
    let navigate = StoredValue::new_local(use_page_navigate());
    let open_rows = move |at: i64| navigate.with_value(|navigate| navigate(&rows_around(at)));
    let moment_at = move |event: &web_sys::MouseEvent| {
        let target: web_sys::Element = event_target(event);
        let width = target.get_bounding_client_rect().width();
        (width > 0.0).then(|| time.span.get_untracked().at(f64::from(event.offset_x()) / width))
    };
    let pressed = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" {
            if let Some((_, (at, _))) = picked.get_untracked() {
                open_rows(at);
            }
        } else if chart.step(&event.key()) {
            event.prevent_default();
        }
    };
    let cross = move || picked.get().and_then(|(_, (at, _))| chart.line_at(at)).unwrap_or_default();
    view! {
        <svg
            class="line"
            viewBox="0 0 1000 1000"
            preserveAspectRatio="none"
            role="slider"
            tabindex="0"
            aria-label=format!("{name} over time. Arrow keys move along it, Enter opens the messages of that moment.")
            aria-valuemin="0"
            aria-valuemax=move || chart.last().to_string()
            aria-valuenow=move || picked.get().map_or_else(|| chart.last(), |(number, _)| number).to_string()
            aria-valuetext=move || chart.readout().unwrap_or_else(|| format!("last {}, {}", chart.now(), chart.range()))
            on:pointermove=move |event| time.pointed.set(moment_at(&event))
            on:pointerleave=move |_| time.pointed.set(None)
            on:click=move |event| {
                if let Some(at) = moment_at(&event) {
                    open_rows(at);
                }
            }
            on:blur=move |_| time.pointed.set(None)
            on:keydown=pressed
        >
            <path class="line-outage" d=move || chart.outages() />
            <path class="line-restart" d=move || chart.restarts() />
            <path class="line-limit" d=move || chart.limit_line().unwrap_or_default() />
            <path class="line-mark" d=cross />
            <path class="line-course" d=move || series.with(|series| series.path(scale.get())) style:stroke=color />
        </svg>
    }
}

/// Time and value beside the crosshair.
#[component]
fn Tip(chart: Chart) -> impl IntoView {
    move || {
        chart.picked.get().map(|(_, (at, value))| {
            let share = chart.time.span.get().share(at);
            let side = if share > 0.6 { "before" } else { "after" };
            view! {
                <span class="line-tip" data-side=side style:left=format!("{:.2}%", share * 100.0) aria-hidden="true">
                    {format::clock_time(utc(at))} " " <strong>{(chart.words)(value)}</strong>
                </span>
            }
        })
    }
}

/// The colour of the chart's line on the screen.
fn stroke_of(figure: &web_sys::HtmlElement) -> Option<String> {
    let line = figure.query_selector(".line-course").ok()??;
    window().get_computed_style(&line).ok()??.get_property_value("stroke").ok().filter(|color| !color.is_empty())
}
