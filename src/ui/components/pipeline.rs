//! Stages of the current turn, with their times.

use std::time::Duration;

use leptos::prelude::*;

use crate::model::{PipelineStage, StageKind};
use crate::protocol::Command;
use crate::state::use_websocket;
use crate::ui::every::every;
use crate::ui::format;

/// Refresh interval of running times.
const STEP: Duration = Duration::from_millis(200);

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
            <ol class="pipeline" aria-label="The turn that runs">
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
        </Show>
    }
}

/// Stops a stage. Coda has no command to stop thinking or tools.
#[component]
fn CancelStage(kind: StageKind, is_running: Signal<bool>) -> impl IntoView {
    let context = use_websocket();
    let command = match kind {
        StageKind::Listening => Some(Command::SttStop),
        StageKind::Speaking => Some(Command::TtsStop),
        StageKind::Thinking | StageKind::Tools => None,
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
