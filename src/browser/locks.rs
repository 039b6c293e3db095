//! The browser's Web Locks, by which tabs agree on one of them. web-sys has them behind an unstable flag only, so they are
//! reached by name.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::AbortController;

/// Whether the browser has locks. Some have them only in a secure context.
#[must_use]
pub(crate) fn are_available() -> bool {
    manager().is_some()
}

fn manager() -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)
}

fn method(of: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(of, &name.into()).ok()?.dyn_into().ok()
}

/// What happens to a requested lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LockEvent {
    Granted,
    /// Another tab has stolen it.
    Stolen,
    /// The browser has locks, but gives this page none.
    Denied,
}

/// A lock that this tab may hold. Dropping it releases it.
pub(crate) struct Lock(Rc<Inner>);

struct Inner {
    name: String,
    on_event: Box<dyn Fn(LockEvent)>,
    request: RefCell<Option<Request>>,
    /// Number of requests so far. The browser may still answer one that was withdrawn.
    requests: Cell<u64>,
}

/// The latest request.
struct Request {
    number: u64,
    withdrawal: Option<AbortController>,
    /// Settles the promise that holds the granted lock.
    release: Option<Function>,
}

impl Request {
    fn end(self) {
        match (self.release, self.withdrawal) {
            // Neither throws.
            (Some(release), _) => drop(release.call0(&JsValue::NULL)),
            (None, Some(withdrawal)) => withdrawal.abort(),
            (None, None) => {}
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.release();
    }
}

impl Lock {
    pub(crate) fn new(name: String, on_event: impl Fn(LockEvent) + 'static) -> Self {
        Self(Rc::new(Inner {
            name,
            on_event: Box::new(on_event),
            request: RefCell::default(),
            requests: Cell::default(),
        }))
    }

    /// Requests the lock, and waits until all who have requested it before are done with it.
    pub(crate) fn request(&self) {
        let options = Object::new();
        let withdrawal = AbortController::new().ok();
        if let Some(withdrawal) = &withdrawal {
            set(&options, "signal", &withdrawal.signal());
        }
        self.ask(&options, withdrawal);
    }

    /// Takes the lock from whoever holds it.
    pub(crate) fn steal(&self) {
        let options = Object::new();
        set(&options, "steal", &JsValue::TRUE);
        self.ask(&options, None);
    }

    /// Releases the lock, and withdraws any request for it.
    pub(crate) fn release(&self) {
        let request = self.0.request.take();
        request.into_iter().for_each(Request::end);
    }

    fn ask(&self, options: &Object, withdrawal: Option<AbortController>) {
        self.release();
        let number = self.0.requests.get() + 1;
        self.0.requests.set(number);
        *self.0.request.borrow_mut() = Some(Request { number, withdrawal, release: None });
        let inner = Rc::downgrade(&self.0);
        let on_granted = Closure::once_into_js(move |_lock: JsValue| {
            let mut release = None;
            let held = Promise::new(&mut |settle, _| release = Some(settle));
            let inner = inner.upgrade().filter(|inner| inner.note_granted(number, release.take()));
            if let Some(inner) = inner {
                (inner.on_event)(LockEvent::Granted);
                held
            } else {
                // Withdrawn in the meantime.
                Promise::resolve(&JsValue::UNDEFINED)
            }
        });
        let asked = manager().and_then(|manager| {
            let request = method(&manager, "request")?;
            let name = JsValue::from_str(&self.0.name);
            request.call3(&manager, &name, options, &on_granted).ok()?.dyn_into::<Promise>().ok()
        });
        let inner = Rc::downgrade(&self.0);
        spawn_local(async move {
            let Some(asked) = asked else { return };
            // Fails if the lock is stolen, if the request was withdrawn, or if the page may have no locks.
            if JsFuture::from(asked).await.is_err()
                && let Some(inner) = inner.upgrade()
                && let Some(event) = inner.note_failed(number)
            {
                (inner.on_event)(event);
            }
        });
    }

    /// Asks the browser whether this tab holds the lock. `known_as` is the name of a lock that only this tab can hold.
    pub(crate) async fn is_held(name: &str, known_as: &str) -> bool {
        let Some(manager) = manager() else { return false };
        let answer = method(&manager, "query").and_then(|query| query.call0(&manager).ok()?.dyn_into::<Promise>().ok());
        let Some(answer) = answer else { return false };
        let Ok(state) = JsFuture::from(answer).await else { return false };
        let held = Reflect::get(&state, &"held".into()).map(|held| Array::from(&held)).unwrap_or_default();
        let holder = |name: &str| {
            let lock = held.iter().find(|lock| text(lock, "name").as_deref() == Some(name))?;
            text(&lock, "clientId")
        };
        let own = holder(known_as);
        own.is_some() && own == holder(name)
    }

    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }
}

impl Inner {
    /// Returns false if the request is no longer the latest one.
    fn note_granted(&self, number: u64, release: Option<Function>) -> bool {
        let mut request = self.request.borrow_mut();
        let current = request.as_mut().filter(|request| request.number == number);
        current.map(|current| current.release = release).is_some()
    }

    /// Returns what the failure means; `None` if the lock is no longer wanted.
    fn note_failed(&self, number: u64) -> Option<LockEvent> {
        let request = self.request.borrow_mut().take_if(|request| request.number == number)?;
        Some(if request.release.is_some() { LockEvent::Stolen } else { LockEvent::Denied })
    }
}

fn set(options: &Object, name: &str, value: &JsValue) {
    // Fails only for frozen objects.
    let _ = Reflect::set(options, &name.into(), value);
}

fn text(of: &JsValue, name: &str) -> Option<String> {
    Reflect::get(of, &name.into()).ok()?.as_string()
}
