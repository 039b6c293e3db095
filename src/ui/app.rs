//! The shell: top bar, navigation, trouble banner, page, notices.

use icondata_core::Icon as IconData;
use icondata_lu::{LuBrain, LuBug, LuGauge, LuMessageSquare, LuServer, LuSettings, LuWrench};
use leptos::prelude::*;
use leptos_icons::Icon;
use leptos_router::components::{A, Route, Router, Routes};
use leptos_router::path;

use super::components::{Confirm, ConnectionChip, NoticeList, ThemeButton, TroubleBanner};
use super::pages::{
    DebuggerPage, MemoryPage, NotFound, PerformancePage, SettingsPage, SystemPage, TalkPage, ToolsPage,
};
use crate::state::{App, use_app};
use crate::ui::renders;

/// Mounts the page in place of the loading state.
pub fn mount(app: App) {
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    mount_to_body(move || {
        provide_context(app);
        view! { <Shell /> }
    });
}

/// Everything on the screen.
#[component]
pub fn Shell() -> impl IntoView {
    renders::count("Shell");
    view! {
        <Router>
            <div class="shell">
                <a class="skip-link" href="#main">
                    "Skip to the page"
                </a>
                <TopBar />
                <nav class="nav" aria-label="Pages">
                    <ul>
                        <NavItem href="/" icon=LuMessageSquare name="Talk" />
                        <NavItem href="/performance" icon=LuGauge name="Performance" />
                        <NavItem href="/memory" icon=LuBrain name="Memory" />
                        <NavItem href="/tools" icon=LuWrench name="Tools" />
                        <NavItem href="/system" icon=LuServer name="System" />
                        <NavItem href="/debugger" icon=LuBug name="Debugger" />
                        <NavItem href="/settings" icon=LuSettings name="Settings" />
                    </ul>
                </nav>
                <main class="page" id="main" tabindex="-1">
                    <TroubleBanner />
                    <Routes fallback=|| view! { <NotFound /> }>
                        <Route path=path!("/") view=TalkPage />
                        <Route path=path!("/performance") view=PerformancePage />
                        <Route path=path!("/memory") view=MemoryPage />
                        <Route path=path!("/tools") view=ToolsPage />
                        <Route path=path!("/system") view=SystemPage />
                        <Route path=path!("/debugger") view=DebuggerPage />
                        <Route path=path!("/settings") view=SettingsPage />
                    </Routes>
                </main>
                <NoticeList />
                <Confirm />
            </div>
        </Router>
    }
}

#[component]
fn NavItem(href: &'static str, icon: IconData, name: &'static str) -> impl IntoView {
    renders::count("NavItem");
    // Only the page itself counts as the current one, not all below "/".
    view! {
        <li>
            <A href exact=true>
                <Icon icon />
                <span>{name}</span>
            </A>
        </li>
    }
}

#[component]
fn TopBar() -> impl IntoView {
    renders::count("TopBar");
    let connection = use_app().connection;
    view! {
        <header class="topbar">
            <A href="/" attr:class="brand">
                <svg viewBox="0 0 32 32" aria-hidden="true">
                    <ellipse cx="16" cy="16" rx="8" ry="9.5" />
                    <path d="M16 2v28M3 16h26" />
                </svg>
                <span class="brand-name">"Coda"</span>
            </A>
            <Show when=move || connection.is_demo()>
                <span class="demo-badge" data-testid="demo-badge" title="All that is shown comes from a simulated Coda in this page">
                    "Demo"
                </span>
            </Show>
            <span class="topbar-space"></span>
            <span class="frame-count" title="Frames received and sent since the page was opened">
                <span aria-hidden="true">"↓"</span>
                <span data-testid="frames-in">{connection.frames_in}</span>
                <span aria-hidden="true">"↑"</span>
                <span data-testid="frames-out">{connection.frames_out}</span>
            </span>
            <ConnectionChip />
            <ThemeButton />
        </header>
    }
}
