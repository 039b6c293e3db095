//! The response gap: from the end of the user's words to the first sound, part by part.

use leptos::prelude::*;
use leptos_router::components::A;

use super::scale::Scale;
use crate::analysis::Budgets;
use crate::model::{GapPart, Spread, StagePart, TurnEnd, TurnTiming};
use crate::state::use_websocket;
use crate::ui::address::page_href;
use crate::ui::components::{Each, ScrollTable, gap_fill};
use crate::ui::every::every;
use crate::ui::format;

/// Number of turns shown, newest first.
const SHOWN: usize = 12;
/// Longest bar, in medians of the turns shown.
const LONGEST: f64 = 4.0;
/// Refresh interval of the running turn.
const STEP: std::time::Duration = std::time::Duration::from_millis(200);

/// The stage whose limit applies to a part.
const fn stage(part: GapPart) -> Option<StagePart> {
    match part {
        GapPart::Recognition => Some(StagePart::Recognition),
        GapPart::Preparing => Some(StagePart::Preparing),
        GapPart::FirstToken | GapPart::Writing => Some(StagePart::Model),
        GapPart::Tools => Some(StagePart::Tool),
        GapPart::Synthesis => Some(StagePart::Speech),
        GapPart::Sending | GapPart::HandOff | GapPart::Unexplained => None,
    }
}

#[component]
pub(super) fn GapSection() -> impl IntoView {
    let context = use_websocket();
    let timings = context.data.timings;
    let now = RwSignal::new(context.playback.now().mono);
    let is_running = Memo::new(move |_| timings.with(|timings| timings.current(now.get()).is_some()));
    every(STEP, move || {
        if is_running.get_untracked() {
            now.set(context.playback.now().mono);
        }
    });
    let turns = Memo::new(move |_| {
        timings.with(|timings| {
            let finished = timings.turns().iter().rev().take(SHOWN).cloned();
            timings.unfinished(now.get()).chain(finished).collect::<Vec<_>>()
        })
    });
    let budgets = Memo::new(move |_| context.settings.current.with(crate::state::Settings::budgets));
    let limits = move || {
        let limit = |part: StagePart| {
            budgets.with(|budgets| budgets.of(part)).map(|limit| format!("{} {}", part.title(), format::span(limit)))
        };
        let limits: Vec<String> = StagePart::ALL.into_iter().filter_map(limit).collect();
        (!limits.is_empty())
            .then(|| format!("Limits: {}. The language model limit covers first token and writing.", limits.join(", ")))
    };
    // One very long turn does not flatten the others: its bar is cut and says so.
    let scale = Memo::new(move |_| {
        turns.with(|turns| {
            let mut totals: Vec<f64> = turns.iter().map(|turn| turn.gap().total().as_secs_f64()).collect();
            totals.sort_by(f64::total_cmp);
            let usual = totals.get(totals.len() / 2).copied().unwrap_or_default();
            Scale::from_zero(totals.last().copied().unwrap_or_default().min(usual * LONGEST), 0.01)
        })
    });
    let longest = Memo::new(move |_| scale.get().ticks().next_back().unwrap_or_default());
    let is_cut = Memo::new(move |_| turns.with(|turns| turns.iter().any(|turn| is_longer(turn, longest.get()))));
    view! {
        <section class="perf-section" aria-labelledby="perf-gap">
            <h2 id="perf-gap">"Response gap"</h2>
            <p class="perf-note">
                "Time from the end of your speech, or from sending a message, to Coda's first sound."
            </p>
            <Show
                when=move || !turns.with(Vec::is_empty)
                fallback=|| view! { <p class="perf-note">"No turns yet. Say or type something on Talk."</p> }
            >
                <ul class="gap-legend">
                    {GapPart::ALL
                        .map(|part| {
                            view! {
                                <li>
                                    <svg class="swatch" aria-hidden="true">
                                        <rect width="100%" height="100%" fill=gap_fill(part) />
                                    </svg>
                                    {part.title()}
                                </li>
                            }
                        })
                        .collect_view()}
                    <Show when=move || is_cut.get()>
                        <li>
                            <span class="swatch cut" aria-hidden="true"></span>
                            "Longer than the axis"
                        </li>
                    </Show>
                </ul>
                <p class="gap-axis" aria-hidden="true">
                    {move || {
                        let scale = scale.get();
                        let label = |tick| {
                            let left = format!("{:.2}%", scale.fraction(tick) * 100.0);
                            view! { <span style:left=left>{format::seconds(tick)}</span> }
                        };
                        scale.ticks().map(label).collect_view()
                    }}
                </p>
                <ol class="gap-list" data-testid="gap-list">
                    <Each
                        each=move || turns.with(|turns| turns.iter().map(|turn| turn.number).collect::<Vec<_>>())
                        key=|number| *number
                        let:number
                    >
                        {turns
                            .with_untracked(|turns| turns.iter().find(|turn| turn.number == number).cloned())
                            .map(|first| view! { <GapBar number turns first longest budgets /> })}
                    </Each>
                </ol>
                {move || limits().map(|words| view! { <p class="perf-note" data-testid="gap-limits">{words}</p> })}
                <p class="perf-note">"p95: 95 % of the turns took at most this long. Shown from 20 turns on."</p>
                <div class="perf-pair">
                    <GapTable />
                    <ModelTable />
                </div>
            </Show>
        </section>
    }
}

