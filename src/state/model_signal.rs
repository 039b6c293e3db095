//! A model that components can read: it stays where it is, and only the news that it changed travels.

use leptos::prelude::*;

use super::page_signal;

/// A model and the signal that tells of its changes. Reading it copies nothing.
pub struct ModelSignal<T: 'static> {
    value: StoredValue<T, LocalStorage>,
    revision: RwSignal<u64>,
}

impl<T> Clone for ModelSignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ModelSignal<T> {}

impl<T> ModelSignal<T> {
    pub(super) fn new(value: T) -> Self {
        Self { value: StoredValue::new_local(value), revision: page_signal::signal(0) }
    }

    /// Reads the model, and again whenever it has changed.
    pub fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.revision.track();
        self.value.with_value(read)
    }

    /// Reads the model once.
    pub fn with_untracked<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.value.with_value(read)
    }

    /// Lets the writer change the model; nobody is told yet.
    pub(super) fn change(&self, edit: impl FnOnce(&mut T)) {
        self.value.update_value(edit);
    }

    /// Tells the readers if the model is at another revision than when they were told last.
    pub(super) fn notify(&self, revision: impl Fn(&T) -> u64) {
        let now = self.value.with_value(&revision);
        if self.revision.get_untracked() != now {
            self.force_notify(revision);
        }
    }

    /// Tells the readers, whatever they were told last: there may be another model at the same revision.
    pub(super) fn force_notify(&self, revision: impl FnOnce(&T) -> u64) {
        page_signal::set(&self.revision, self.value.with_value(revision));
    }
}
