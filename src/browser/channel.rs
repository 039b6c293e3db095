//! A channel to all tabs of this origin that have opened one of the same name.

use gloo_events::EventListener;
use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

use super::clock;

/// Dropping it closes it.
pub(crate) struct Channel {
    raw: BroadcastChannel,
    _listener: EventListener,
}

impl Channel {
    /// Whether the browser has such channels.
    #[must_use]
    pub(crate) fn is_available() -> bool {
        let window = web_sys::window();
        window.is_some_and(|window| Reflect::has(&window, &"BroadcastChannel".into()).unwrap_or_default())
    }

    /// Returns `None` if the browser has no channels.
    pub(crate) fn open(name: &str, on_message: impl Fn(String) + 'static) -> Option<Self> {
        if !Self::is_available() {
            return None;
        }
        let raw = BroadcastChannel::new(name).ok()?;
        let listener = EventListener::new(&raw, "message", move |event| {
            let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
            let message = Array::from(&event.data());
            if let Some(sent) = message.get(0).as_f64() {
                clock::catch_up(sent);
            }
            if let Some(text) = message.get(1).as_string() {
                on_message(text);
            }
        });
        Some(Self { raw, _listener: listener })
    }

    /// Posts a text to all others, with this tab's time.
    pub(crate) fn post(&self, text: &str) {
        let message = Array::of2(&clock::millis().into(), &JsValue::from_str(text));
        // Fails only for what cannot be copied.
        let _ = self.raw.post_message(&message);
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.raw.close();
    }
}
