//! An imported recording with its own record, so that table, filter and details work as on the live one. It survives
//! changes of page until the user returns to the live record.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::page_signal::PageSignal;
use crate::analysis::Analyzer;
use crate::history::{Annotation, BugReport, FrameMeta, ImportError, Imported, Label, Limits, Recorder, Recording};
use crate::replay::Playback;

/// Source number of the live record.
const LIVE: u64 = 0;

pub struct Loaded {
    /// Name of the file.
    pub name: String,
    /// Number of frames in the file. The record has more rows, such as the states of messages.
    pub frames: usize,
    /// The record, restored row by row or derived from the frames.
    pub recorder: Recorder,
    /// Metadata that the recording page stored with each frame, by row number.
    metas: BTreeMap<u64, FrameMeta>,
    /// Findings in the recording.
    pub analyzer: Analyzer,
    /// The name and the note of a saved recording.
    pub label: Option<Label>,
    /// What the file says besides, if it is a bug report.
    pub report: Option<BugReport>,
    /// Errors in unreadable entries.
    pub errors: Vec<ImportError>,
}

impl Loaded {
    /// Builds a record of the whole recording, without limits.
    #[must_use]
    pub fn new(name: String, imported: Imported) -> Self {
        let (recorder, rows) = restore(&imported.recording);
        let entries = imported.recording.in_order().into_iter();
        let metas = rows.into_iter().zip(entries).map(|(row, entry)| (row, entry.meta.clone())).collect();
        let analyzer = Analyzer::of(&recorder);
        let frames = imported.recording.entries.len();
        let Imported { label, report, errors, .. } = imported;
        Self { name, frames, recorder, metas, analyzer, label, report, errors }
    }

    /// Returns the stored metadata of the row with this number.
    #[must_use]
    pub fn meta(&self, number: u64) -> Option<&FrameMeta> {
        self.metas.get(&number)
    }
}

/// The record of the whole recording, without limits, and the row numbers of its frames.
pub(super) fn restore(recording: &Recording) -> (Recorder, Vec<u64>) {
    let mut recorder = Recorder::new(Limits { rows: usize::MAX, bytes: usize::MAX });
    let rows = Playback::new(recording).record(&mut recorder);
    (recorder, rows)
}

/// The imported recording that the debugger shows, if any.
#[derive(Clone, Copy)]
pub struct ImportStore {
    source: PageSignal<u64>,
    loaded: StoredValue<Option<Loaded>, LocalStorage>,
    imports: StoredValue<u64>,
}

impl ImportStore {
    pub(super) fn new() -> Self {
        Self { source: PageSignal::new(LIVE), loaded: StoredValue::new_local(None), imports: StoredValue::new(LIVE) }
    }

    /// Number of the record on display: 0 for the live one, and a new number for each import.
    #[must_use]
    pub fn source(&self) -> u64 {
        self.source.get()
    }

    /// Reads the recording, or `None` while the live record is shown. Subscribes to changes of the source.
    pub fn with<R>(&self, read: impl FnOnce(Option<&Loaded>) -> R) -> R {
        self.source.track();
        self.loaded.with_value(|loaded| read(loaded.as_ref()))
    }

    /// Shows an imported recording.
    pub fn load(&self, loaded: Loaded) {
        self.loaded.set_value(Some(loaded));
        self.imports.update_value(|imports| *imports += 1);
        self.source.set(self.imports.get_value());
    }

    /// Sets the user's annotation of a row. It is kept as long as the recording is open.
    pub fn annotate(&self, row: u64, annotation: Annotation) {
        self.loaded.update_value(|loaded| {
            if let Some(loaded) = loaded {
                loaded.recorder.annotate(row, annotation);
            }
        });
        self.source.set(self.source.get_untracked());
    }

    /// Renames the recording, if it is the one on display.
    pub fn relabel(&self, before: &str, label: Label) {
        let is_it = self.loaded.with_value(|loaded| loaded.as_ref().is_some_and(|loaded| loaded.name == before));
        if is_it {
            self.loaded.update_value(|loaded| {
                if let Some(loaded) = loaded {
                    loaded.name.clone_from(&label.name);
                    loaded.label = Some(label);
                }
            });
            self.source.set(self.source.get_untracked());
        }
    }

    /// Returns to the live record.
    pub fn close(&self) {
        self.loaded.set_value(None);
        self.source.set(LIVE);
    }
}
