//! The browser's clipboard.

use wasm_bindgen_futures::JsFuture;

/// Copies a text; false where the browser does not allow it, as on another host without encryption.
pub async fn copy(text: &str) -> bool {
    let clipboard = leptos::prelude::window().navigator().clipboard();
    // Without encryption browsers leave it undefined.
    !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
