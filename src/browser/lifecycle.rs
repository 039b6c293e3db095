//! The page's life: it comes online, into view and out of it, is put aside and taken up again, and is closed.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{PageTransitionEvent, VisibilityState};

use crate::link::PageHint;

/// A step in the life of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Hint(PageHint),
    /// The page is closed, or put aside as it is: into the back/forward cache, or frozen in the background.
    Leave,
    /// The page goes on after [`Step::Leave`].
    Return,
}

/// Keeps the listeners alive.
pub(crate) struct Lifecycle {
    _listeners: Vec<EventListener>,
    /// Has the browser ask before it closes the page. Exists only while there is something to lose, because some browsers
    /// keep no page with such a listener in their back/forward cache.
    guard: RefCell<Option<EventListener>>,
}

impl Lifecycle {
    /// Calls `on_step` for each step.
    pub(crate) fn listen(on_step: impl Fn(Step) + 'static) -> Self {
        let guard = RefCell::default();
        let Some(window) = web_sys::window() else { return Self { _listeners: Vec::new(), guard } };
        let on_step = Rc::new(on_step);
        let tell = |target: &web_sys::EventTarget, event: &'static str, step: Step| {
            let on_step = on_step.clone();
            EventListener::new(target, event, move |_| on_step(step))
        };
        let mut listeners =
            vec![tell(&window, "online", Step::Hint(PageHint::Online)), tell(&window, "pagehide", Step::Leave)];
        let returned = on_step.clone();
        listeners.push(EventListener::new(&window, "pageshow", move |event| {
            // Fired for a new page too.
            if event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted) {
                returned(Step::Return);
            }
        }));
        if let Some(document) = window.document() {
            listeners.push(tell(&document, "freeze", Step::Leave));
            listeners.push(tell(&document, "resume", Step::Return));
            let (page, on_step) = (document.clone(), on_step.clone());
            listeners.push(EventListener::new(&document, "visibilitychange", move |_| {
                let is_visible = page.visibility_state() == VisibilityState::Visible;
                on_step(Step::Hint(if is_visible { PageHint::Visible } else { PageHint::Hidden }));
            }));
        }
        Self { _listeners: listeners, guard }
    }

    /// Has the browser ask before it closes the page, or no more. A reload would lose nothing, but the page is not told
    /// which of the two it is.
    pub(crate) fn guard(&self, is_needed: bool) {
        let mut guard = self.guard.borrow_mut();
        if !is_needed {
            *guard = None;
        } else if guard.is_none()
            && let Some(window) = web_sys::window()
        {
            let may_prevent = EventListenerOptions::enable_prevent_default();
            let ask = |event: &web_sys::Event| event.prevent_default();
            *guard = Some(EventListener::new_with_options(&window, "beforeunload", may_prevent, ask));
        }
    }
}
