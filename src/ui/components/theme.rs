//! Theme switch: light, dark, or the system's.

use icondata_lu::{LuMonitor, LuMoon, LuSun};
use leptos::prelude::*;

use super::Icon;
use crate::state::{App, Settings, Theme, use_app};

/// Switches to the next theme.
pub(super) fn switch_theme(app: &App) {
    let settings = app.settings.current.get_untracked();
    let theme = match settings.theme {
        Theme::System => Theme::Light,
        Theme::Light => Theme::Dark,
        Theme::Dark => Theme::System,
    };
    app.set_settings(Settings { theme, ..settings });
}

#[component]
pub fn ThemeButton() -> impl IntoView {
    let app = use_app();
    let theme = Memo::new(move |_| app.settings.current.with(|settings| settings.theme));
    let name = move || match theme.get() {
        Theme::Light => "Theme: light",
        Theme::Dark => "Theme: dark",
        Theme::System => "Theme: as the system",
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
            on:click=move |_| switch_theme(&app)
        >
            {move || view! { <Icon icon=icon() /> }}
        </button>
    }
}
