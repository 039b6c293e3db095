//! Beside the conversation: the newest turn, the session and Coda's health at a glance.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::components::A;

use super::{FindingsLink, GapPieces, Sparkline};
use crate::model::{ResourceSample, Service, ServiceStatus, Timings, TurnTiming};
use crate::state::{WebSocketContext, use_websocket};
use crate::ui::address::page_href;
use crate::ui::every::every;
use crate::ui::format;

/// Refresh interval of the running turn.
const STEP: Duration = Duration::from_millis(200);

#[component]
pub fn Glance() -> impl IntoView {
    view! {
        <div class="glance">
            <NewestTurn />
            <Session />
            <Health />
        </div>
    }
}

/// A figure of a turn: name, and value in words.
type Fact = (&'static str, fn(&TurnTiming) -> Option<String>);

const FACTS: [Fact; 3] = [
    ("First token", |turn| turn.first_token.map(format::span)),
    ("Tokens/s", |turn| turn.tokens_per_second().map(|speed| format!("{speed:.1}"))),
    ("Prompt", |turn| turn.prompt_tokens.map(|tokens| format!("{tokens} tokens"))),
];

/// The running turn, or else the newest that is over.
#[component]
fn NewestTurn() -> impl IntoView {
    let context = use_websocket();
    let timings = context.data.timings;
    let now = RwSignal::new(context.playback.now().mono);
    // A turn changes with every event. It is followed by the clock, and looked at once more when it is over.
    let finished = Memo::new(move |_| timings.with(|timings| timings.turns().back().map(|turn| turn.number)));
    let is_begun = Memo::new(move |_| timings.with(Timings::has_unfinished));
    let turn = Memo::new(move |_| {
        // Read, not only tracked: a memo that nobody has read follows nothing.
        let (_, _, now) = (finished.get(), is_begun.get(), now.get());
        timings.with_untracked(|timings| timings.current(now).or_else(|| timings.turns().back().cloned()))
    });
    let is_running = Memo::new(move |_| turn.with(|turn| turn.as_ref().is_some_and(|turn| turn.end.is_none())));
    every(STEP, move || {
        if is_running.get_untracked() {
            now.set(context.playback.now().mono);
        }
    });
    let is_known = Memo::new(move |_| turn.with(Option::is_some));
    let gap = Memo::new(move |_| turn.with(|turn| turn.as_ref().map(|turn| *turn.gap())));
    let longest = move || {
        let part = gap.get().and_then(|gap| gap.parts().max_by_key(|(_, time)| *time));
        part.map(|(part, time)| {
            let time = view! { <span class="unbroken">{format::span(time)}</span> };
            view! { "Mostly " {part.title().to_lowercase()} ", " {time} }
        })
    };
    let facts = move || {
        FACTS.map(|(name, read)| {
            let value = Memo::new(move |_| turn.with(|turn| turn.as_ref().and_then(read)));
            view! { <dt>{name}</dt><dd>{move || value.get().unwrap_or_else(|| format::UNKNOWN.to_owned())}</dd> }
        })
    };
    view! {
        <Show when=move || is_known.get()>
            <section aria-labelledby="glance-turn" data-testid="glance-turn">
                <h2 id="glance-turn">
                    {move || if is_running.get() { "This response gap" } else { "Last response gap" }}
                    <A href=page_href("/performance")>
                        {move || gap.get().map(|gap| format::span(gap.total()))}
                    </A>
                </h2>
                <GapPieces gap />
                <p class="glance-note">{longest}</p>
                <dl class="kv" data-testid="turn-figures">
                    {facts().collect_view()}
                </dl>
            </section>
        </Show>
    }
}

/// How long Coda has been running, in words. `None` while that is not known.
pub fn uptime(context: WebSocketContext) -> Memo<Option<String>> {
    Memo::new(move |_| {
        let last = context.data.performance.with(|performance| performance.samples().back().copied());
        last.filter(|_| context.is_present()).and_then(|sample| sample.uptime_seconds).map(format::uptime)
    })
}

/// The model and the voice in use, and how long Coda has been running.
#[component]
fn Session() -> impl IntoView {
    let context = use_websocket();
    let system = context.data.system;
    let detail = move |service: Service, read: fn(&ServiceStatus) -> Option<&String>| {
        Memo::new(move |_| system.with(|system| read(system.service(service)).cloned()))
    };
    let model = detail(Service::Llm, |status| status.model.as_ref());
    let voice = detail(Service::Tts, |status| status.voice.as_ref().or(status.provider.as_ref()));
    let uptime = uptime(context);
    let rows = [("Model", model), ("Voice", voice), ("Uptime", uptime)];
    let is_known = move || rows.iter().any(|(_, value)| value.with(Option::is_some));
    view! {
        <Show when=is_known>
            <section aria-labelledby="glance-session" data-testid="glance-session">
                <h2 id="glance-session">"Session"</h2>
                <dl class="kv">
                    {rows
                        .map(|(name, value)| {
                            view! {
                                <dt>{name}</dt>
                                <dd>{move || value.get().unwrap_or_else(|| format::UNKNOWN.to_owned())}</dd>
                            }
                        })
                        .collect_view()}
                </dl>
            </section>
        </Show>
    }
}

/// A resource: name, value, its words, and colour.
type Line = (&'static str, fn(&ResourceSample) -> Option<f64>, fn(f64) -> String, &'static str);

const LINES: [Line; 2] = [
    ("CPU", |sample| sample.cpu_percent, format::percent, "var(--series-1)"),
    ("RAM", |sample| sample.memory_mb, format::megabytes, "var(--series-2)"),
];

/// CPU and main memory over the last ten minutes, and the open findings.
#[component]
fn Health() -> impl IntoView {
    let context = use_websocket();
    let performance = context.data.performance;
    let is_known = Memo::new(move |_| performance.with(|performance| !performance.samples().is_empty()));
    let is_present = Memo::new(move |_| context.is_present());
    let as_of = move || {
        let last = performance.with(|performance| performance.samples().back().map(|sample| sample.time));
        last.map(|time| view! { <span>{format!("as of {}", format::moment(time))}</span> })
    };
    view! {
        <section aria-labelledby="glance-health" data-testid="glance-health" data-state=move || if is_present.get() { "live" } else { "past" }>
            <h2 id="glance-health">
                "Health" {move || (!is_present.get()).then(as_of)}
            </h2>
            <Show when=move || is_known.get()>
                {LINES
                    .map(|(name, read, words, color)| {
                        let values = Memo::new(move |_| {
                            performance.with(|performance| performance.samples().iter().rev().take(120).rev().filter_map(read).collect::<Vec<f64>>())
                        });
                        let last = move || values.with(|values| values.last().copied()).map_or_else(|| format::UNKNOWN.to_owned(), words);
                        view! {
                            <p class="glance-line">
                                <span>{name}</span>
                                <Sparkline values color />
                                <strong>{last}</strong>
                            </p>
                        }
                    })
                    .collect_view()}
            </Show>
            <p class="glance-line">
                <span>"Findings"</span>
                <span>
                    <FindingsLink />
                </span>
            </p>
        </section>
    }
}
