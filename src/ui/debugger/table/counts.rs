//! Frame counts by wire type. A click filters by that type.

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::ui::components::Each;
use crate::ui::debugger::state::use_debugger;

#[component]
pub fn TypeCounts() -> impl IntoView {
    let debugger = use_debugger();
    let counts = Memo::new(move |_| {
        debugger.with_recorder(|recorder| {
            recorder.counts_by_type().map(|(kind, count)| (kind.clone(), count)).collect::<Vec<(Arc<str>, usize)>>()
        })
    });
    let kinds =
        Memo::new(move |_| counts.with(|counts| counts.iter().map(|(kind, _)| kind.clone()).collect::<Vec<_>>()));
    let only = Memo::new(move |_| debugger.filter.only_type());
    // One Tab stop for the list; arrow keys move within it.
    let focused = RwSignal::new(None::<Arc<str>>);
    let stop = Memo::new(move |_| {
        let focused = focused.get();
        kinds.with(|kinds| focused.filter(|focused| kinds.contains(focused)).or_else(|| kinds.first().cloned()))
    });
    view! {
        <ul class="debugger-counts" aria-label="Frames by type" on:keydown=move |event| move_focus(&event)>
            <Each each=move || kinds.get() key=Clone::clone let:kind>
                {
                    let (shown, counted, asked) = (kind.to_string(), kind.clone(), kind.clone());
                    let (stopped, entered) = (kind.clone(), kind.clone());
                    let count = Memo::new(move |_| {
                        counts.with(|counts| counts.iter().find(|(kind, _)| *kind == counted).map_or(0, |(_, count)| *count))
                    });
                    view! {
                        <li>
                            <button
                                class="debugger-count"
                                type="button"
                                data-testid="debugger-count"
                                data-type=kind.to_string()
                                aria-pressed=move || (only.get().as_deref() == Some(&*asked)).to_string()
                                tabindex=move || if stop.with(|stop| stop.as_ref() == Some(&stopped)) { "0" } else { "-1" }
                                on:focus=move |_| focused.set(Some(entered.clone()))
                                on:click=move |_| debugger.filter.toggle_type(&kind)
                            >
                                <span>{shown}</span>
                                <span class="visually-hidden">", "</span>
                                <span class="number">
                                    {count} <span class="visually-hidden">{move || if count.get() == 1 { " frame" } else { " frames" }}</span>
                                </span>
                            </button>
                        </li>
                    }
                }
            </Each>
        </ul>
    }
}

/// Moves the focus among the list's buttons.
fn move_focus(event: &KeyboardEvent) {
    let parent = event.current_target().and_then(|parent| parent.dyn_into::<Element>().ok());
    let Some(buttons) = parent.and_then(|parent| parent.query_selector_all("button").ok()) else { return };
    let focused = document().active_element();
    let is_focused =
        |at: &u32| focused.as_deref().is_some_and(|focused| buttons.get(*at).is_some_and(|it| it == *focused));
    let (Some(at), Some(last)) = ((0..buttons.length()).find(is_focused), buttons.length().checked_sub(1)) else {
        return;
    };
    let next = match event.key().as_str() {
        "ArrowDown" | "ArrowRight" => (at + 1).min(last),
        "ArrowUp" | "ArrowLeft" => at.saturating_sub(1),
        "Home" => 0,
        "End" => last,
        _ => return,
    };
    event.prevent_default();
    if let Some(Ok(button)) = buttons.get(next).map(JsCast::dyn_into::<HtmlElement>) {
        // Best effort: without it, the focus stays where it is.
        let _ = button.focus();
    }
}
