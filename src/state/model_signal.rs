//! A signal around a model: the model stays in place and only its revision is compared, so reading clones nothing.

use leptos::prelude::*;

use super::page_signal;

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

    /// Reads the model and subscribes to its changes.
    pub fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.revision.track();
        self.value.with_value(read)
    }

    /// Reads the model without subscribing.
    pub fn with_untracked<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.value.with_value(read)
    }

    /// Changes the model without notifying subscribers yet.
    pub(super) fn change(&self, edit: impl FnOnce(&mut T)) {
        self.value.update_value(edit);
    }

    /// Notifies subscribers if the revision changed since the last notification.
    pub(super) fn notify(&self, revision: impl Fn(&T) -> u64) {
        let now = self.value.with_value(&revision);
        if self.revision.get_untracked() != now {
            self.force_notify(revision);
        }
    }

    /// Notifies subscribers regardless of the revision, since a swapped model may have the same one.
    pub(super) fn force_notify(&self, revision: impl FnOnce(&T) -> u64) {
        page_signal::set(&self.revision, self.value.with_value(revision));
    }
}
