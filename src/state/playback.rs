//! A recording that is played back: every page shows the state at one of its moments.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;

use super::page_signal;
use super::writer::Writer;
use crate::driver;
use crate::protocol::Moment;
use crate::replay::{Mark, Playback};

/// The recording that the pages show, if they show one.
#[derive(Clone, Copy)]
pub struct PlaybackStore {
    /// The recording's name; none while the live data are shown.
    pub name: RwSignal<Option<String>>,
    /// How many of its frames have been played.
    pub position: RwSignal<usize>,
    playback: StoredValue<Option<Playback>, LocalStorage>,
    writer: StoredValue<SharedWriter, LocalStorage>,
}

/// The one writer, reached by the driver with what is live and from here with what is recorded.
type SharedWriter = Rc<RefCell<Writer>>;

impl PlaybackStore {
    pub(super) fn new(writer: SharedWriter) -> Self {
        Self {
            name: page_signal::signal(None),
            position: page_signal::signal(0),
            playback: StoredValue::new_local(None),
            writer: StoredValue::new_local(writer),
        }
    }

    fn with_writer(&self, act: impl FnOnce(&mut Writer)) {
        self.writer.with_value(|writer| act(&mut writer.borrow_mut()));
    }

    /// Whether the pages show a recording.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.name.with(Option::is_some)
    }

    /// Whether the pages show a recording right now.
    #[must_use]
    pub fn is_on_now(&self) -> bool {
        self.name.with_untracked(Option::is_some)
    }

    /// Shows this recording, at its end: as the page that recorded it looked.
    pub fn begin(&self, name: String, playback: Playback) {
        let end = playback.len();
        self.playback.set_value(Some(playback));
        self.with_writer(Writer::begin_playback);
        self.position.set(0);
        self.name.set(Some(name));
        self.seek(end);
    }

    /// Shows the live data again, which have gone on meanwhile.
    pub fn end(&self) {
        self.name.set(None);
        self.playback.set_value(None);
        self.with_writer(Writer::end_playback);
    }

    /// Shows the state after so many frames.
    pub fn seek(&self, position: usize) {
        let from = self.position.get_untracked();
        self.playback.with_value(|playback| {
            let Some(playback) = playback else { return };
            let position = position.min(playback.len());
            self.with_writer(|writer| {
                if position < from {
                    writer.rewind();
                    writer.play(playback.events(0..position));
                } else {
                    writer.play(playback.events(from..position));
                }
            });
            self.position.set(position);
        });
    }

    /// How many frames the recording has.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.name.track();
        self.playback.with_value(|playback| playback.as_ref().map_or(0, Playback::len))
    }

    /// Reads the recording, and again whenever another one is shown.
    pub fn with<R>(&self, read: impl FnOnce(&Playback) -> R) -> Option<R> {
        self.name.track();
        self.playback.with_value(|playback| playback.as_ref().map(read))
    }

    /// The moments that stand out.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        self.with(|playback| playback.marks().to_vec()).unwrap_or_default()
    }

    /// The time by which durations that still run are to be shown: now, or the moment of the recording.
    #[must_use]
    pub fn now(&self) -> Moment {
        let position = self.position.get_untracked();
        let recorded =
            self.playback.with_value(|playback| playback.as_ref().map(|playback| playback.time_at(position)));
        recorded.unwrap_or_else(driver::now)
    }
}
