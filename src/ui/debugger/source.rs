//! A recording that was imported, as a record of its own, so that table, filter and details work on it as on the live one.

use std::collections::BTreeMap;

use crate::analysis::Analyst;
use crate::history::{Damage, Imported, Limits, Own, Recorder};
use crate::replay::Playback;

/// An imported recording.
pub struct Loaded {
    /// The file's name.
    pub name: String,
    /// How many frames the file holds. Its record has more rows, such as the lives of messages.
    pub frames: usize,
    /// Its rows: as they were written, or as its frames tell them.
    pub recorder: Recorder,
    /// What the page that wrote it knew of the frames, by their rows.
    owns: BTreeMap<u64, Own>,
    /// What the analysis finds in it.
    pub analyst: Analyst,
    /// What could not be read.
    pub damages: Vec<Damage>,
}

impl Loaded {
    /// A record of all that the file tells.
    pub fn new(name: String, imported: Imported) -> Self {
        let mut recorder = Recorder::new(Limits { rows: usize::MAX, bytes: usize::MAX });
        let rows = Playback::new(&imported.recording).record(&mut recorder);
        let entries = imported.recording.in_order().into_iter();
        let owns = rows.into_iter().zip(entries).map(|(row, entry)| (row, entry.own.clone())).collect();
        let analyst = Analyst::of(&recorder);
        let frames = imported.recording.entries.len();
        Self { name, frames, recorder, owns, analyst, damages: imported.damages }
    }

    /// What the page that wrote it knew of the row of this number.
    pub fn own(&self, number: u64) -> Option<&Own> {
        self.owns.get(&number)
    }
}
