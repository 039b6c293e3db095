//! Stages of the current turn, with their times.

use std::time::Duration;

use leptos::prelude::*;

use crate::model::{Comparison, PipelineStage, Stage, StageKind};
use crate::protocol::{Command, Instant};
use crate::state::use_websocket;
use crate::ui::every::every;
use crate::ui::format;

/// Refresh interval of running times.
const STEP: Duration = Duration::from_millis(200);
/// Coda reports something this often.
const QUIET: Duration = Duration::from_secs(20);

const fn title(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Listening => "Listening",
        StageKind::Thinking => "Thinking",
        StageKind::Tools => "Tools",
        StageKind::Speaking => "Speaking",
    }
}

#[component]
pub fn PipelineView() -> impl IntoView {
    let context = use_websocket();
    let pipeline = context.data.pipeline;
    let is_running = Memo::new(move |_| pipeline.with(|pipeline| pipeline.current().is_some()));
    let is_known = Memo::new(move |_| pipeline.with(|pipeline| !pipeline.stages().is_empty()));
    let now = RwSignal::new(context.playback.now().mono);
    every(STEP, move || {
        if is_running.get_untracked() {
            now.set(context.playback.now().mono);
        }
    });
    let elapsed = move |stage: PipelineStage| stage.ended.unwrap_or_else(|| now.get()).duration_since(stage.started);
    view! {
        <Show when=move || is_known.get()>
            <ol class="pipeline" aria-label="Current turn">
                {StageKind::ALL
                    .map(|kind| {
                        let stage = Memo::new(move |_| {
                            pipeline.with(|pipeline| pipeline.stages().iter().find(|stage| stage.kind == kind).copied())
                        });
                        let progress = move || match stage.get() {
                            None => "ahead",
                            Some(PipelineStage { ended: None, .. }) => "running",
                            Some(_) => "done",
                        };
                        view! {
                            <li data-stage=kind.name() data-state=progress>
                                <span>{title(kind)}</span>
                                <span class="stage-time">{move || stage.get().map(|stage| format::span(elapsed(stage)))}</span>
                                <CancelStage kind is_running=Signal::derive(move || progress() == "running") />
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
            <TurnNow now />
        </Show>
    }
}

/// How the running stage compares with the past.
#[component]
fn TurnNow(now: RwSignal<Instant>) -> impl IntoView {
    let context = use_websocket();
    let timings = context.data.timings;
    let standing = Memo::new(move |_| {
        let now = now.get();
        timings.with(|timings| {
            let running = timings.running().last()?;
            let took = now.duration_since(running.since.mono);
            // Its sound is as long as the text.
            if running.stage == Stage::Speech && timings.is_heard() {
                return None;
            }
            let limit = context.settings.current.with(|settings| settings.budgets().of(running.stage.part()));
            let past = timings.history(&running.stage).and_then(|history| history.compare(took));
            let (words, is_slow) = stage_words(&running.stage, took, past);
            Some(match limit.filter(|limit| took > *limit) {
                Some(limit) => (format!("{words} Over its limit of {}.", format::span(limit)), true),
                None => (words, is_slow),
            })
        })
    });
    let is_slow = Memo::new(move |_| standing.with(|standing| standing.as_ref().is_some_and(|(_, is_slow)| *is_slow)));
    // Only this page knows whether Coda still answers: by echoes, pings and reports.
    let answers = move || {
        let now = now.get();
        let last = context.history.with(|recorder| recorder.rows(..).next_back().map(|row| row.at.mono));
        let quiet = last.map(|last| now.duration_since(last)).filter(|_| context.connection.is_ready());
        quiet.map(|quiet| {
            if quiet < QUIET {
                "Coda is responding.".to_owned()
            } else {
                format!("Coda has sent nothing for {}.", format::span(quiet))
            }
        })
    };
    view! {
        <div class="turn-now" data-testid="turn-now" data-state=move || if is_slow.get() { "slow" } else { "usual" }>
            {move || standing.get().map(|(words, _)| view! { <p data-testid="stage-standing">{words} " " {move || is_slow.get().then(answers)}</p> })}
        </div>
    }
}

/// How a running stage compares with its past, and whether it is slow.
fn stage_words(stage: &Stage, took: Duration, past: Option<Comparison>) -> (String, bool) {
    let name = match stage {
        Stage::Tool(name) => format!("Tool {name}"),
        Stage::Model(_) => "Thinking".to_owned(),
        stage => stage.part().title().to_owned(),
    };
    let begun = format!("{name} for {}", format::span(took));
    match past {
        None => (format!("{begun}. No earlier runs."), false),
        Some(past) if !past.is_enough() => {
            let most = format::span(past.p95);
            (format!("{begun}. Up to {most} in {}.", format::counted(past.count, "earlier run")), false)
        }
        Some(past) if past.shorter * 100 >= past.count * 95 => {
            let usual = format::span(past.p50);
            (format!("{begun}, longer than {} of {} earlier runs. Median: {usual}.", past.shorter, past.count), true)
        }
        Some(past) => {
            let (usual, most) = (format::span(past.p50), format::span(past.p95));
            (format!("{begun}. Median {usual}, p95 {most} ({} runs).", past.count), false)
        }
    }
}

/// Stops listening. Speech is stopped beside the composer, and Coda has no command to stop thinking or tools.
#[component]
fn CancelStage(kind: StageKind, is_running: Signal<bool>) -> impl IntoView {
    let context = use_websocket();
    let command = match kind {
        StageKind::Listening => Some(Command::SttStop),
        StageKind::Thinking | StageKind::Tools | StageKind::Speaking => None,
    };
    command.map(|command| {
        view! {
            <Show when=move || is_running.get() && !context.playback.is_on()>
                <button
                    class="link-button"
                    on:click={
                        let command = command.clone();
                        move |_| {
                            if let Some(coda) = context.sender() {
                                coda.send(command.clone(), "pipeline", "click Stop");
                            }
                        }
                    }
                >
                    "Stop"
                </button>
            </Show>
        }
    })
}
