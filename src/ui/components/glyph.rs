//! An icon beside words. The words say it; the icon is hidden from those who do not see it.

use icondata_core::Icon;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;

/// An icon that only decorates.
#[component]
pub fn Glyph(
    /// Which one.
    #[prop(into)]
    icon: Signal<Icon>,
) -> impl IntoView {
    move || InertElement::new(markup(icon.get()))
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
