//! Follows the sizes of elements.

use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};

/// Calls `changed` once the element is laid out and whenever it is resized, until the component is disposed.
pub(in crate::ui) fn on_resize<E>(element: NodeRef<E>, changed: impl Fn(&Element) + 'static)
where
    E: ElementType,
    E::Output: JsCast + Clone + 'static,
{
    let watching = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn Fn()>)>);
    element.on_load(move |element| {
        let element: Element = element.unchecked_into();
        let changed = Closure::<dyn Fn()>::new({
            let element = element.clone();
            move || changed(&element)
        });
        if let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
            observer.observe(&element);
            watching.set_value(Some((observer, changed)));
        }
    });
    on_cleanup(move || {
        if let Some(Some((observer, _))) = watching.try_update_value(Option::take) {
            observer.disconnect();
        }
    });
}
