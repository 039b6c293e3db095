//! The figures that matter most: their value, their course, and their change against the turns before.

use leptos::prelude::*;

use crate::model::{ResourceSample, TurnEnd, TurnTiming, median, percentile, sorted};
use crate::state::use_websocket;
use crate::ui::components::Sparkline;
use crate::ui::format;

/// Number of turns that a figure stands on at most, and is compared with.
const TURNS: usize = 20;
/// Fewer turns before are nothing to compare with.
const ENOUGH_BEFORE: usize = 5;
/// A smaller change, as a share, is none.
const NO_CHANGE: f64 = 0.05;

/// A figure of a turn: name, value, and its words.
type Figure = (&'static str, fn(&TurnTiming) -> Option<f64>, fn(f64) -> String);

const FIGURES: [Figure; 3] = [
    (
        "Response gap",
        |turn| (turn.end == Some(TurnEnd::Spoken)).then(|| turn.gap().total().as_secs_f64()),
        format::seconds,
    ),
    ("First token", |turn| turn.first_token.map(|time| time.as_secs_f64()), format::seconds),
    ("Tokens/s", TurnTiming::tokens_per_second, |speed| format!("{speed:.1}")),
];

#[derive(Clone, Debug, Default, PartialEq)]
struct Course {
    /// Oldest first.
    values: Vec<f64>,
    /// Values of the turns before those.
    before: Vec<f64>,
}

impl Course {
    fn of(values: &[f64]) -> Self {
        let (before, values) = values.split_at(values.len().saturating_sub(TURNS));
        let before = &before[before.len().saturating_sub(TURNS)..];
        Self { values: values.to_vec(), before: before.to_vec() }
    }

    /// The change of the median against the turns before, as a share.
    fn change(&self) -> Option<f64> {
        let (now, before) =
            (median(&sorted(self.values.iter().copied()))?, median(&sorted(self.before.iter().copied()))?);
        (self.before.len() >= ENOUGH_BEFORE && before > 0.0).then(|| now / before - 1.0)
    }
}

#[component]
pub(super) fn KeyFigures() -> impl IntoView {
    let timings = use_websocket().data.timings;
    let tiles = FIGURES.map(|(name, read, words)| {
        let course = Memo::new(move |_| {
            timings.with(|timings| Course::of(&timings.turns().iter().filter_map(read).collect::<Vec<_>>()))
        });
        let detail = move || {
            course.with(|course| {
                let p95 =
                    percentile(&sorted(course.values.iter().copied()), 95.0).and_then(|value| format::p95(course.values.len(), value));
                let p95 = p95.map(|value| format!("p95 {} · ", words(value))).unwrap_or_default();
                let latest =
                    course.values.last().map(|value| format!("\nlatest {}", words(*value))).unwrap_or_default();
                format!("{p95}median of {}{latest}", format::counted(course.values.len(), "turn"))
            })
        };
        view! {
            <Tile
                name
                value=Signal::derive(move || course.with(|course| median(&sorted(course.values.iter().copied()))).map(words))
                detail=Signal::derive(detail)
                values=Signal::derive(move || course.with(|course| course.values.clone()))
                change=Signal::derive(move || course.with(Course::change))
                is_more_better=name == "Tokens/s"
            />
        }
    });
    view! {
        <ul class="tiles" aria-label="Key figures">
            {tiles.collect_view()}
            <FailedTile />
            <CpuTile />
        </ul>
    }
}

/// The share of turns that failed or were cut off.
#[component]
fn FailedTile() -> impl IntoView {
    let timings = use_websocket().data.timings;
    let counts = Memo::new(move |_| {
        timings.with(|timings| {
            let failed = |turn: &&TurnTiming| matches!(turn.end, Some(TurnEnd::Failed | TurnEnd::CutOff));
            (timings.turns().iter().filter(failed).count(), timings.turns().len())
        })
    });
    #[expect(clippy::cast_precision_loss, reason = "at most 1,000 turns")]
    let value = move || {
        let (failed, all) = counts.get();
        (all > 0).then(|| format::percent((failed as f64 / all as f64 * 1_000.0).round() / 10.0))
    };
    let detail = move || {
        let (failed, all) = counts.get();
        format!("{failed} of {}", format::counted(all, "turn"))
    };
    view! {
        <Tile
            name="Failed turns"
            value=Signal::derive(value)
            detail=Signal::derive(detail)
            values=Signal::stored(Vec::new())
            change=Signal::stored(None)
            is_more_better=false
        />
    }
}

#[component]
fn CpuTile() -> impl IntoView {
    let performance = use_websocket().data.performance;
    let values = Memo::new(move |_| {
        performance.with(|performance| {
            let newest = performance.samples().iter().rev().take(120);
            newest
                .filter_map(|sample: &ResourceSample| sample.cpu_percent)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect::<Vec<_>>()
        })
    });
    view! {
        <Tile
            name="CPU"
            value=Signal::derive(move || values.with(|values| values.last().copied()).map(format::percent))
            detail=Signal::stored("of one core".to_owned())
            values=values
            change=Signal::stored(None)
            is_more_better=false
        />
    }
}

#[component]
fn Tile(
    name: &'static str,
    #[prop(into)] value: Signal<Option<String>>,
    /// What the value is and stands on.
    #[prop(into)]
    detail: Signal<String>,
    #[prop(into)] values: Signal<Vec<f64>>,
    /// Change against the turns before, as a share.
    #[prop(into)]
    change: Signal<Option<f64>>,
    is_more_better: bool,
) -> impl IntoView {
    let change_words = move || {
        change.get().map(|change| match change {
            change if change.abs() < NO_CHANGE => ("same", "same as before".to_owned()),
            change => {
                let state = if (change > 0.0) == is_more_better { "better" } else { "worse" };
                let sign = if change > 0.0 { "▲" } else { "▼" };
                (state, format!("{sign} {:.0} % ({state} than the 20 turns before)", change.abs() * 100.0))
            }
        })
    };
    view! {
        <li class="tile" data-testid="tile" data-name=name>
            <h2>{name}</h2>
            <strong>{move || value.get().unwrap_or_else(|| format::UNKNOWN.to_owned())}</strong>
            <Show when=move || { values.with(Vec::len) > 1 }>
                <Sparkline values color="var(--accent)" />
            </Show>
            <p class="field-hint">{detail}</p>
            {move || change_words().map(|(state, words)| view! { <p class="tile-change" data-state=state>{words}</p> })}
        </li>
    }
}
