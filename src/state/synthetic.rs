//! Synthetic events: given to the pages by the user, as if Coda had sent them.

use leptos::prelude::*;

use super::page_signal::PageSignal;
use super::playback::SharedWriter;
use super::writer::Writer;
use crate::history::SyntheticEvent;

#[derive(Clone, Copy)]
pub struct SyntheticStore {
    /// Number of synthetic events in what the pages show.
    pub count: PageSignal<usize>,
    writer: StoredValue<SharedWriter, LocalStorage>,
}

impl SyntheticStore {
    pub(super) fn new(writer: SharedWriter, count: PageSignal<usize>) -> Self {
        Self { count, writer: StoredValue::new_local(writer) }
    }

    /// Gives an event to the pages. Not during playback, when they show a recording.
    pub(super) fn inject(&self, event: &SyntheticEvent) {
        self.with_writer(|writer| writer.inject(event));
    }

    /// Shows the pages without the synthetic events. Their rows stay in the record.
    pub fn clear(&self) {
        self.with_writer(Writer::clear_synthetic);
    }

    fn with_writer(&self, act: impl FnOnce(&mut Writer)) {
        self.writer.with_value(|writer| act(&mut writer.borrow_mut()));
    }
}
