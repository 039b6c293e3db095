//! Light, dark, or as the system has it.

use crate::ui::renders;
use icondata_lu::{LuMonitor, LuMoon, LuSun};
use leptos::prelude::*;
use leptos_icons::Icon;
use leptos_use_color_mode::{ColorMode, UseColorModeOptions, UseColorModeReturn, use_color_mode_with_options};

/// Goes round: system, light, dark. The choice is kept in the browser.
#[component]
pub fn ThemeButton() -> impl IntoView {
    renders::count("ThemeButton");
    let options = UseColorModeOptions::default()
        .attribute("data-theme")
        .storage_key("coda.theme")
        .emit_auto(true)
        .transition_enabled(true);
    let UseColorModeReturn { mode, set_mode, .. } = use_color_mode_with_options(options);
    let name = move || match mode.get() {
        ColorMode::Light => "Theme: light",
        ColorMode::Dark => "Theme: dark",
        _ => "Theme: as the system",
    };
    let next = move |_| {
        set_mode.set(match mode.get_untracked() {
            ColorMode::Light => ColorMode::Dark,
            ColorMode::Dark => ColorMode::Auto,
            _ => ColorMode::Light,
        });
    };
    let icon = Signal::derive(move || match mode.get() {
        ColorMode::Light => LuSun,
        ColorMode::Dark => LuMoon,
        _ => LuMonitor,
    });
    view! {
        <button class="icon-button" data-testid="theme" aria-label=name title=name on:click=next>
            <Icon icon />
        </button>
    }
}
