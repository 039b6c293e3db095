//! Notices for the user, each with its topic. All of them are also recorded.

use std::time::Duration;

use leptos::prelude::*;

use super::model_signal::ModelSignal;
use super::page_signal::PageSignal;
use crate::browser;
use crate::history::{Recorder, Severity, shorten};

/// A message for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: u64,
    pub level: Severity,
    /// The topic, by which a notice can be cleared.
    pub topic: &'static str,
    /// One or two sentences. An equal text on the same topic replaces the previous notice and increments its count.
    pub text: String,
    /// Raw data for further investigation.
    pub details: Option<String>,
    /// Number of occurrences.
    pub count: u64,
}

/// Largest number of notices on display; beyond it the oldest is dropped.
const LIMIT: usize = 5;
/// Largest length of the details, in characters.
const DETAILS_CHARS: usize = 2_000;

/// Display time of informational notices without details. The debugger's record keeps them for longer.
const GOOD_NEWS: Duration = Duration::from_secs(15);

#[derive(Clone, Copy)]
pub struct Notices {
    /// Oldest first.
    pub shown: PageSignal<Vec<Notice>>,
    last_id: StoredValue<u64>,
    history: ModelSignal<Recorder>,
}

impl Notices {
    pub(super) fn new(history: ModelSignal<Recorder>) -> Self {
        Self { shown: PageSignal::new(Vec::new()), last_id: StoredValue::new(0), history }
    }

    pub fn show(&self, level: Severity, topic: &'static str, text: String) {
        self.show_with_details(level, topic, text, None);
    }

    /// Shows a notice with details.
    pub fn show_with_details(&self, level: Severity, topic: &'static str, text: String, details: Option<&str>) {
        self.history.change(|recorder| recorder.note(level, &text, browser::now()));
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

    pub fn dismiss(&self, id: u64) {
        self.shown.update(|shown| shown.retain(|notice| notice.id != id));
    }

    /// Removes the notices on a topic.
    pub fn clear(&self, topic: &'static str) {
        if self.shown.with_untracked(|shown| shown.iter().any(|notice| notice.topic == topic)) {
            self.shown.update(|shown| shown.retain(|notice| notice.topic != topic));
        }
    }
}
