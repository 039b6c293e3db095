//! Highlights painted by the browser without changing the DOM (CSS Custom Highlight API). Without that API, nothing is
//! highlighted.

use js_sys::{Array, Function, Map, Reflect, Set};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::StaticRange;

/// `CSS.highlights`, which has the methods of a `Map` without being one. web-sys has it only behind
/// `web_sys_unstable_apis`.
fn registry() -> Option<Map> {
    let css = Reflect::get(&js_sys::global(), &"CSS".into()).ok()?;
    let registry = Reflect::get(&css, &"highlights".into()).ok()?;
    registry.is_object().then(|| registry.unchecked_into())
}

/// Replaces the ranges of `::highlight(name)`.
pub(super) fn paint(name: &str, ranges: impl IntoIterator<Item = StaticRange>) {
    let Some(registry) = registry() else { return };
    let Some(highlight) = new_highlight() else { return };
    let set: &Set = highlight.unchecked_ref();
    for range in ranges {
        set.add(&JsValue::from(range));
    }
    registry.set(&JsValue::from_str(name), &highlight);
}

/// Removes all ranges of `::highlight(name)`.
pub(super) fn clear(name: &str) {
    if let Some(registry) = registry() {
        registry.delete(&JsValue::from_str(name));
    }
}

fn new_highlight() -> Option<JsValue> {
    let class: Function = Reflect::get(&js_sys::global(), &"Highlight".into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&class, &Array::new()).ok()
}
