//! Playback of a recording: every page shows the state at one of its moments.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;

use super::page_signal::PageSignal;
use super::writer::Writer;
use crate::browser;
use crate::protocol::Moment;
use crate::replay::{Marker, Playback};

/// The recording being played back, if any.
#[derive(Clone, Copy)]
pub struct PlaybackStore {
    /// Name of the recording; `None` while live data are shown.
    pub name: PageSignal<Option<String>>,
    /// Number of frames played.
    pub position: PageSignal<usize>,
    playback: StoredValue<Option<Playback>, LocalStorage>,
    writer: StoredValue<SharedWriter, LocalStorage>,
}

/// The only writer, fed by the driver with live events and from here with recorded ones.
pub(super) type SharedWriter = Rc<RefCell<Writer>>;

impl PlaybackStore {
    pub(super) fn new(writer: SharedWriter) -> Self {
        Self {
            name: PageSignal::new(None),
            position: PageSignal::new(0),
            playback: StoredValue::new_local(None),
            writer: StoredValue::new_local(writer),
        }
    }

    fn with_writer(&self, act: impl FnOnce(&mut Writer)) {
        self.writer.with_value(|writer| act(&mut writer.borrow_mut()));
    }

    /// Whether a recording is shown.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.name.with(Option::is_some)
    }

    /// Whether a recording is shown, without subscribing.
    #[must_use]
    pub fn is_on_now(&self) -> bool {
        self.name.with_untracked(Option::is_some)
    }

    /// Shows a recording at its end, as the recording page last looked.
    pub fn begin(&self, name: String, playback: Playback) {
        let end = playback.len();
        self.playback.set_value(Some(playback));
        self.with_writer(Writer::begin_playback);
        self.position.set(0);
        self.name.set(Some(name));
        self.seek(end);
    }

    /// Returns to the live data, which have been updated meanwhile.
    pub fn end(&self) {
        self.name.set(None);
        self.playback.set_value(None);
        self.with_writer(Writer::end_playback);
    }

    /// Shows the state after this many frames.
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

    /// Returns the number of frames in the recording.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.name.track();
        self.playback.with_value(|playback| playback.as_ref().map_or(0, Playback::len))
    }

    /// Reads the recording and subscribes to its changes.
    pub fn with<R>(&self, read: impl FnOnce(&Playback) -> R) -> Option<R> {
        self.name.track();
        self.playback.with_value(|playback| playback.as_ref().map(read))
    }

    /// Returns the notable moments of the recording.
    #[must_use]
    pub fn marks(&self) -> Vec<Marker> {
        self.with(|playback| playback.marks().to_vec()).unwrap_or_default()
    }

    /// Returns the reference time for running durations: now, or the current moment of the recording.
    #[must_use]
    pub fn now(&self) -> Moment {
        let position = self.position.get_untracked();
        let recorded =
            self.playback.with_value(|playback| playback.as_ref().map(|playback| playback.time_at(position)));
        recorded.unwrap_or_else(browser::now)
    }
}
