use wasm_bindgen_futures::JsFuture;

/// Copies `text`. Returns false where the browser does not allow it, such as on another host without TLS.
pub async fn copy(text: &str) -> bool {
    let clipboard = leptos::prelude::window().navigator().clipboard();
    // `navigator.clipboard` is undefined in an insecure context.
    !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
