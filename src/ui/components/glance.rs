//! Beside the conversation: the last turn, the session and Coda's health at a glance.

use leptos::prelude::*;
use leptos_router::components::A;

use super::{FindingsLink, GapPieces, Sparkline};
use crate::model::{ResourceSample, Service, ServiceStatus};
use crate::state::use_websocket;
use crate::ui::address::page_href;
use crate::ui::format;

#[component]
pub fn Glance() -> impl IntoView {
    view! {
        <div class="glance">
            <LastTurn />
            <Session />
            <Health />
        </div>
    }
}

/// The newest turn that is over.
#[component]
fn LastTurn() -> impl IntoView {
    let timings = use_websocket().data.timings;
    let last = Memo::new(move |_| timings.with(|timings| timings.turns().back().cloned()));
    let fact = |name: &'static str, value: Option<String>| {
        view! { <dt>{name}</dt><dd>{value.unwrap_or_else(|| format::UNKNOWN.to_owned())}</dd> }
    };
    move || {
        last.get().map(|turn| {
            let total = turn.gap().total();
            view! {
                <section aria-labelledby="glance-turn" data-testid="glance-turn">
                    <h2 id="glance-turn">
                        "Last turn" <A href=page_href("/performance")>{format::span(total)}</A>
                    </h2>
                    <GapPieces gap=*turn.gap() longest=total />
                    <dl class="kv">
                        {fact("First token", turn.first_token.map(format::span))}
                        {fact("Speed", turn.tokens_per_second().map(|speed| format!("{speed:.1} tokens/s")))}
                    </dl>
                </section>
            }
        })
    }
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
    let uptime = Memo::new(move |_| {
        let last = context.data.performance.with(|performance| performance.samples().back().copied());
        last.and_then(|sample| sample.uptime_seconds).map(format::uptime)
    });
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
    ("Memory", |sample| sample.memory_mb, format::megabytes, "var(--series-2)"),
];

/// CPU and memory over the last ten minutes, and the open findings.
#[component]
fn Health() -> impl IntoView {
    let performance = use_websocket().data.performance;
    let is_known = Memo::new(move |_| performance.with(|performance| !performance.samples().is_empty()));
    view! {
        <section aria-labelledby="glance-health" data-testid="glance-health">
            <h2 id="glance-health">"Health"</h2>
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
