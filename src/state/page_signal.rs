//! Signals that live as long as the page and so outlive their subscribers.
//!
//! A signal keeps a weak reference to each subscriber until that one runs again, and with it the memory of disposed
//! ones: `reactive_graph` 0.2 does not remove a dropped subscriber from the list. In a page that is open all day, each
//! visit of a long list would leave hundreds of kilobytes, and each change would notify thousands of disposed
//! subscribers. Notifying through the type-erased source empties the list first; live subscribers run again and
//! resubscribe. This happens at each change of a turn or a model, which rows subscribe to, and for all signals at each
//! change of page.

use std::cell::RefCell;
use std::panic::Location;

use leptos::prelude::*;
use leptos::reactive::graph::{AnySource, ReactiveNode, ToAnySource};

thread_local! {
    static ALL: RefCell<Vec<AnySource>> = const { RefCell::new(Vec::new()) };
}

/// A signal that lives as long as the page. Everybody may read it; only `state` can write it.
pub struct PageSignal<T: 'static>(RwSignal<T>);

impl<T: Send + Sync + 'static> PageSignal<T> {
    pub(super) fn new(value: T) -> Self {
        let signal = RwSignal::new(value);
        ALL.with_borrow_mut(|all| all.push(signal.to_any_source()));
        Self(signal)
    }

    /// The signal itself, for tests that show what no server sends. `tests/structure.rs` keeps it out of the page.
    #[doc(hidden)]
    #[must_use]
    pub const fn writable_in_tests(self) -> RwSignal<T> {
        self.0
    }

    pub(super) fn set(self, value: T) {
        self.0.set(value);
    }

    pub(super) fn update(self, edit: impl FnOnce(&mut T)) {
        self.0.update(edit);
    }

    /// Sets the signal only if its value changed, to avoid needless rendering.
    pub(super) fn set_if_changed(self, value: T)
    where
        T: PartialEq,
    {
        if self.0.with_untracked(|known| *known != value) {
            self.0.set(value);
        }
    }

    /// Sets a signal whose subscribers come and go, such as rows, and prunes disposed ones.
    pub(super) fn set_and_prune(self, value: T) {
        set_and_prune(&self.0, value);
    }
}

impl<T> Clone for PageSignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PageSignal<T> {}

impl<T: std::fmt::Debug> std::fmt::Debug for PageSignal<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PageSignal").field(&self.0).finish()
    }
}

impl<T> DefinedAt for PageSignal<T> {
    fn defined_at(&self) -> Option<&'static Location<'static>> {
        self.0.defined_at()
    }
}

impl<T: Send + Sync> Track for PageSignal<T> {
    fn track(&self) {
        self.0.track();
    }
}

impl<T: Send + Sync> ReadUntracked for PageSignal<T> {
    type Value = <RwSignal<T> as ReadUntracked>::Value;

    fn try_read_untracked(&self) -> Option<Self::Value> {
        self.0.try_read_untracked()
    }
}

/// Prunes disposed subscribers of all page signals, including those that no longer change. Live ones re-run once.
pub fn prune_subscribers() {
    let all = ALL.with_borrow(Vec::clone);
    all.iter().for_each(notify);
}

/// Sets a signal whose subscribers come and go, and prunes disposed ones.
pub(super) fn set_and_prune<S>(signal: &S, value: S::Value)
where
    S: UpdateUntracked<Value: Sized> + ToAnySource,
{
    signal.update_untracked(|known| *known = value);
    notify(signal);
}

/// Notifies the subscribers of a signal and prunes disposed ones.
pub(crate) fn notify(signal: &impl ToAnySource) {
    signal.to_any_source().mark_dirty();
}
