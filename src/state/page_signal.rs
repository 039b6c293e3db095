//! Signals that live as long as the page, and so outlive their readers.
//!
//! A signal keeps a weak reference to each reader until that one reads again, and with it the memory of all that are gone
//! (`reactive_graph` 0.2 takes none off the list when it is dropped): in a page that is open all day, each visit of a long list
//! would leave hundreds of kilobytes, and each change would call on thousands of readers that are not there. What is told here
//! is told by way of the erased source, which empties its list first; readers that are still there read again and are back on it.
//! So are told: a turn's changes and a model's, which rows read, each time; all signals with each change of page.

use std::cell::RefCell;

use leptos::prelude::*;
use leptos::reactive::graph::{AnySource, ReactiveNode, ToAnySource};

thread_local! {
    static ALL: RefCell<Vec<AnySource>> = const { RefCell::new(Vec::new()) };
}

/// A signal that lives as long as the page.
pub(super) fn signal<T: Send + Sync + 'static>(value: T) -> RwSignal<T> {
    let signal = RwSignal::new(value);
    remember(signal.to_any_source());
    signal
}

fn remember(source: AnySource) {
    ALL.with_borrow_mut(|all| all.push(source));
}

/// Lets go of all readers that are gone, of those signals too that do not change any more. The others read again, once.
pub fn let_go_of_readers() {
    let all = ALL.with_borrow(Vec::clone);
    all.iter().for_each(notify);
}

/// Sets a signal that rows read, which come and go, and lets go of those that are gone.
pub(super) fn set<S>(signal: &S, value: S::Value)
where
    S: UpdateUntracked<Value: Sized> + ToAnySource,
{
    signal.update_untracked(|known| *known = value);
    notify(signal);
}

/// Tells the readers of a signal that it changed, and lets go of those that are gone.
pub(crate) fn notify(signal: &impl ToAnySource) {
    signal.to_any_source().mark_dirty();
}