/// Whether a turn's bar does not fit the axis.
fn is_longer(turn: &TurnTiming, longest: f64) -> bool {
    turn.gap().total().as_secs_f64() > longest * 1.001
}

/// Whether the turn exceeds the limit of the stage behind a part.
fn is_over(turn: &TurnTiming, part: GapPart, budgets: &Budgets) -> bool {
    let Some(stage_part) = stage(part) else { return false };
    let same = GapPart::ALL.into_iter().filter(|other| stage(*other) == Some(stage_part));
    let took: std::time::Duration = same.map(|other| turn.gap().part(other)).sum();
    budgets.of(stage_part).is_some_and(|limit| took > limit)
}

fn in_words(turn: &TurnTiming, budgets: &Budgets) -> String {
    let part = |(part, time): (GapPart, std::time::Duration)| {
        let over = if is_over(turn, part, budgets) { ", over its limit" } else { "" };
        format!("{} {}{over}", part.title(), format::span(time))
    };
    turn.gap().parts().map(part).collect::<Vec<_>>().join(" · ")
}

const fn end_words(end: Option<TurnEnd>) -> &'static str {
    match end {
        None => "running",
        Some(TurnEnd::Spoken) => "spoken",
        Some(TurnEnd::Written) => "without speech",
        Some(TurnEnd::Failed) => "failed",
        Some(TurnEnd::CutOff) => "cut off",
    }
}

/// A part of a bar, in percent of the longest turn.
#[derive(Clone, Copy, Default, PartialEq)]
struct Piece {
    from: f64,
    width: f64,
    /// Where the limit of its stage lies, if it is exceeded.
    limit: Option<f64>,
}

fn pieces(turn: &TurnTiming, longest: f64, budgets: &Budgets) -> [Piece; GapPart::ALL.len()] {
    let scale = 100.0 / longest;
    let mut from = 0.0;
    GapPart::ALL.map(|part| {
        let width = turn.gap().part(part).as_secs_f64() * scale;
        let limit = stage(part).and_then(|stage| budgets.of(stage)).filter(|_| is_over(turn, part, budgets));
        let limit = limit.map(|limit| from + (limit.as_secs_f64() * scale).min(width));
        let piece = Piece { from, width, limit };
        from += width;
        piece
    })
}

/// A turn: its figures, and its bar. `first` is what it was when it was first shown.
#[component]
fn GapBar(
    number: u64,
    turns: Memo<Vec<TurnTiming>>,
    first: TurnTiming,
    longest: Memo<f64>,
    budgets: Memo<Budgets>,
) -> impl IntoView {
    let is_spoken = first.is_spoken;
    let turn = Memo::new(move |before: Option<&TurnTiming>| {
        let now = turns.with(|turns| turns.iter().find(|turn| turn.number == number).cloned());
        now.or_else(|| before.cloned()).unwrap_or_else(|| first.clone())
    });
    let end = Memo::new(move |_| turn.with(|turn| end_words(turn.end)));
    let words = move || turn.with(|turn| budgets.with(|budgets| in_words(turn, budgets)));
    let bar = Memo::new(move |_| turn.with(|turn| budgets.with(|budgets| pieces(turn, longest.get(), budgets))));
    let rects = GapPart::ALL.into_iter().enumerate().map(|(place, part)| {
        let piece = Memo::new(move |_| bar.with(|bar| bar.get(place).copied().unwrap_or_default()));
        view! {
            <rect
                x=move || format!("{:.2}%", piece.get().from)
                width=move || format!("{:.2}%", piece.get().width)
                height="100%"
                fill=gap_fill(part)
                class:over=move || piece.get().limit.is_some()
            />
            {move || {
                piece
                    .get()
                    .limit
                    .map(|at| {
                        let at = format!("{at:.2}%");
                        view! { <line class="gap-limit" x1=at.clone() x2=at y1="0" y2="100%" /> }
                    })
            }}
        }
    });
    view! {
        <li data-testid="gap" data-state=move || end.get().replace(' ', "-")>
            <p class="gap-head">
                <A href=page_href(&format!("/?turn={number}"))>{format!("Turn {number}")}</A>
                <span>{if is_spoken { "by voice, " } else { "typed, " }} {end}</span>
                <strong data-testid="gap-total">{move || turn.with(|turn| format::span(turn.gap().total()))}</strong>
                <span>
                    {move || turn.with(|turn| turn.tokens_per_second().map(|speed| format!("{speed:.1} tokens/s")))}
                </span>
            </p>
            <div class="gap-line" data-cut=move || turn.with(|turn| is_longer(turn, longest.get())).to_string()>
                <svg class="gap-bar" aria-hidden="true">
                    {rects.collect_view()}
                </svg>
            </div>
            <details class="gap-parts">
                <summary>"Stages"</summary>
                <p data-testid="gap-parts">{words}</p>
            </details>
        </li>
    }
}

