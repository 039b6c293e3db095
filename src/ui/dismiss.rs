//! Light dismiss, as users expect of a popover: a press outside of it or Escape closes it.

use leptos::ev;
use leptos::prelude::*;
use web_sys::Node;

/// What closes a popover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dismissal {
    /// A press elsewhere, which keeps the focus there.
    Outside,
    Escape,
}

/// Calls `dismiss` for each press outside and each Escape, until the component is disposed. The key is heard on the window,
/// because a press on text in the popover leaves no element focused.
pub fn on_dismiss(is_inside: impl Fn(&Node) -> bool + 'static, dismiss: impl Fn(Dismissal) + Copy + 'static) {
    let outside = window_event_listener(ev::pointerdown, move |event| {
        if !is_inside(&event_target::<Node>(&event)) {
            dismiss(Dismissal::Outside);
        }
    });
    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" {
            dismiss(Dismissal::Escape);
        }
    });
    on_cleanup(move || {
        outside.remove();
        escape.remove();
    });
}
