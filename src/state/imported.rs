//! A recording that was imported, as a record of its own: table, filter and details work on it as on the live one. It stays
//! until the user goes back to the live record, whatever page is open meanwhile.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::page_signal;
use crate::analysis::Analyzer;
use crate::history::{FrameMeta, ImportError, Imported, Limits, Recorder};
use crate::replay::Playback;

/// The number of the live record.
const LIVE: u64 = 0;

/// An imported recording.
pub struct Loaded {
    /// The file's name.
    pub name: String,
    /// How many frames the file holds. Its record has more rows, such as the lives of messages.
    pub frames: usize,
    /// Its rows: as they were written, or as its frames tell them.
    pub recorder: Recorder,
    /// What the page that wrote it knew of the frames, by their rows.
    owns: BTreeMap<u64, FrameMeta>,
    /// What the analysis finds in it.
    pub analyzer: Analyzer,
    /// What could not be read.
    pub errors: Vec<ImportError>,
}

impl Loaded {
    /// A record of all that the file tells.
    #[must_use]
    pub fn new(name: String, imported: Imported) -> Self {
        let mut recorder = Recorder::new(Limits { rows: usize::MAX, bytes: usize::MAX });
        let rows = Playback::new(&imported.recording).record(&mut recorder);
        let entries = imported.recording.in_order().into_iter();
        let owns = rows.into_iter().zip(entries).map(|(row, entry)| (row, entry.meta.clone())).collect();
        let analyzer = Analyzer::of(&recorder);
        let frames = imported.recording.entries.len();
        Self { name, frames, recorder, owns, analyzer, errors: imported.errors }
    }

    /// What the page that wrote it knew of the row of this number.
    #[must_use]
    pub fn meta(&self, number: u64) -> Option<&FrameMeta> {
        self.owns.get(&number)
    }
}

/// The imported recording, if the debugger shows one.
#[derive(Clone, Copy)]
pub struct ImportStore {
    source: RwSignal<u64>,
    loaded: StoredValue<Option<Loaded>, LocalStorage>,
    imports: StoredValue<u64>,
}

impl ImportStore {
    pub(super) fn new() -> Self {
        Self {
            source: page_signal::signal(LIVE),
            loaded: StoredValue::new_local(None),
            imports: StoredValue::new(LIVE),
        }
    }

    /// Which record is shown: the live one is 0, and each import has another number.
    #[must_use]
    pub fn source(&self) -> u64 {
        self.source.get()
    }

    /// Reads the recording, none while the live record is shown; and again whenever another one is.
    pub fn with<R>(&self, read: impl FnOnce(Option<&Loaded>) -> R) -> R {
        self.source.track();
        self.loaded.with_value(|loaded| read(loaded.as_ref()))
    }

    /// Shows this recording.
    pub fn load(&self, loaded: Loaded) {
        self.loaded.set_value(Some(loaded));
        self.imports.update_value(|imports| *imports += 1);
        self.source.set(self.imports.get_value());
    }

    /// Shows the live record again.
    pub fn close(&self) {
        self.loaded.set_value(None);
        self.source.set(LIVE);
    }
}
