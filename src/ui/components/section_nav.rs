//! Links to the sections of a long page.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

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

/// One link for each section, whose element has the id of [`section_id`].
#[component]
pub fn SectionNav(names: Vec<String>) -> impl IntoView {
    let links = names.into_iter().map(|name| {
        let words = name.clone();
        view! {
            <button class="button" type="button" on:click=move |_| go_to(&name)>
                {words}
            </button>
        }
    });
    view! {
        <nav class="section-nav" aria-label="Sections">
            {links.collect_view()}
        </nav>
    }
}
