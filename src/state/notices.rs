//! Notices: what the user should know and where it is said. Each is recorded, too.

use std::time::Duration;

use leptos::prelude::*;

use super::model_signal::ModelSignal;
use super::page_signal;
use crate::driver;
use crate::history::{Recorder, Severity, shorten};

/// Something the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its name.
    pub id: u64,
    /// How bad it is.
    pub level: Severity,
    /// What it is about.
    pub topic: &'static str,
    /// One or two sentences: the same about the same takes the place of the one before and counts up.
    pub text: String,
    /// Raw material for those who want to look into it.
    pub details: Option<String>,
    /// How often it came.
    pub count: u64,
}

/// How many are shown at a time; beyond, the oldest goes.
const LIMIT: usize = 5;
/// How much raw material is shown.
const DETAILS_CHARS: usize = 2_000;

/// How long good news without raw material stays; it is in the debugger's record for longer.
const GOOD_NEWS: Duration = Duration::from_secs(15);

/// All notices that are shown.
#[derive(Clone, Copy)]
pub struct Notices {
    /// Oldest first.
    pub shown: RwSignal<Vec<Notice>>,
    last_id: StoredValue<u64>,
    history: ModelSignal<Recorder>,
}

impl Notices {
    pub(super) fn new(history: ModelSignal<Recorder>) -> Self {
        Self { shown: page_signal::signal(Vec::new()), last_id: StoredValue::new(0), history }
    }

    /// Shows a notice.
    pub fn show(&self, level: Severity, topic: &'static str, text: String) {
        self.show_with_details(level, topic, text, None);
    }

    /// Shows a notice with raw material.
    pub fn show_with_details(&self, level: Severity, topic: &'static str, text: String, details: Option<&str>) {
        self.history.change(|recorder| recorder.note(level, &text, driver::now()));
        self.history.notify(Recorder::revision);
        let details = details.map(|details| shorten(details, DETAILS_CHARS));
        let id = self.last_id.with_value(|last| last + 1);
        self.last_id.set_value(id);
        if level == Severity::Info && details.is_none() {
            let notices = *self;
            set_timeout(move || notices.dismiss(id), GOOD_NEWS);
        }
        self.shown.update(|shown| {
            let is_same = |known: &Notice| known.topic == topic && known.text == text;
            let count = shown.iter().find(|known| is_same(known)).map_or(1, |known| known.count + 1);
            shown.retain(|known| !is_same(known));
            if shown.len() == LIMIT {
                shown.remove(0);
            }
            shown.push(Notice { id, level, topic, text, details, count });
        });
    }

    /// Takes a notice away.
    pub fn dismiss(&self, id: u64) {
        self.shown.update(|shown| shown.retain(|notice| notice.id != id));
    }

    /// Takes the notice about `topic` away, where there is one.
    pub fn clear(&self, topic: &'static str) {
        if self.shown.with_untracked(|shown| shown.iter().any(|notice| notice.topic == topic)) {
            self.shown.update(|shown| shown.retain(|notice| notice.topic != topic));
        }
    }
}
