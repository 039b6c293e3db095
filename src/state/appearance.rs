//! Puts the look into force: attributes on the page's root that the style sheets read.

use leptos::prelude::document;

use super::preferences::{ChoiceValue, Settings};

/// Sets theme, density and motion.
pub(super) fn apply(settings: &Settings) {
    let Some(root) = document().document_element() else { return };
    let attributes: [(&str, &dyn ChoiceValue); 3] =
        [("data-theme", &settings.theme), ("data-density", &settings.density), ("data-motion", &settings.motion)];
    for (name, value) in attributes {
        // Setting an attribute of a valid name cannot fail.
        let _ = root.set_attribute(name, value.name());
    }
}