/// How long the gap and its parts were, over the turns that were spoken to their end.
#[component]
fn GapTable() -> impl IntoView {
    let timings = use_websocket().data.timings;
    let row = move |name: &'static str, spread: Memo<Option<Spread>>| {
        let cell = move |read: fn(&Spread) -> Option<f64>| {
            move || format::maybe_seconds(spread.with(|spread| spread.as_ref().and_then(read)))
        };
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{cell(|spread| Some(spread.p50))}</td>
                <td>{cell(|spread| format::p95(spread.count, spread.p95))}</td>
                <td>{move || spread.with(|spread| spread.map_or(0, |spread| spread.count))}</td>
            </tr>
        }
    };
    let whole = Memo::new(move |_| timings.with(|timings| timings.gap_spread(None)));
    let readable = Memo::new(move |_| timings.with(crate::model::Timings::readable_spread));
    let parts = GapPart::ALL.map(|part| {
        let spread = Memo::new(move |_| timings.with(|timings| timings.gap_spread(Some(part))));
        row(part.title(), spread)
    });
    view! {
        <ScrollTable label="Response gap by stage" class="numbers" testid="gap-table">
            <caption>"By stage, all spoken turns"</caption>
            <thead>
                <tr>
                    <th scope="col">"Stage"</th>
                    <th scope="col">"Median"</th>
                    <th scope="col">"p95"</th>
                    <th scope="col">"Turns"</th>
                </tr>
            </thead>
            <tbody>
                {parts.collect_view()} {row("Total", whole)} {row("First words shown", readable)}
            </tbody>
        </ScrollTable>
    }
}

/// The speed of each model, to compare two of them.
#[component]
fn ModelTable() -> impl IntoView {
    let timings = use_websocket().data.timings;
    let models = Memo::new(move |_| timings.with(crate::model::Timings::models));
    let rows = move || {
        models
            .get()
            .into_iter()
            .map(|speed| {
                let name = if speed.model.is_empty() { "not named".to_owned() } else { speed.model.to_string() };
                let tokens = |value: Option<f64>| value.map_or_else(|| format::UNKNOWN.to_owned(), |it| format!("{it:.1}"));
                view! {
                    <tr>
                        <th scope="row">{name}</th>
                        <td data-label="Turns">{speed.turns}</td>
                        <td data-label="First token">{format::maybe_seconds(speed.first_token.map(|spread| spread.p50))}</td>
                        <td data-label="p95">{format::maybe_seconds(speed.first_token.and_then(|spread| format::p95(spread.count, spread.p95)))}</td>
                        <td data-label="Tokens/s">{tokens(speed.tokens_per_second.map(|spread| spread.p50))}</td>
                        <td data-label="p5">{tokens(speed.tokens_per_second.and_then(|spread| format::p95(spread.count, spread.p5)))}</td>
                        <td data-label="Prompt">{speed.prompt_tokens.map_or_else(|| format::UNKNOWN.to_owned(), |spread| format!("{:.0}", spread.p50))}</td>
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <ScrollTable label="Speed of each model" class="numbers cards" testid="model-table">
            <caption>"By language model, medians"</caption>
            <thead>
                <tr>
                    <th scope="col">"Model"</th>
                    <th scope="col">"Turns"</th>
                    <th scope="col" title="50 % of the first tokens came within this time">
                        "First token"
                    </th>
                    <th scope="col">"p95"</th>
                    <th scope="col" title="50 % of the answers were at least this fast">
                        "Tokens/s"
                    </th>
                    <th scope="col" title="95 % of the answers were at least this fast">
                        "p5"
                    </th>
                    <th scope="col">"Prompt"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </ScrollTable>
    }
}
