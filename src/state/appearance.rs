//! Puts the look into force: attributes on the page's root that the style sheets read.

use leptos::prelude::document;

use super::preferences::Settings;

/// Sets theme, density and motion.
pub(super) fn apply(settings: &Settings) {
    let Some(root) = document().document_element() else { return };
    for (name, value) in
        [("data-theme", settings.theme), ("data-density", settings.density), ("data-motion", settings.motion)]
    {
        // Setting an attribute of a valid name cannot fail.
        let _ = root.set_attribute(name, value);
    }
}
