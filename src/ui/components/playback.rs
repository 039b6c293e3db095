//! Playback bar, shown on every page while a recording is shown.

use std::time::Duration;

use leptos::prelude::*;

use crate::state::use_websocket;
use crate::ui::every::every;
use crate::ui::format;

/// Interval at which the position advances.
const STEP: Duration = Duration::from_millis(50);
/// Playback speeds.
const PACES: [u32; 4] = [1, 4, 16, 64];

#[component]
pub fn PlaybackBar() -> impl IntoView {
    let playback = use_websocket().playback;
    let is_on = Memo::new(move |_| playback.is_on());
    view! {
        <Show when=move || is_on.get()>
            <Bar />
        </Show>
    }
}

#[component]
fn Bar() -> impl IntoView {
    let playback = use_websocket().playback;
    let (plays, pace) = (RwSignal::new(false), RwSignal::new(1_u32));
    // Elapsed recording time. Kept apart from the position, because the next frame may be many steps away.
    let reached = StoredValue::new(Duration::ZERO);
    let seek = move |position: usize| {
        playback.seek(position);
        reached.set_value(playback.with(|recording| recording.offset(position)).unwrap_or_default());
    };
    every(STEP, move || {
        if !plays.get_untracked() {
            return;
        }
        reached.update_value(|reached| *reached += STEP * pace.get_untracked());
        let position = untrack(|| playback.with(|recording| recording.position_at(reached.get_value())));
        let (position, end) = (position.unwrap_or_default(), untrack(|| playback.frames()));
        if position > playback.position.get_untracked() {
            playback.seek(position);
        }
        if position >= end {
            plays.set(false);
        }
    });
    let name = move || playback.name.get().unwrap_or_default();
    let words = move || {
        let (position, all) = (playback.position.get(), playback.frames());
        let offset = playback.with(|recording| recording.offset(position)).unwrap_or_default();
        format!("{position} of {all} frames, {}", format::span(offset))
    };
    let step_mark = move |forth: bool| {
        let here = playback.position.get_untracked();
        let marks = untrack(|| playback.marks());
        let mut positions = marks.iter().map(|mark| mark.position);
        let there = if forth {
            positions.find(|position| *position > here).unwrap_or_else(|| untrack(|| playback.frames()))
        } else {
            positions.rfind(|position| *position < here).unwrap_or_default()
        };
        seek(there);
    };
    view! {
        <section class="playback" aria-label="Recording" data-testid="playback">
            <p role="status">
                <strong>"Recording"</strong>
                " "
                {name}
                <Explanation />
            </p>
            <div class="playback-controls">
                <button
                    class="button small"
                    type="button"
                    data-testid="playback-play"
                    aria-pressed=move || plays.get().to_string()
                    on:click=move |_| {
                        if playback.position.get_untracked() >= untrack(|| playback.frames()) {
                            seek(0);
                        } else {
                            seek(playback.position.get_untracked());
                        }
                        plays.update(|plays| *plays = !*plays);
                    }
                >
                    {move || if plays.get() { "Pause" } else { "Play" }}
                </button>
                <select aria-label="Speed" on:change=move |event| pace.set(event_target_value(&event).parse().unwrap_or(1))>
                    {PACES.map(|pace| view! { <option value=pace.to_string()>{format!("{pace}×")}</option> }).collect_view()}
                </select>
                <button class="button small" type="button" on:click=move |_| step_mark(false)>
                    "Previous turn"
                </button>
                <input
                    type="range"
                    min="0"
                    max=move || playback.frames().to_string()
                    prop:value=move || playback.position.get().to_string()
                    aria-label="Position in the recording"
                    aria-valuetext=words
                    data-testid="playback-position"
                    on:input=move |event| seek(event_target_value(&event).parse().unwrap_or_default())
                />
                <button class="button small" type="button" on:click=move |_| step_mark(true)>
                    "Next turn"
                </button>
                <span class="playback-words">{words}</span>
                <button class="button small primary" type="button" data-testid="playback-end" on:click=move |_| playback.end()>
                    "Back to live"
                </button>
            </div>
        </section>
    }
}

/// Says what the pages show. The debugger keeps its own record.
#[component]
fn Explanation() -> impl IntoView {
    let imported = use_websocket().imported;
    let record = move || {
        imported.with(|loaded| match loaded {
            Some(loaded) => format!("all of {}", loaded.name),
            None => "the live record".to_owned(),
        })
    };
    view! {
        <span class="field-hint">
            " All pages except the debugger show the recording at this point. Live data continues in the background. The debugger shows " {record}
            "."
        </span>
    }
}
