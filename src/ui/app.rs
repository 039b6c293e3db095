//! The shell: top bar, navigation, trouble banner, page and notices.

use icondata_core::Icon as IconData;
use icondata_lu::{LuBug, LuEllipsis, LuSearch, LuX};
use leptos::either::Either;
use leptos::html::Div;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{A, Router};
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;

use super::address::{base_path, follow_choices, page_href, use_route_path, without_kept};
use super::components::{
    Confirm, ConnectionChip, Divider, ExperimentBanner, FindingsBadge, Icon, NoticeList, Palette, PaletteOpener,
    PanelSize, PlaybackBar, ReplayBar, Sizes, SyntheticBanner, ThemeButton, TroubleBanner, open_findings,
    prepare_icons,
};
use super::debugger::{DebuggerPanel, SideOpener};
use super::dismiss::on_dismiss;
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
    PaletteOpener::provide();
    let is_flooded = use_websocket().connection.is_flooded;
    view! {
        <Router base=base_path()>
            <AddressChange />
            <div class="shell" data-flooded=move || is_flooded.get().then_some("")>
                <SkipLinks />
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

/// Links at the top of the page, visible while focused.
#[component]
fn SkipLinks() -> impl IntoView {
    let path = use_route_path();
    view! {
        <a class="skip-link" href="#main">
            "Skip to content"
        </a>
        <Show when=move || path.get() == "/">
            <a class="skip-link" href="#composer">
                "Skip to message box"
            </a>
        </Show>
    }
}

/// Storage key of the dock's height.
const DOCK_HEIGHT: &str = "coda.dock.height";
/// In pixels.
const MIN_DOCK_HEIGHT: f64 = 160.0;
/// The room that remains for the page above the dock, in pixels.
const MIN_PAGE_HEIGHT: f64 = 180.0;

/// The debugger, docked below any page except its own.
#[component]
fn Dock() -> impl IntoView {
    let dock = expect_context::<DockOpen>().0;
    let path = use_route_path();
    let size = PanelSize::stored(Sizes::Height, DOCK_HEIGHT, MIN_DOCK_HEIGHT);
    view! {
        <Show when=move || dock.get() && path.get() != "/debugger">
            <div class="docked">
                <Divider size label="Height of the debugger" rest=MIN_PAGE_HEIGHT />
                <section class="dock-panel" aria-label="Debugger" style=("--dock-height", move || size.css())>
                    <header class="dock-head">
                        <strong>"Debugger"</strong>
                        <A href=page_href("/debugger") attr:class="button small">
                            "Open as page"
                        </A>
                        <button
                            class="icon-button"
                            type="button"
                            aria-label="Close the debugger"
                            title="Close (Ctrl `)"
                            data-testid="close-dock"
                            on:click=move |_| dock.set(false)
                        >
                            <Icon icon=LuX />
                        </button>
                    </header>
                    <DebuggerPanel />
                </section>
            </div>
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
            go_to_top();
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

/// Shows the new page from its beginning: the element that scrolls may be the one of the page before.
fn go_to_top() {
    if let Ok(Some(body)) = document().query_selector("main .page-body") {
        body.set_scroll_top(0);
    }
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
    view! {
        <nav class="nav" aria-label="Pages">
            <ul>
                {PAGES
                    .iter()
                    .map(|page| {
                        view! {
                            <li class:nav-extra=!page.is_primary>
                                <NavLink href=page.href icon=page.icon name=page.name />
                            </li>
                        }
                    })
                    .collect_view()}
                <li class="nav-more">
                    <MorePages />
                </li>
            </ul>
        </nav>
    }
}

/// On a phone: the pages that have no place in the bar.
#[component]
fn MorePages() -> impl IntoView {
    let path = use_route_path();
    // The path of the page on which the sheet was opened: it closes on another one.
    let opened_on = RwSignal::new(None::<String>);
    let is_open = Memo::new(move |_| opened_on.with(|opened| path.with(|path| opened.as_ref() == Some(path))));
    let others = || PAGES.iter().filter(|page| !page.is_primary);
    let is_current = Memo::new(move |_| path.with(|path| others().any(|page| page.href == path)));
    let sheet = NodeRef::<Div>::new();
    let is_inside =
        move |target: &web_sys::Node| sheet.get_untracked().is_some_and(|sheet| sheet.contains(Some(target)));
    on_dismiss(is_inside, move |_| opened_on.set(None));
    view! {
        <div node_ref=sheet>
            <Show when=move || is_open.get()>
                <ul class="nav-sheet" id="more-pages" aria-label="More pages">
                    {others()
                        .map(|page| {
                            view! {
                                <li>
                                    <NavLink href=page.href icon=page.icon name=page.name />
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </Show>
            <button
                type="button"
                data-testid="more-pages"
                aria-expanded=move || is_open.get().to_string()
                aria-controls="more-pages"
                data-current=move || is_current.get().to_string()
                on:click=move |_| opened_on.set((!is_open.get_untracked()).then(|| path.get_untracked()))
            >
                <Icon icon=LuEllipsis />
                <span>"More"</span>
            </button>
        </div>
    }
}

#[component]
fn NavLink(href: &'static str, icon: IconData, name: &'static str) -> impl IntoView {
    let context = use_websocket();
    let is_debugger = href == "/debugger";
    let findings = Memo::new(move |_| if is_debugger { open_findings(&context) } else { 0 });
    let href = if is_debugger { Either::Left(last_debugger_href()) } else { Either::Right(page_href(href)) };
    // Exact, or "/" would count as current on every page.
    view! {
        <A
            href=move || match &href {
                Either::Left(href) => href(),
                Either::Right(href) => href(),
            }
            exact=true
        >
            <Icon icon />
            <span>{name}</span>
            <FindingsBadge count=findings />
        </A>
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
                <span class="demo-badge" data-testid="demo-badge" title="Everything shown comes from a simulated Coda in this page">
                    "Demo"
                </span>
            </Show>
            <span class="topbar-space"></span>
            // For scripts. People find them in the details of the connection.
            <span class="visually-hidden" aria-hidden="true">
                <span data-testid="frames-in">{move || connection.frames_in.get()}</span>
                " "
                <span data-testid="frames-out">{move || connection.frames_out.get()}</span>
            </span>
            <SearchButton />
            <DebuggerButton />
            <ConnectionChip />
            <ThemeButton />
        </header>
    }
}

#[component]
fn SearchButton() -> impl IntoView {
    let palette = expect_context::<PaletteOpener>();
    view! {
        <button class="top-search" type="button" data-testid="open-palette" on:click=move |_| palette.open()>
            <Icon icon=LuSearch />
            <span>"Search…"</span>
            <kbd>"Ctrl K"</kbd>
        </button>
    }
}

/// Shows or hides the docked debugger, and says how many findings it has.
#[component]
fn DebuggerButton() -> impl IntoView {
    let context = use_websocket();
    let dock = expect_context::<DockOpen>().0;
    let path = use_route_path();
    let is_on_page = move || path.get() == "/debugger";
    let findings = Memo::new(move |_| open_findings(&context));
    view! {
        <button
            class="icon-button top-debugger"
            type="button"
            data-testid="toggle-dock"
            title="Debugger (Ctrl `)"
            aria-pressed=move || dock.get().to_string()
            // Its page has no dock. The place is kept, so that nothing else moves.
            disabled=is_on_page
            on:click=move |_| dock.update(|open| *open = !*open)
        >
            <Icon icon=LuBug />
            <span class="visually-hidden">"Debugger"</span>
            <FindingsBadge count=findings />
        </button>
    }
}
