//! The shell: top bar, navigation, trouble banner, page and notices.

use icondata_core::Icon as IconData;
use leptos::either::Either;
use leptos::ev;
use leptos::html::Nav;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{A, Router};
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;

use super::address::{base_path, follow_choices, page_href, use_route_path, without_kept};
use super::components::{
    Confirm, ConnectionChip, ExperimentBanner, FindingsBadge, Icon, NoticeList, Palette, PlaybackBar, ReplayBar,
    SyntheticBanner, ThemeButton, TroubleBanner, open_findings, prepare_icons,
};
use super::debugger::{DebuggerPanel, SideOpener};
use super::format;
use super::routes::{PAGES, Pages, title};
use crate::state::{WebSocketContext, prune_subscribers, use_websocket};

/// Mounts the context and removes the loading screen.
pub fn mount(context: WebSocketContext) {
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    prepare_icons();
    mount_to_body(move || {
        provide_context(context);
        format::prepare();
        view! { <Shell /> }
    });
}

#[derive(Clone, Copy)]
pub(super) struct DockOpen(pub(super) RwSignal<bool>);

#[component]
pub fn Shell() -> impl IntoView {
    provide_meta_context();
    provide_context(DockOpen(RwSignal::new(false)));
    SideOpener::provide();
    view! {
        <Router base=base_path()>
            <AddressChange />
            <div class="shell">
                <a class="skip-link" href="#main">
                    "Skip to the page"
                </a>
                <TopBar />
                <NoticeList />
                <Navigation />
                <main class="page" id="main" tabindex="-1">
                    <TroubleBanner />
                    <ExperimentBanner />
                    <SyntheticBanner />
                    <PlaybackBar />
                    <ReplayBar />
                    <Pages />
                </main>
                <Dock />
                <Confirm />
                <Palette />
            </div>
        </Router>
    }
}

/// The debugger, docked below any page except its own.
#[component]
fn Dock() -> impl IntoView {
    let dock = expect_context::<DockOpen>().0;
    let path = use_route_path();
    view! {
        <Show when=move || dock.get() && path.get() != "/debugger">
            <section class="dock-panel" aria-label="Debugger">
                <DebuggerPanel />
            </section>
        </Show>
    }
}

/// Reacts to navigation: updates the address and the window title, moves focus to the new page, and prunes stale
/// subscribers of the page it leaves.
#[component]
fn AddressChange() -> impl IntoView {
    follow_choices();
    let path = use_route_path();
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path) {
            request_animation_frame(|| {
                keep_focus();
                prune_subscribers();
            });
        }
        path
    });
    let unseen = use_websocket().attention.unseen;
    let text = move || match unseen.get() {
        0 => title(&path.get()).to_owned(),
        unseen => format!("({unseen}) {}", title(&path.get())),
    };
    view! { <Title formatter=|page| format!("{page} · Coda") text /> }
}

/// Moves focus to the new page if the focused element was removed with the old one, so that keyboard navigation
/// continues there.
fn keep_focus() {
    let is_lost = document().active_element().is_none_or(|focused| focused.tag_name() == "BODY");
    let main = document().get_element_by_id("main").and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(main) = main.filter(|_| is_lost) {
        let _ = main.focus();
    }
}

#[component]
fn Navigation() -> impl IntoView {
    let nav = NodeRef::new();
    keep_current_in_view(nav);
    view! {
        <nav class="nav" aria-label="Pages" node_ref=nav>
            <ul>
                {PAGES
                    .iter()
                    .map(|page| view! { <NavItem href=page.href icon=page.icon name=page.name /> })
                    .collect_view()}
            </ul>
        </nav>
    }
}

/// Keeps the current entry visible when the navigation is wider than the screen.
fn keep_current_in_view(nav: NodeRef<Nav>) {
    let path = use_route_path();
    let resizes = RwSignal::new(0_u32);
    let listener = window_event_listener(ev::resize, move |_| resizes.update(|count| *count = count.wrapping_add(1)));
    on_cleanup(move || listener.remove());
    Effect::new(move |_| {
        path.track();
        resizes.track();
        let Some(nav) = nav.get() else { return };
        // `aria-current` is set in the same task, before or after this effect.
        request_animation_frame(move || {
            let Ok(Some(current)) = nav.query_selector("[aria-current=page]") else { return };
            let (outer, inner) = (nav.get_bounding_client_rect(), current.get_bounding_client_rect());
            let middle = inner.left() + inner.width() / 2.0 - outer.left() - outer.width() / 2.0;
            #[expect(clippy::cast_possible_truncation, reason = "whole pixels")]
            nav.set_scroll_left(nav.scroll_left() + middle as i32);
        });
    });
}

#[component]
fn NavItem(href: &'static str, icon: IconData, name: &'static str) -> impl IntoView {
    let context = use_websocket();
    let is_debugger = href == "/debugger";
    let findings = Memo::new(move |_| if is_debugger { open_findings(&context) } else { 0 });
    let href = if is_debugger { Either::Left(last_debugger_href()) } else { Either::Right(page_href(href)) };
    // Exact, or "/" would count as current on every page.
    view! {
        <li>
            <A
                href=move || match &href {
                    Either::Left(href) => href(),
                    Either::Right(href) => href(),
                }
                exact=true
                attr:title=name
            >
                <Icon icon />
                <span>{name}</span>
                <FindingsBadge count=findings />
            </A>
        </li>
    }
}

/// The debugger as it was left: with its filter, panel and row.
fn last_debugger_href() -> impl Fn() -> String + Send + Sync {
    let (path, search, href) = (use_route_path(), use_location().search, page_href("/debugger"));
    let last = Memo::new(move |last: Option<&String>| match path.get().as_str() {
        "/debugger" => without_kept(&search.get()),
        _ => last.cloned().unwrap_or_default(),
    });
    move || {
        let (href, last) = (href(), last.get());
        let sign = if href.contains('?') { "&" } else { "?" };
        if last.is_empty() { href } else { format!("{href}{sign}{last}") }
    }
}

#[component]
fn TopBar() -> impl IntoView {
    let connection = use_websocket().connection;
    view! {
        <header class="topbar">
            <A href=page_href("/") attr:class="brand">
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
                <span data-testid="frames-in">{move || connection.frames_in.get()}</span>
                <span aria-hidden="true">"↑"</span>
                <span data-testid="frames-out">{move || connection.frames_out.get()}</span>
            </span>
            <ConnectionChip />
            <ThemeButton />
        </header>
    }
}
