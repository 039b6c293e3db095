//! How many findings are open, for those who have no debugger before their eyes.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::state::{App, use_app};
use crate::ui::address::page_href;
use crate::ui::debugger::{Side, SideOpener};

/// How many findings of the live record are open.
pub fn open_findings(app: &App) -> usize {
    app.findings.with(|analyzer| analyzer.log().open().count())
}

/// The number, which is read out as in “2 findings”; nothing while it is 0.
#[component]
pub fn FindingsBadge(
    /// How many findings are open.
    count: Memo<usize>,
) -> impl IntoView {
    let words = move || if count.get() == 1 { " finding" } else { " findings" };
    view! {
        <Show when=move || { count.get() > 0 }>
            <span class="badge" data-testid="findings-badge">
                {count}
                <span class="visually-hidden">{words}</span>
            </span>
        </Show>
    }
}

/// The number with the way to the findings.
#[component]
pub fn FindingsLink() -> impl IntoView {
    let app = use_app();
    let opener = expect_context::<SideOpener>();
    let count = Memo::new(move |_| open_findings(&app));
    view! {
        <Show when=move || { count.get() > 0 } fallback=|| "None">
            <A
                href=page_href("/debugger")
                on:click=move |_| {
                    // The link goes to the panel.
                    let _ = opener.open(Side::Findings);
                }
            >
                "Debugger "
                <FindingsBadge count />
            </A>
        </Show>
    }
}
