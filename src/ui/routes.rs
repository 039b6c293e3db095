//! The table of pages: path, title, icon, component and search terms. Navigation, router, window title and palette read
//! it, and the end-to-end tests read the navigation.

use icondata_core::Icon as IconData;
use icondata_lu::{LuBrain, LuBug, LuGauge, LuHistory, LuMessageSquare, LuServer, LuSettings, LuWrench};
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route};
use leptos_router::path;

use super::pages::{
    DebuggerPage, HelpPage, HistoryPage, MemoryPage, NotFound, PerformancePage, SettingsPage, SystemPage, TalkPage,
    ToolsPage,
};

pub(super) struct PageEntry {
    pub(super) href: &'static str,
    pub(super) name: &'static str,
    pub(super) icon: IconData,
    /// Extra search terms for the palette.
    pub(super) keywords: &'static str,
}

macro_rules! pages {
    ($($href:tt, $name:literal, $icon:ident, $page:ident, $keywords:literal;)*) => {
        /// All pages of the navigation, in its order.
        pub(super) const PAGES: &[PageEntry] =
            &[$(PageEntry { href: $href, name: $name, icon: $icon, keywords: $keywords }),*];

        #[component]
        pub(super) fn Pages() -> impl IntoView {
            view! {
                <FlatRoutes fallback=|| view! { <NotFound /> }>
                    $(<Route path=path!($href) view=$page />)*
                    <Route path=path!("/help") view=HelpPage />
                </FlatRoutes>
            }
        }
    };
}

pages! {
    "/", "Talk", LuMessageSquare, TalkPage, "home conversation chat voice";
    "/history", "History", LuHistory, HistoryPage, "conversations sessions search kept earlier past";
    "/performance", "Performance", LuGauge, PerformancePage, "latency speed charts cpu gpu";
    "/memory", "Memory", LuBrain, MemoryPage, "memories remember";
    "/tools", "Tools", LuWrench, ToolsPage, "calls functions";
    "/system", "System", LuServer, SystemPage, "components status errors restarts";
    "/debugger", "Debugger", LuBug, DebuggerPage, "frames messages record inspect filter";
    "/settings", "Settings", LuSettings, SettingsPage, "preferences options configuration";
}

/// The title of the page at a path.
pub(super) fn title(path: &str) -> &'static str {
    let known = PAGES.iter().find(|page| page.href == path).map(|page| page.name);
    known.unwrap_or(if path == "/help" { "Troubleshooting" } else { "No such page" })
}
