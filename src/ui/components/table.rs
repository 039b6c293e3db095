//! The table of data that every page uses: it scrolls sideways in its own box, so that the page does not.

use leptos::prelude::*;

/// The box is focusable, so that the keyboard can scroll it.
#[component]
pub fn ScrollTable(
    /// Accessible name of the box.
    label: &'static str,
    /// Classes of the table besides `data-table`: `numbers` for columns of figures, `tall` for one that scrolls down too.
    #[prop(optional)]
    class: &'static str,
    #[prop(optional)] testid: Option<&'static str>,
    /// Id of the element that explains the table.
    #[prop(optional)]
    described_by: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="table-scroll" role="region" aria-label=label tabindex="0">
            <table class=format!("data-table {class}") data-testid=testid aria-describedby=described_by>
                {children()}
            </table>
        </div>
    }
}
