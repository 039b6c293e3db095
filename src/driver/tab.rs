//! Tells a reloaded tab from a copy of it.
//!
//! The browser copies a tab's session storage when the tab is duplicated, with the texts that wait in it. So each tab has an id
//! there, and holds a lock of that name for as long as it is open. A reload finds the lock free. A copy does not, and must not
//! send what the tab that it was copied from will send.

use std::time::Duration;

use futures::channel::oneshot;
use futures::future::{Either, select};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Storage};

use super::clock;

const STORAGE_KEY: &str = "coda.tab";
/// A page that is being left gives its lock up well within this time.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whose texts the session storage holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    /// This tab's.
    Own,
    /// Those of the tab that this one was copied from, which is open and has this id.
    Copy(String),
    /// Nobody knows: this browser, or a page without encryption, has no locks.
    Unknown,
}

/// Finds out which tab this is, and makes it known to copies.
pub(super) async fn identify(storage: &Storage) -> Tab {
    let known = storage.get_item(STORAGE_KEY).ok().flatten();
    let Some(known) = known else {
        let is_held = hold(&new_id(storage), Some(PATIENCE)).await;
        // Nothing has been kept by a tab without an id.
        return if is_held.is_some() { Tab::Own } else { Tab::Unknown };
    };
    match hold(&known, Some(PATIENCE)).await {
        Some(true) => Tab::Own,
        Some(false) => {
            hold(&new_id(storage), Some(PATIENCE)).await;
            Tab::Copy(known)
        }
        None => Tab::Unknown,
    }
}

/// Waits until the tab of this id is closed.
pub(super) async fn until_closed(id: &str) {
    hold(id, None).await;
}

fn new_id(storage: &Storage) -> String {
    let id = format!("{:016x}", clock::seed());
    // A tab that keeps nothing has nothing that could be copied.
    let _ = storage.set_item(STORAGE_KEY, &id);
    id
}

/// Holds the lock of this tab until the page is gone; false where another page has it for longer than the patience, `None`
/// where there are no locks.
async fn hold(id: &str, patience: Option<Duration>) -> Option<bool> {
    let locks = Reflect::get(&web_sys::window()?.navigator(), &"locks".into()).ok().filter(JsValue::is_object)?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let (granted, is_granted) = oneshot::channel::<()>();
    let on_granted = Closure::once_into_js(move |_lock: JsValue| {
        let _ = granted.send(());
        // The lock is held until this is settled: never.
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
