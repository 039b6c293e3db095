//! File downloads and uploads.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlInputElement, Url};

use crate::browser;
use crate::protocol::iso8601;

/// Offers `text` as a download called `name`, with `kind` as its MIME type.
pub fn download(name: &str, kind: &str, text: &str) {
    // None of these calls can fail in a browser that runs the page. If one does, there is no download.
    let _ = try_download(name, kind, text);
}

fn try_download(name: &str, kind: &str, text: &str) -> Option<()> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options).ok()?;
    let url = Url::create_object_url_with_blob(&blob).ok()?;
    let link: HtmlAnchorElement = web_sys::window()?.document()?.create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url).ok()
}

/// Characters of a title in a file's name.
const NAME_CHARS: usize = 60;

/// Turns a title into a file's name without an ending.
pub fn file_name(title: &str) -> String {
    let words: Vec<&str> =
        title.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-").chars().take(NAME_CHARS).collect::<String>().to_lowercase()
}

/// The current time for a file's name, as in `20261127T100455`.
pub fn file_stamp() -> String {
    iso8601(browser::now().wall).chars().filter(|letter| !matches!(letter, '-' | ':')).take(15).collect()
}

/// Returns the file that the user chose in a file input, and empties the input, so that the same file can be chosen again.
pub fn chosen(event: &web_sys::Event) -> Option<web_sys::File> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let file = input.files().and_then(|files| files.get(0));
    input.set_value("");
    file
}

/// Reads a file the user chose. `None` if the browser cannot read it.
pub async fn read_text(file: &web_sys::File) -> Option<String> {
    let blob: &Blob = file.unchecked_ref();
    JsFuture::from(blob.text()).await.ok()?.as_string()
}
