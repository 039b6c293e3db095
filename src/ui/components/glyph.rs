//! An icon beside words. The words say it; the icon is hidden from those who do not see it.

use icondata_core::Icon as IconData;
use leptos::prelude::*;
use leptos_icons::Icon;

/// An icon that only decorates.
#[component]
pub fn Glyph(
    /// Which one.
    #[prop(into)]
    icon: Signal<IconData>,
) -> impl IntoView {
    view! { <Icon icon attr:aria-hidden="true" attr:role="presentation" /> }
}
