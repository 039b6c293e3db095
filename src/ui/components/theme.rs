//! Light, dark, or as the system has it, at a click.

use icondata_lu::{LuMonitor, LuMoon, LuSun};
use leptos::prelude::*;

use super::Glyph;
use crate::state::{Settings, Theme, use_app};

/// Goes round through the themes.
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
            on:click=move |_| {
                let theme = match theme.get_untracked() {
                    Theme::System => Theme::Light,
                    Theme::Light => Theme::Dark,
                    Theme::Dark => Theme::System,
                };
                app.set_settings(Settings { theme, ..app.settings.current.get_untracked() });
            }
        >
            {move || view! { <Glyph icon=icon() /> }}
        </button>
    }
}
