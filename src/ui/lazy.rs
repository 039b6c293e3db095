//! Parts of the page that are fetched when they are first opened: everything but talking.
//!
//! With the feature `split`, the release build cuts each of them out of the program (tools/page.sh); without it, as in tests
//! and debug builds, they are part of the program and there at once.

// The macro's bridge between the parts of the program needs it; nothing of ours does.
#![cfg_attr(feature = "split", allow(unsafe_code))]

use std::pin::Pin;

use leptos::__reexports::send_wrapper::SendWrapper;
use leptos::prelude::*;
#[cfg(feature = "split")]
use leptos::wasm_split::{self, SplitLoaderError};

use super::debugger::DebuggerPanel;
use super::pages::{DebuggerPage, HelpPage, MemoryPage, PerformancePage, SettingsPage, SystemPage, ToolsPage};
use super::renders;

/// A part could not be fetched.
#[derive(Clone, Debug)]
pub struct NotLoaded;

/// Fetches a part.
pub type Load = fn() -> Pin<Box<dyn Future<Output = Result<AnyView, NotLoaded>>>>;

/// A part, as soon as it is there.
#[component]
pub fn Part(
    /// Which one.
    load: Load,
) -> impl IntoView {
    renders::count("Part");
    let attempt = RwSignal::new(0_u32);
    move || {
        attempt.track();
        let loading = SendWrapper::new(load());
        Suspend::new(async move {
            match loading.await {
                Ok(part) => part,
                Err(NotLoaded) => {
                    view! { <Unreachable again=move || attempt.update(|attempt| *attempt += 1) /> }.into_any()
                }
            }
        })
    }
}

/// Stands where a part should be that could not be fetched.
#[component]
fn Unreachable(again: impl Fn() + 'static) -> impl IntoView {
    renders::count("Unreachable");
    view! {
        <section class="page-body" role="alert">
            <h1>"This part of the dashboard could not be loaded"</h1>
            <p>
                "The server that serves the dashboard did not answer, or has a newer version. The connection to Coda is not touched by this."
            </p>
            <div class="actions">
                <button class="button" on:click=move |_| again()>
                    "Try again"
                </button>
            </div>
        </section>
    }
}

#[cfg(feature = "split")]
impl From<SplitLoaderError> for NotLoaded {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident($file:ident) => $component:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name() -> Pin<Box<dyn Future<Output = Result<AnyView, NotLoaded>>>> {
            #[cfg(feature = "split")]
            #[wasm_split::wasm_split($file, wasm_split_path = wasm_split, fallible)]
            fn $name() -> Result<AnyView, NotLoaded> {
                Ok(view! { <$component /> }.into_any())
            }
            #[cfg(not(feature = "split"))]
            async fn $name() -> Result<AnyView, NotLoaded> {
                Ok(view! { <$component /> }.into_any())
            }
            Box::pin($name())
        }
    )*};
}

parts! {
    /// The Performance page.
    performance(performance) => PerformancePage;
    /// The Memory page.
    memory(memory) => MemoryPage;
    /// The Tools page.
    tools(tools) => ToolsPage;
    /// The System page.
    system(system) => SystemPage;
    /// The Settings page.
    settings(settings) => SettingsPage;
    /// The Troubleshooting page.
    help(help) => HelpPage;
    /// The debugger as a page.
    debugger_page(debugger) => DebuggerPage;
    /// The debugger below a page.
    debugger_panel(debugger) => DebuggerPanel;
}
