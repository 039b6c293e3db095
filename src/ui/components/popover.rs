//! A button that opens a small panel below it.

use leptos::html::Details;
use leptos::prelude::*;
use web_sys::Node;

use crate::ui::dismiss::{Dismissal, on_dismiss};

/// Handle that closes a popover from within.
#[derive(Clone, Copy, Default)]
pub struct PopoverRef(NodeRef<Details>);

impl PopoverRef {
    pub fn close(&self) {
        if let Some(details) = self.0.get_untracked() {
            // Fails only if it is closed already.
            let _ = details.remove_attribute("open");
        }
    }
}

/// Closed by a press elsewhere, and by Escape, which returns the focus to the button.
#[component]
pub fn Popover(
    handle: PopoverRef,
    /// Text of the button.
    label: &'static str,
    testid: &'static str,
    children: Children,
) -> impl IntoView {
    let details = handle.0;
    let is_inside = move |target: &Node| details.get_untracked().is_some_and(|details| details.contains(Some(target)));
    on_dismiss(is_inside, move |dismissal| {
        let Some(details) = details.get_untracked().filter(|details| details.has_attribute("open")) else { return };
        handle.close();
        if dismissal == Dismissal::Escape
            && let Ok(Some(button)) = details.query_selector("summary")
        {
            let button: web_sys::HtmlElement = wasm_bindgen::JsCast::unchecked_into(button);
            // Best effort: without it, the focus stays where it is.
            let _ = button.focus();
        }
    });
    view! {
        <details class="menu" data-testid=testid node_ref=details>
            <summary class="button small">{label}</summary>
            <div class="menu-panel">{children()}</div>
        </details>
    }
}
