//! Decorative icons beside text, hidden from screen readers.

use icondata_core::Icon;
use icondata_lu::{LuCopy, LuRoute, LuTriangleAlert, LuWrench};
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use leptos::tachys::renderer::dom::Dom;

#[component]
pub fn Icon(
    /// From `icondata_lu`.
    icon: Icon,
) -> impl IntoView {
    InertElement::new(markup(icon))
}

/// Creates the icons that lists use by the hundred before all others. On its way to a template, tachys 0.2 copies every
/// icon created before: with forty, that took a quarter of the program's time in a flood.
pub fn prepare_icons() {
    for icon in [LuCopy, LuRoute, LuWrench, LuTriangleAlert] {
        Dom::create_element_from_html(markup(icon).into());
    }
}

/// Full markup, so that the browser clones each icon in one step. Every entry of the conversation has some.
fn markup(icon: Icon) -> String {
    let attributes = [
        ("viewBox", icon.view_box),
        ("fill", icon.fill),
        ("stroke", icon.stroke),
        ("stroke-width", icon.stroke_width),
        ("stroke-linecap", icon.stroke_linecap),
        ("stroke-linejoin", icon.stroke_linejoin),
    ];
    let mut markup = "<svg width=\"1em\" height=\"1em\" aria-hidden=\"true\"".to_owned();
    for (name, value) in attributes {
        if let Some(value) = value {
            markup.extend([" ", name, "=\"", value, "\""]);
        }
    }
    markup.extend([">", icon.data, "</svg>"]);
    markup
}
