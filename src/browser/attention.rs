//! Ways to reach a user who looks elsewhere: whether the page is hidden, and the system's notifications.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Notification, NotificationOptions, NotificationPermission, VisibilityState};

/// Whether nobody can see the page.
#[must_use]
pub fn is_hidden() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.visibility_state() == VisibilityState::Hidden)
}

/// Calls `act` whenever the page is shown again, for as long as the page lives.
pub fn on_shown(act: impl Fn() + 'static) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    gloo_events::EventListener::new(&document, "visibilitychange", move |_| {
        if !is_hidden() {
            act();
        }
    })
    .forget();
}

/// Whether the browser has notifications at all. Some have them only in a secure context.
fn can_notify() -> bool {
    web_sys::window().is_some_and(|window| js_sys::Reflect::has(&window, &"Notification".into()).unwrap_or_default())
}

/// Asks the user to allow notifications. Returns whether they are allowed.
pub async fn allow_notifications() -> bool {
    if !can_notify() {
        return false;
    }
    let Ok(asked) = Notification::request_permission() else { return false };
    JsFuture::from(asked).await.is_ok_and(|answer| answer == JsValue::from_str("granted"))
}

/// Shows a notification, if the user has allowed them. A click on it brings the page to the front.
pub fn notify(title: &str, body: &str) {
    if !can_notify() || Notification::permission() != NotificationPermission::Granted {
        return;
    }
    let options = NotificationOptions::new();
    options.set_body(body);
    // One at a time: a newer one replaces the older.
    options.set_tag("coda");
    if let Ok(notification) = Notification::new_with_options(title, &options) {
        let shown = notification.clone();
        let on_click = wasm_bindgen::closure::Closure::once_into_js(move || {
            if let Some(window) = web_sys::window() {
                let _ = window.focus();
            }
            shown.close();
        });
        notification.set_onclick(Some(on_click.unchecked_ref()));
    }
}
