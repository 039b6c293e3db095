//! An icon beside words. The words say it; the icon is hidden from those who do not see it.

use icondata_core::Icon;
use icondata_lu::{LuCopy, LuRoute, LuTriangleAlert, LuWrench};
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use leptos::tachys::renderer::dom::Dom;

/// An icon that only decorates.
#[component]
pub fn Icon(
    /// Which one.
    icon: Icon,
) -> impl IntoView {
    InertElement::new(markup(icon))
}

/// Makes the icons that lists have hundreds of before all others. On its way to a template, tachys 0.2 copies each one that was
/// made before it: of forty, that took a quarter of all the time that the program takes in a flood.
pub fn prepare_icons() {
    for icon in [LuCopy, LuRoute, LuWrench, LuTriangleAlert] {
        Dom::create_element_from_html(markup(icon).into());
    }
}

/// The whole icon, which the browser then copies in one step: every entry of the conversation has some.
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
