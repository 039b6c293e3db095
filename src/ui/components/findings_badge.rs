//! How many findings are open, for those who have no debugger before their eyes.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::state::{App, use_app};
use crate::ui::address::page_href;
use crate::ui::debugger::{Side, SideOpener};

/// How many findings of the live record are open.
pub fn open_findings(app: &App) -> usize {
    app.findings.with(|analyst| analyst.board().open().count())
}

/// What a way to the debugger is called; none while there is no finding to tell of.
pub fn debugger_label(findings: usize) -> Option<String> {
    match findings {
        0 => None,
        1 => Some("Debugger, 1 finding".to_owned()),
        findings => Some(format!("Debugger, {findings} findings")),
    }
}

/// The number alone; nothing while it is 0. The link around it has the words.
#[component]
pub fn FindingsBadge(
    /// How many findings are open.
    count: Memo<usize>,
) -> impl IntoView {
    view! {
        <Show when=move || { count.get() > 0 }>
            <span class="badge" data-testid="findings-badge" aria-hidden="true">
                {count}
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
                attr:aria-label=move || debugger_label(count.get())
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
