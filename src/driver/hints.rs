//! Page hints for the link: the page comes online or into view. Also asks the user before closing
//! the tab loses waiting texts.

use gloo_events::{EventListener, EventListenerOptions};
use web_sys::VisibilityState;

use super::Driver;
use crate::link::{Input, PageHint};

pub(super) struct Hints {
    _listeners: Vec<EventListener>,
}

impl Hints {
    pub(super) fn listen(driver: &Driver) -> Self {
        let Some(window) = web_sys::window() else { return Self { _listeners: Vec::new() } };
        let online = {
            let driver = driver.clone();
            EventListener::new(&window, "online", move |_| driver.dispatch(Input::Hint(PageHint::Online)))
        };
        let visible = window.document().map(|document| {
            let (driver, page) = (driver.clone(), document.clone());
            EventListener::new(&document, "visibilitychange", move |_| {
                let is_visible = page.visibility_state() == VisibilityState::Visible;
                driver.dispatch(Input::Hint(if is_visible { PageHint::Visible } else { PageHint::Hidden }));
            })
        });
        let leaving = {
            let driver = driver.clone();
            let may_prevent = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&window, "beforeunload", may_prevent, move |event| {
                // A reload would keep the texts, but the event does not tell a reload from closing the tab.
                if driver.has_unsent_texts() {
                    event.prevent_default();
                }
            })
        };
        Self { _listeners: [Some(online), visible, Some(leaving)].into_iter().flatten().collect() }
    }
}
