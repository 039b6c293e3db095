//! Light, dark, or as the system has it, at a click.

use icondata_lu::{LuMonitor, LuMoon, LuSun};
use leptos::prelude::*;

use super::Glyph;
use crate::state::{Settings, THEMES, use_app};
use crate::ui::renders;

/// Goes round through the themes.
#[component]
pub fn ThemeButton() -> impl IntoView {
    renders::count("ThemeButton");
    let app = use_app();
    let theme = Memo::new(move |_| app.settings.current.with(|settings| settings.theme));
    let name = move || match theme.get() {
        "light" => "Theme: light",
        "dark" => "Theme: dark",
        _ => "Theme: as the system",
    };
    let icon = move || match theme.get() {
        "light" => LuSun,
        "dark" => LuMoon,
        _ => LuMonitor,
    };
    view! {
        <button
            class="icon-button"
            data-testid="theme"
            aria-label=name
            title=name
            on:click=move |_| {
                let now = THEMES.iter().position(|(known, _)| *known == theme.get_untracked()).unwrap_or_default();
                let next = THEMES[(now + 1) % THEMES.len()].0;
                app.set_settings(Settings { theme: next, ..app.settings.current.get_untracked() });
            }
        >
            {move || view! { <Glyph icon=icon() /> }}
        </button>
    }
}
