//! A signal around a model. The model stays in place and only its revision is compared, so reading clones nothing.

use leptos::prelude::*;
use serde_json::value::RawValue;

use super::page_signal::PageSignal;
use crate::link::{MessageStatus, ServerEvent};
use crate::model::Model;

pub struct ModelSignal<T: 'static> {
    value: StoredValue<T, LocalStorage>,
    /// The live model during playback.
    suspended: StoredValue<Option<T>, LocalStorage>,
    /// The model of the server before this one, with its address.
    shelved: StoredValue<Option<(String, T)>, LocalStorage>,
    revision: PageSignal<u64>,
}

impl<T> Clone for ModelSignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ModelSignal<T> {}

impl<T> ModelSignal<T> {
    pub(super) fn new(value: T) -> Self {
        Self {
            value: StoredValue::new_local(value),
            suspended: StoredValue::new_local(None),
            shelved: StoredValue::new_local(None),
            revision: PageSignal::new(0),
        }
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
        self.revision.set_and_prune(self.value.with_value(revision));
    }
}

/// The model signals of the data pages, with the model's type erased.
pub(super) trait ModelHandle {
    fn apply(&self, event: &ServerEvent);
    fn apply_message(&self, status: &MessageStatus);
    fn disconnected(&self);
    fn reset(&self);
    fn change_server(&self, from: &str, to: &str);
    fn suspend(&self);
    fn fork(&self);
    fn swap(&self);
    fn resume(&self);
    fn to_json(&self) -> Box<RawValue>;
    fn set_from_json(&self, json: &RawValue);
    fn notify_changed(&self);
    fn notify_swapped(&self);
}

impl<T: Model> ModelHandle for ModelSignal<T> {
    fn apply(&self, event: &ServerEvent) {
        self.change(|model| model.apply(event));
    }

    fn apply_message(&self, status: &MessageStatus) {
        self.change(|model| model.apply_message(status));
    }

    fn disconnected(&self) {
        self.change(Model::disconnected);
    }

    fn reset(&self) {
        self.change(|model| *model = T::default());
    }

    fn change_server(&self, from: &str, to: &str) {
        self.change(Model::disconnected);
        let shelved = self.shelved.try_update_value(Option::take).flatten();
        let mut model = shelved.filter(|(url, _)| url == to).map(|(_, model)| model).unwrap_or_default();
        self.change(|current| std::mem::swap(current, &mut model));
        self.shelved.set_value(Some((from.to_owned(), model)));
    }

    fn suspend(&self) {
        self.suspended.set_value(Some(T::default()));
    }

    fn fork(&self) {
        self.suspended.set_value(Some(self.value.get_value()));
    }

    fn swap(&self) {
        self.suspended.update_value(|suspended| {
            if let Some(suspended) = suspended {
                self.change(|model| std::mem::swap(model, suspended));
            }
        });
    }

    fn resume(&self) {
        self.suspended.set_value(None);
    }

    fn to_json(&self) -> Box<RawValue> {
        // Cannot fail: numbers, strings and structures always have a JSON form.
        self.with_untracked(|model| serde_json::value::to_raw_value(model))
            .unwrap_or_else(|_| RawValue::NULL.to_owned())
    }

    fn set_from_json(&self, json: &RawValue) {
        if let Ok(model) = serde_json::from_str(json.get()) {
            self.change(|current| *current = model);
        }
    }

    fn notify_changed(&self) {
        self.notify(Model::revision);
    }

    fn notify_swapped(&self) {
        self.force_notify(Model::revision);
    }
}
