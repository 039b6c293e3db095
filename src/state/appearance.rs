//! Applies the appearance: attributes on the root element that the style sheets select on.

use leptos::prelude::document;

use super::preferences::{ChoiceValue, Settings};

pub(super) fn apply(settings: &Settings) {
    let Some(root) = document().document_element() else { return };
    let attributes: [(&str, &dyn ChoiceValue); 3] =
        [("data-theme", &settings.theme), ("data-density", &settings.density), ("data-motion", &settings.motion)];
    for (name, value) in attributes {
        // Cannot fail: the attribute names are valid.
        let _ = root.set_attribute(name, value.name());
    }
}
