//! The table of pages: path, title, icon, component and search terms. Navigation, router, window title and palette read
//! it, and the end-to-end tests read the navigation.

use icondata_core::Icon as IconData;
use icondata_lu::{LuBrain, LuBug, LuCircleHelp, LuGauge, LuHistory, LuMessageSquare, LuServer, LuSettings, LuWrench};
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
    /// Whether it is in the navigation of a phone, whose other pages are under "More".
    pub(super) is_primary: bool,
}

macro_rules! pages {
    ($($href:tt, $name:literal, $icon:ident, $page:ident, $is_primary:literal, $keywords:literal;)*) => {
        /// All pages of the navigation, in its order.
        pub(super) const PAGES: &[PageEntry] =
            &[$(PageEntry { href: $href, name: $name, icon: $icon, keywords: $keywords, is_primary: $is_primary }),*];

        #[component]
        pub(super) fn Pages() -> impl IntoView {
            view! {
                <FlatRoutes fallback=|| view! { <NotFound /> }>
                    $(<Route path=path!($href) view=$page />)*
                </FlatRoutes>
            }
        }
    };
}

pages! {
    "/", "Talk", LuMessageSquare, TalkPage, true, "home conversation chat voice";
    "/history", "History", LuHistory, HistoryPage, true, "conversations sessions search kept earlier past";
    "/performance", "Performance", LuGauge, PerformancePage, false, "latency speed charts cpu gpu";
    "/memory", "Memory", LuBrain, MemoryPage, true, "memories remember";
    "/tools", "Tools", LuWrench, ToolsPage, false, "calls functions";
    "/system", "System", LuServer, SystemPage, false, "components status errors restarts";
    "/debugger", "Debugger", LuBug, DebuggerPage, true, "frames messages record inspect filter";
    "/settings", "Settings", LuSettings, SettingsPage, false, "preferences options configuration";
    "/help", "Help", LuCircleHelp, HelpPage, false, "troubleshooting problems what to do symptoms";
}

/// The title of the page at a path.
pub(super) fn title(path: &str) -> &'static str {
    PAGES.iter().find(|page| page.href == path).map_or("Page not found", |page| page.name)
}
