//! A second recording, compared with a record on view. It survives changes of page until the user closes it.

use leptos::prelude::*;

use super::imported::restore;
use super::page_signal::PageSignal;
use crate::analysis::{Both, RecordComparison};
use crate::history::{Imported, Recorder};

/// Two records and their differences. The left one is the record on view at the time.
pub struct Compared {
    pub names: Both<String>,
    /// Number of parts of the second file that could not be read.
    pub errors: usize,
    /// Source number of the left record.
    pub source: u64,
    /// Number of rows of the left record.
    pub rows: usize,
    pub comparison: RecordComparison,
    right: Recorder,
}

impl Compared {
    /// Compares a recording with the record on view, given with its name and source number.
    #[must_use]
    pub fn new(name: String, imported: &Imported, (left_name, left, source): (String, &Recorder, u64)) -> Self {
        let (right, _) = restore(&imported.recording);
        Self {
            names: Both { left: left_name, right: name },
            errors: imported.errors.len(),
            source,
            rows: left.len(),
            comparison: RecordComparison::of(left, &right),
            right,
        }
    }

    /// The second record.
    #[must_use]
    pub const fn right(&self) -> &Recorder {
        &self.right
    }

    fn compare_again(&mut self, (left_name, left, source): (String, &Recorder, u64)) {
        (self.names.left, self.source, self.rows) = (left_name, source, left.len());
        self.comparison = RecordComparison::of(left, &self.right);
    }
}

/// The comparison in the debugger, if there is one.
#[derive(Clone, Copy)]
pub struct CompareStore {
    /// Counts the changes.
    revision: PageSignal<u64>,
    compared: StoredValue<Option<Compared>, LocalStorage>,
}

impl CompareStore {
    pub(super) fn new() -> Self {
        Self { revision: PageSignal::new(0), compared: StoredValue::new_local(None) }
    }

    /// Reads the comparison. Subscribes to its changes.
    pub fn with<R>(&self, read: impl FnOnce(&Compared) -> R) -> Option<R> {
        self.revision.track();
        self.compared.with_value(|compared| compared.as_ref().map(read))
    }

    /// Changes with the comparison.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision.get()
    }

    /// Shows a comparison.
    pub fn set(&self, compared: Compared) {
        self.change(Some(compared));
    }

    /// Compares the second record with the record on view as it is now.
    pub fn compare_again(&self, left: (String, &Recorder, u64)) {
        let Some(mut compared) = self.compared.try_update_value(Option::take).flatten() else { return };
        compared.compare_again(left);
        self.change(Some(compared));
    }

    /// Forgets the second recording.
    pub fn close(&self) {
        self.change(None);
    }

    fn change(&self, compared: Option<Compared>) {
        self.compared.set_value(compared);
        self.revision.update(|revision| *revision += 1);
    }
}
