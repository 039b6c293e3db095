//! Signals that live as long as the page and so outlive their subscribers.
//!
//! A signal keeps a weak reference to each subscriber until that one runs again, and with it the memory of disposed
//! ones: `reactive_graph` 0.2 does not remove a dropped subscriber from the list. In a page that is open all day, each
//! visit of a long list would leave hundreds of kilobytes, and each change would notify thousands of disposed
//! subscribers. Notifying through the type-erased source empties the list first; live subscribers run again and
//! resubscribe. This happens at each change of a turn or a model, which rows subscribe to, and for all signals at each
//! change of page.

use std::cell::RefCell;

use leptos::prelude::*;
use leptos::reactive::graph::{AnySource, ReactiveNode, ToAnySource};

thread_local! {
    static ALL: RefCell<Vec<AnySource>> = const { RefCell::new(Vec::new()) };
}

/// Creates a signal that lives as long as the page.
pub(super) fn signal<T: Send + Sync + 'static>(value: T) -> RwSignal<T> {
    let signal = RwSignal::new(value);
    remember(signal.to_any_source());
    signal
}

fn remember(source: AnySource) {
    ALL.with_borrow_mut(|all| all.push(source));
}

/// Prunes disposed subscribers of all page signals, including those that no longer change. Live ones re-run once.
pub fn prune_subscribers() {
    let all = ALL.with_borrow(Vec::clone);
    all.iter().for_each(notify);
}

/// Sets a signal whose subscribers come and go, such as rows, and prunes disposed ones.
pub(super) fn set<S>(signal: &S, value: S::Value)
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
