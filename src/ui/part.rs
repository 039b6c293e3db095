//! The parts of the page that are fetched when they are first opened: everything but talking.

use std::future::Future;
use std::pin::Pin;

use leptos::__reexports::send_wrapper::SendWrapper;
use leptos::prelude::*;

use super::debugger::DebuggerPanel;
use super::pages::{DebuggerPage, HelpPage, MemoryPage, PerformancePage, SettingsPage, SystemPage, ToolsPage};
use super::renders;
use crate::lazy::{NotLoaded, part};

part! {
    /// The Performance page.
    in pages: pub(super) fn performance() -> AnyView { view! { <PerformancePage /> }.into_any() }
    /// The Memory page.
    in pages: pub(super) fn memory() -> AnyView { view! { <MemoryPage /> }.into_any() }
    /// The Tools page.
    in pages: pub(super) fn tools() -> AnyView { view! { <ToolsPage /> }.into_any() }
    /// The System page.
    in pages: pub(super) fn system() -> AnyView { view! { <SystemPage /> }.into_any() }
    /// The Settings page.
    in pages: pub(super) fn settings() -> AnyView { view! { <SettingsPage /> }.into_any() }
    /// The Troubleshooting page.
    in pages: pub(super) fn help() -> AnyView { view! { <HelpPage /> }.into_any() }
    /// The debugger as a page.
    in debugger: pub(super) fn debugger_page() -> AnyView { view! { <DebuggerPage /> }.into_any() }
    /// The debugger below a page.
    in debugger: pub(super) fn debugger_panel() -> AnyView { view! { <DebuggerPanel /> }.into_any() }
}

/// A part as soon as it is there; `load` is called anew for each try.
pub(super) fn part<F>(load: impl Fn() -> F + Send + Sync + 'static) -> AnyView
where
    F: Future<Output = Result<AnyView, NotLoaded>> + 'static,
{
    let load = move || -> Loading { Box::pin(load()) };
    view! { <Part load=Box::new(load) /> }.into_any()
}

type Loading = Pin<Box<dyn Future<Output = Result<AnyView, NotLoaded>>>>;

#[component]
fn Part(load: Box<dyn Fn() -> Loading + Send + Sync>) -> impl IntoView {
    renders::count("Part");
    let tries = RwSignal::new(0_u32);
    move || {
        tries.track();
        let loading = SendWrapper::new(load());
        Suspend::new(async move {
            let again = move || tries.update(|tries| *tries += 1);
            loading.await.unwrap_or_else(|NotLoaded| view! { <Missing again /> }.into_any())
        })
    }
}

/// Stands where a part should be that could not be fetched.
#[component]
fn Missing(again: impl Fn() + 'static) -> impl IntoView {
    renders::count("Missing");
    view! {
        <section class="page-body" role="alert">
            <h1>"Not loaded"</h1>
            <p>
                "This part of the dashboard could not be loaded: the server that serves it did not answer, or has a newer version. What is connected stays connected."
            </p>
            <div class="actions">
                <button class="button" on:click=move |_| again()>
                    "Try again"
                </button>
            </div>
        </section>
    }
}
