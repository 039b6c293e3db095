//! A handle between two panels that sets the size of one of them, and remembers it.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::browser::storage::{self, Area};

/// Change per key press, in pixels.
const STEP: f64 = 24.0;

/// Which size the handle sets. The panel follows the handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sizes {
    /// The panel is on the right.
    Width,
    /// The panel is below.
    Height,
}

/// The size of a panel in pixels, as the user has set it.
#[derive(Clone, Copy)]
pub struct PanelSize {
    sizes: Sizes,
    key: &'static str,
    min: f64,
    size: RwSignal<Option<f64>>,
}

impl PanelSize {
    /// Reads the size stored under `key`.
    pub fn stored(sizes: Sizes, key: &'static str, min: f64) -> Self {
        let stored = storage::read(Area::Local, key).and_then(|text| text.parse::<f64>().ok());
        Self { sizes, key, min, size: RwSignal::new(stored.filter(|size| size.is_finite() && *size >= min)) }
    }

    /// The size for the style sheet. `None` until the user has set one.
    pub fn css(&self) -> Option<String> {
        self.size.get().map(|size| format!("{size:.0}px"))
    }

    fn set(&self, size: f64, most: f64) {
        let size = size.min(most).max(self.min);
        self.size.set(Some(size));
        // Where nothing can be stored, the size holds until the page is closed.
        let _ = storage::write(Area::Local, self.key, &format!("{size:.0}"));
    }

    fn reset(&self) {
        self.size.set(None);
        storage::remove(Area::Local, self.key);
    }

    /// Extent of an element along the axis: from its start to its end.
    fn extent(&self, element: &HtmlElement) -> (f64, f64) {
        let rect = element.get_bounding_client_rect();
        match self.sizes {
            Sizes::Width => (rect.left(), rect.right()),
            Sizes::Height => (rect.top(), rect.bottom()),
        }
    }
}

/// Dragged with the pointer, or moved with the arrow keys; a double click returns to the default. The panel must be the
/// next sibling of the handle. It shares its width with its siblings, and its height with the window.
#[component]
pub fn Divider(
    size: PanelSize,
    label: &'static str,
    /// The room that must remain for what stands before the panel, in pixels.
    rest: f64,
) -> impl IntoView {
    let handle = NodeRef::<Div>::new();
    let sizes = size.sizes;
    let panel = move || {
        let sibling = handle.get_untracked()?.next_element_sibling()?;
        wasm_bindgen::JsCast::dyn_into::<HtmlElement>(sibling).ok()
    };
    let most = move || {
        let room = match sizes {
            Sizes::Width => {
                let room = panel()?.parent_element()?;
                let (start, end) = size.extent(&wasm_bindgen::JsCast::dyn_into::<HtmlElement>(room).ok()?);
                end - start
            }
            Sizes::Height => window().inner_height().ok()?.as_f64()?,
        };
        Some(room - rest)
    };
    // What the user has not set is measured once.
    let measured = RwSignal::new(size.min);
    handle.on_load(move |_| {
        request_animation_frame(move || {
            if let Some(panel) = handle.try_get_untracked().flatten().and_then(|_| panel()) {
                let (start, end) = size.extent(&panel);
                // The component may be disposed by now.
                let _ = measured.try_set(end - start);
            }
        });
    });
    let is_dragged = RwSignal::new(false);
    let resize = move |new: f64| {
        if let Some(most) = most() {
            size.set(new, most);
        }
    };
    let begin = move |event: PointerEvent| {
        event.prevent_default();
        is_dragged.set(true);
        if let Some(handle) = handle.get_untracked() {
            // Without the capture, the drag ends where the pointer leaves the handle.
            let _ = handle.set_pointer_capture(event.pointer_id());
            let _ = handle.focus();
        }
    };
    let drag = move |event: PointerEvent| {
        if let Some(panel) = panel().filter(|_| is_dragged.get_untracked()) {
            let at = if sizes == Sizes::Width { event.client_x() } else { event.client_y() };
            resize(size.extent(&panel).1 - f64::from(at));
        }
    };
    let pressed = move |event: KeyboardEvent| {
        let Some(panel) = panel() else { return };
        let (start, end) = size.extent(&panel);
        match (event.key().as_str(), sizes) {
            ("ArrowLeft", Sizes::Width) | ("ArrowUp", Sizes::Height) => resize(end - start + STEP),
            ("ArrowRight", Sizes::Width) | ("ArrowDown", Sizes::Height) => resize(end - start - STEP),
            ("Home", _) => resize(f64::MAX),
            ("End", _) => resize(0.0),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div
            class="divider"
            role="separator"
            tabindex="0"
            data-testid="divider"
            data-sizes=if sizes == Sizes::Width { "width" } else { "height" }
            aria-label=label
            aria-orientation=if sizes == Sizes::Width { "vertical" } else { "horizontal" }
            aria-valuemin=format!("{:.0}", size.min)
            aria-valuenow=move || format!("{:.0}", size.size.get().unwrap_or_else(|| measured.get()))
            node_ref=handle
            on:pointerdown=begin
            on:pointermove=drag
            on:pointerup=move |_| is_dragged.set(false)
            on:pointercancel=move |_| is_dragged.set(false)
            on:dblclick=move |_| size.reset()
            on:keydown=pressed
        ></div>
    }
}
