//! Tells a reloaded tab from a duplicated one.
//!
//! Duplicating a tab copies its session storage, including the waiting texts. So each tab stores an id there and holds
//! a Web Lock of that name while it is open. A reload finds the lock free. A copy does not, and must not send the texts
//! that the original will send.

use std::time::Duration;

use futures::channel::oneshot;
use futures::future::{Either, select};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use super::clock;
use super::storage::{self, Area};

const STORAGE_KEY: &str = "coda.tab";
/// Timeout for acquiring the lock. A page that is being unloaded releases its lock well within it.
const PATIENCE: Duration = Duration::from_secs(1);

/// The owner of the texts in session storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    /// This tab.
    Own,
    /// The tab with this id, which is still open and which this one was copied from.
    Copy(String),
    /// Unknown: the browser has no Web Locks, or the page is not in a secure context.
    Unknown,
}

/// Finds out which tab this is and takes its lock, so that copies recognize it.
pub(crate) async fn identify() -> Tab {
    let known = storage::read(Area::Session, STORAGE_KEY);
    let Some(known) = known else {
        let is_held = hold(&new_id(), Some(PATIENCE)).await;
        // A tab without an id has stored nothing.
        return if is_held.is_some() { Tab::Own } else { Tab::Unknown };
    };
    match hold(&known, Some(PATIENCE)).await {
        Some(true) => Tab::Own,
        Some(false) => {
            hold(&new_id(), Some(PATIENCE)).await;
            Tab::Copy(known)
        }
        None => Tab::Unknown,
    }
}

/// Waits until the tab with this id is closed.
pub(crate) async fn until_closed(id: &str) {
    hold(id, None).await;
}

fn new_id() -> String {
    let id = format!("{:016x}", clock::seed());
    // If nothing can be stored, there is nothing to copy.
    storage::write(Area::Session, STORAGE_KEY, &id);
    id
}

/// Acquires the lock of this tab until the page is unloaded. Returns false if another page holds it for longer than
/// `patience`, and `None` without Web Locks.
async fn hold(id: &str, patience: Option<Duration>) -> Option<bool> {
    let locks = Reflect::get(&web_sys::window()?.navigator(), &"locks".into()).ok().filter(JsValue::is_object)?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let (granted, is_granted) = oneshot::channel::<()>();
    let on_granted = Closure::once_into_js(move |_lock: JsValue| {
        let _ = granted.send(());
        // The lock is held until this promise settles, which is never.
        Promise::new(&mut |_, _| {})
    });
    let options = Object::new();
    if let Some(patience) = patience {
        let millis = u32::try_from(patience.as_millis()).unwrap_or(u32::MAX);
        Reflect::set(&options, &"signal".into(), &AbortSignal::timeout_with_u32(millis)).ok()?;
    }
    let name = format!("{STORAGE_KEY} {id}");
    let request: Promise = request.call3(&locks, &name.into(), &options, &on_granted).ok()?.dyn_into().ok()?;
    match select(is_granted, Box::pin(JsFuture::from(request))).await {
        Either::Left((granted, _)) => Some(granted.is_ok()),
        Either::Right(_) => Some(false),
    }
}
