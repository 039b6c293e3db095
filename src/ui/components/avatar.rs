//! Coda's face: what it is doing, by shape and motion, not by colour alone.

use leptos::prelude::*;

use crate::model::Mode;
use crate::state::use_app;
use crate::ui::renders;

const fn words(mode: Mode) -> &'static str {
    match mode {
        Mode::Idle => "Ready",
        Mode::Listening => "Listening",
        Mode::Thinking => "Thinking",
        Mode::Speaking => "Speaking",
        Mode::Error => "Something went wrong",
    }
}

/// The avatar with its mode in words.
#[component]
pub fn AvatarFace() -> impl IntoView {
    renders::count("AvatarFace");
    let app = use_app();
    let mode = app.talk.mode;
    let label = move || if app.connection.is_ready() { words(mode.get()) } else { "Not connected" };
    view! {
        <div class="avatar" data-testid="avatar" data-mode=move || mode.get().name() data-emotion=move || app.talk.emotion.get().name()>
            <svg viewBox="0 0 96 96" aria-hidden="true">
                <circle class="avatar-ring" cx="48" cy="48" r="44" />
                <circle class="avatar-body" cx="48" cy="48" r="34" />
                <g class="avatar-eyes">
                    <circle cx="37" cy="43" r="4" />
                    <circle cx="59" cy="43" r="4" />
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
