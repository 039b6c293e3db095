//! The page's life: it comes online, into view and out of it, and is closed.

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use web_sys::VisibilityState;

use crate::link::PageHint;

/// Keeps the listeners alive.
pub(crate) struct Lifecycle {
    _listeners: Vec<EventListener>,
}

impl Lifecycle {
    /// Calls `on_hint` for each change, and has the browser ask before it closes the page while `loses_texts` holds.
    pub(crate) fn listen(on_hint: impl Fn(PageHint) + 'static, loses_texts: impl Fn() -> bool + 'static) -> Self {
        let Some(window) = web_sys::window() else { return Self { _listeners: Vec::new() } };
        let on_hint = Rc::new(on_hint);
        let online = {
            let on_hint = on_hint.clone();
            EventListener::new(&window, "online", move |_| on_hint(PageHint::Online))
        };
        let visible = window.document().map(|document| {
            let page = document.clone();
            EventListener::new(&document, "visibilitychange", move |_| {
                let is_visible = page.visibility_state() == VisibilityState::Visible;
                on_hint(if is_visible { PageHint::Visible } else { PageHint::Hidden });
            })
        });
        let may_prevent = EventListenerOptions::enable_prevent_default();
        let leaving = EventListener::new_with_options(&window, "beforeunload", may_prevent, move |event| {
            // A reload would keep them, but the page is not told which of the two it is.
            if loses_texts() {
                event.prevent_default();
            }
        });
        Self { _listeners: [Some(online), visible, Some(leaving)].into_iter().flatten().collect() }
    }
}
