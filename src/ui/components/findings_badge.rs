//! Number of open findings, shown outside the debugger.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::state::{WebSocketContext, use_websocket};
use crate::ui::address::page_href;
use crate::ui::debugger::{Side, SideOpener};

/// Number of open findings in the live record.
pub fn open_findings(context: &WebSocketContext) -> usize {
    context.findings.with(|analyzer| analyzer.log().open().count())
}

/// Read aloud as “2 findings”. Nothing at 0.
#[component]
pub fn FindingsBadge(
    /// Number of open findings.
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

/// The count as a link to the findings.
#[component]
pub fn FindingsLink() -> impl IntoView {
    let context = use_websocket();
    let opener = expect_context::<SideOpener>();
    let count = Memo::new(move |_| open_findings(&context));
    view! {
        <Show when=move || { count.get() > 0 } fallback=|| "None">
            <A
                href=page_href("/debugger")
                on:click=move |_| {
                    // The link itself navigates to the panel.
                    let _ = opener.open(Side::Findings);
                }
            >
                "Debugger "
                <FindingsBadge count />
            </A>
        </Show>
    }
}
