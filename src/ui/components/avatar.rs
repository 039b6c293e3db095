//! Coda's face. Shape and motion show its mode, not colour alone.

use leptos::prelude::*;

use super::composer::is_speaking;
use crate::model::{Emotion, Mode};
use crate::state::use_websocket;

const fn words(mode: Mode) -> &'static str {
    match mode {
        Mode::Idle => "Ready",
        Mode::Listening => "Listening",
        Mode::Thinking => "Thinking",
        Mode::Speaking => "Speaking",
        Mode::Error => "Something went wrong",
    }
}

/// Moods with their own eyes and brows, as SVG paths.
const MOODS: [(Emotion, &str); 5] = [
    (Emotion::Playful, "M31 46q6 -9 12 0M53 46q6 -9 12 0"),
    (Emotion::Supportive, "M31 35q6 -4 12 0M53 35q6 -4 12 0M27 54h5M64 54h5"),
    (Emotion::Concerned, "M31 37l11 -5M65 37l-11 -5"),
    (Emotion::Witty, "M31 34q6 -7 12 0M53 44h12"),
    (Emotion::Focused, "M31 36l12 3M65 36l-12 3"),
];

#[component]
pub fn AvatarFace() -> impl IntoView {
    let context = use_websocket();
    let is_speaking = is_speaking(context);
    // The sound goes on after Coda has reported the speech as made.
    let mode = Memo::new(move |_| match context.talk.mode.get() {
        Mode::Idle if is_speaking.get() => Mode::Speaking,
        mode => mode,
    });
    let emotion = context.talk.emotion;
    let is_away = Memo::new(move |_| !context.is_present());
    let label = move || {
        if is_away.get() {
            return "Not connected".to_owned();
        }
        match emotion.get() {
            Emotion::Neutral => words(mode.get()).to_owned(),
            mood => format!("{}, {}", words(mode.get()), mood.name()),
        }
    };
    view! {
        <div
            class="avatar"
            data-testid="avatar"
            data-mode=move || if is_away.get() { "asleep" } else { mode.get().name() }
            data-emotion=move || emotion.get().name()>
            <svg viewBox="0 0 96 96" aria-hidden="true">
                <circle class="avatar-ring" cx="48" cy="48" r="44" />
                <circle class="avatar-body" cx="48" cy="48" r="34" />
                <g class="avatar-eyes">
                    <circle class="eye-left" cx="37" cy="43" r="4" />
                    <circle class="eye-right" cx="59" cy="43" r="4" />
                </g>
                {MOODS
                    .map(|(mood, shape)| {
                        view! {
                            <g class=format!("avatar-mood mood-{}", mood.name())>
                                <path d=shape />
                            </g>
                        }
                    })
                    .collect_view()}
                <g class="avatar-asleep">
                    <path d="M32 44q5 4 10 0M54 44q5 4 10 0M41 60h14" />
                </g>
                <path class="avatar-mouth mouth-idle" d="M38 58q10 6 20 0" />
                <path class="avatar-mouth mouth-error" d="M38 61q10 -7 20 0" />
                <ellipse class="avatar-mouth mouth-speaking" cx="48" cy="59" rx="8" ry="5" />
                <g class="avatar-dots">
                    <circle cx="38" cy="59" r="2.5" />
                    <circle cx="48" cy="59" r="2.5" />
                    <circle cx="58" cy="59" r="2.5" />
                </g>
                <g class="avatar-waves">
                    <path d="M12 38q-6 10 0 20" />
                    <path d="M84 38q6 10 0 20" />
                </g>
            </svg>
        </div>
        <p class="avatar-label" role="status">
            {label}
        </p>
    }
}
