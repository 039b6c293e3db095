//! Asks whether something at Coda's address speaks HTTP, which the browser does not tell of a WebSocket that fails to open.

use js_sys::Reflect;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, RequestMode};

/// How long an answer may take.
const TIMEOUT_MILLIS: u32 = 2_000;

/// Whether the host and port of a WebSocket URL answer a plain request. What they answer is neither read nor known.
pub(crate) async fn answers_http(url: &str) -> bool {
    // `ws:` becomes `http:`, and `wss:` becomes `https:`.
    let Some(rest) = url.strip_prefix("ws") else { return false };
    let Some(window) = web_sys::window() else { return false };
    let options = RequestInit::new();
    options.set_method("HEAD");
    options.set_mode(RequestMode::NoCors);
    let signal = AbortSignal::timeout_with_u32(TIMEOUT_MILLIS);
    if Reflect::set(&options, &"signal".into(), &signal).is_err() {
        return false;
    }
    JsFuture::from(window.fetch_with_str_and_init(&format!("http{rest}"), &options)).await.is_ok()
}
