//! Links to the sections of a long page.

use gloo_events::{EventListener, EventListenerOptions};
use leptos::html::Nav;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Height in pixels of what covers the top of a page: a section whose heading is below it is not read yet.
const COVERED: f64 = 160.0;

/// Element id of a section.
pub fn section_id(name: &str) -> String {
    format!("section-{}", name.to_lowercase().replace(' ', "-"))
}

/// Goes to a section and opens it, if it is one that opens.
fn go_to(name: &str) {
    let Some(section) = document().get_element_by_id(&section_id(name)) else { return };
    let summary = (section.tag_name() == "DETAILS").then(|| section.query_selector("summary").ok().flatten()).flatten();
    if summary.is_some() {
        // Setting an attribute of one's own element cannot fail.
        let _ = section.set_attribute("open", "");
    }
    section.scroll_into_view();
    if let Ok(target) = summary.unwrap_or(section).dyn_into::<web_sys::HtmlElement>() {
        // Best effort: the section is in view all the same.
        let _ = target.focus();
    }
}

/// Index of the section that is read: the last one whose beginning is at the top or above, or the very last one if it is
/// in view to its end.
fn section_in_view(names: &[String]) -> Option<usize> {
    let place = |name: &String| document().get_element_by_id(&section_id(name)).map(|it| it.get_bounding_client_rect());
    let height = window().inner_height().ok()?.as_f64()?;
    let last = names.len().checked_sub(1)?;
    if place(&names[last]).is_some_and(|place| place.height() > 0.0 && place.bottom() <= height) {
        return Some(last);
    }
    names.iter().rposition(|name| place(name).is_some_and(|place| place.height() > 0.0 && place.top() < COVERED))
}

/// One link for each section, whose element has the id of [`section_id`].
#[component]
pub fn SectionNav(names: Vec<String>) -> impl IntoView {
    let current = RwSignal::new(0);
    // Whatever scrolls: scroll events do not bubble.
    let listener = StoredValue::new_local(EventListener::new_with_options(
        &document(),
        "scroll",
        EventListenerOptions { passive: true, ..EventListenerOptions::run_in_capture_phase() },
        {
            let names = names.clone();
            move |_| {
                let now = section_in_view(&names).unwrap_or(0);
                if current.get_untracked() != now {
                    current.set(now);
                }
            }
        },
    ));
    on_cleanup(move || listener.dispose());
    let links_row = NodeRef::<Nav>::new();
    // The row scrolls where it does not fit.
    Effect::new(move |_| {
        let place = current.get();
        let link = links_row.get().and_then(|row| Some((row.children().item(u32::try_from(place).ok()?)?, row)));
        if let Some((link, row)) = link {
            let (seen, link) = (row.get_bounding_client_rect(), link.get_bounding_client_rect());
            let hidden = (link.right() - seen.right()).max(0.0) + (link.left() - seen.left()).min(0.0);
            #[expect(clippy::cast_possible_truncation, reason = "pixels of a page")]
            row.set_scroll_left(row.scroll_left() + hidden.round() as i32);
        }
    });
    let links = names.into_iter().enumerate().map(|(place, name)| {
        let words = name.clone();
        view! {
            <button
                class="button"
                type="button"
                aria-current=move || (current.get() == place).then_some("location")
                on:click=move |_| go_to(&name)
            >
                {words}
            </button>
        }
    });
    view! {
        <nav class="section-nav" aria-label="Sections" node_ref=links_row>
            {links.collect_view()}
        </nav>
    }
}
