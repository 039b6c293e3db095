//! Theme switch: light, dark, or the system's.

use icondata_lu::{LuMonitor, LuMoon, LuSun};
use leptos::prelude::*;

use super::Icon;
use crate::state::{Settings, Theme, WebSocketContext, use_websocket};

/// Switches to the next theme.
pub(super) fn switch_theme(context: &WebSocketContext) {
    let settings = context.settings.current.get_untracked();
    let theme = match settings.theme {
        Theme::System => Theme::Light,
        Theme::Light => Theme::Dark,
        Theme::Dark => Theme::System,
    };
    context.set_settings(Settings { theme, ..settings });
}

#[component]
pub fn ThemeButton() -> impl IntoView {
    let context = use_websocket();
    let theme = Memo::new(move |_| context.settings.current.with(|settings| settings.theme));
    let name = move || match theme.get() {
        Theme::Light => "Switch to dark theme",
        Theme::Dark => "Match the system's theme",
        Theme::System => "Switch to light theme",
    };
    let icon = move || match theme.get() {
        Theme::Light => LuSun,
        Theme::Dark => LuMoon,
        Theme::System => LuMonitor,
    };
    view! {
        <button
            class="icon-button"
            data-testid="theme"
            aria-label=name
            title=name
            on:click=move |_| switch_theme(&context)
        >
            {move || view! { <Icon icon=icon() /> }}
        </button>
    }
}
