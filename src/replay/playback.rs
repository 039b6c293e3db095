//! A recording as events of the link, so that every page can show the state at any of its positions.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use super::reader::RecordingReader;
use crate::history::{Annotation, Direction, Note, NoteBody, Recorder, Recording, shorten};
use crate::link::LinkEvent;
use crate::protocol::{Event, Instant, Moment, utc_from_millis};

/// Maximum length of a mark's label, in characters.
const MARK_CHARS: usize = 60;

/// A notable position in the recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Number of frames before it.
    pub position: usize,
    pub label: String,
    pub is_error: bool,
}

/// A recording that can be played from any position to any later one.
#[derive(Debug)]
pub struct Playback {
    events: Vec<LinkEvent>,
    /// For each frame, the index of its own event.
    frames: Vec<usize>,
    /// For each frame, the index after its last event.
    ends: Vec<usize>,
    times: Vec<Moment>,
    marks: Vec<Marker>,
    /// Rows that no event of the link makes, with their positions among the events.
    page_rows: Vec<(usize, Note)>,
    /// The user's annotations, by the index of the event whose row they are on.
    annotations: BTreeMap<usize, Annotation>,
    is_foreign: bool,
}

impl Playback {
    /// Prepares a recording. Without notes, the page's knowledge is derived from the frames.
    #[must_use]
    pub fn new(recording: &Recording) -> Self {
        let entries = recording.in_order();
        let start = entries.first().map_or(0, |entry| entry.micros);
        let mut reader = RecordingReader::new(recording);
        let mut playback = Self {
            events: Vec::new(),
            frames: Vec::new(),
            ends: Vec::new(),
            times: Vec::new(),
            marks: Vec::new(),
            page_rows: Vec::new(),
            annotations: BTreeMap::new(),
            is_foreign: recording.is_foreign(),
        };
        let mut notes = recording.notes.iter().peekable();
        for entry in entries {
            let passed = u64::try_from(entry.micros.saturating_sub(start)).unwrap_or_default();
            let wall = utc_from_millis(entry.micros.div_euclid(1_000));
            // Zero stands for no recorded time, so the first frame is at 1.
            let mono = Instant::from_micros(passed.saturating_add(1));
            let now = entry.moment().unwrap_or(Moment { mono, wall });
            let position = playback.times.len() + 1;
            while let Some(note) = notes.next_if(|note| note.after < position) {
                playback.tell(note, &mut reader);
            }
            playback.take(&mut reader, position);
            match entry.direction {
                Direction::Out => reader.out(entry, now),
                Direction::In => reader.frame_in(entry, now),
            }
            let frame = playback.events.len() + reader.frame;
            playback.frames.push(frame);
            playback.annotate(frame, &entry.meta.annotation);
            while let Some(note) = notes.next_if(|note| note.after == position) {
                playback.tell(note, &mut reader);
            }
            playback.take(&mut reader, position);
            playback.ends.push(playback.events.len());
            playback.times.push(now);
        }
        for note in notes {
            playback.tell(note, &mut reader);
        }
        playback.take(&mut reader, playback.times.len());
        playback
    }

    fn tell(&mut self, note: &Note, reader: &mut RecordingReader) {
        let (place, at) = (self.events.len() + reader.events.len(), note.at());
        match &note.told {
            NoteBody::Notice { .. } | NoteBody::Synthetic { .. } => {
                self.page_rows.push((place, note.clone()));
            }
            told => {
                self.annotate(place, &note.annotation);
                reader.note(told, at);
            }
        }
    }

    /// Notes the annotation of the row that the event at this index makes.
    fn annotate(&mut self, place: usize, annotation: &Annotation) {
        if !annotation.is_empty() {
            self.annotations.insert(place, annotation.clone());
        }
    }

    fn take(&mut self, reader: &mut RecordingReader, position: usize) {
        self.marks.extend(reader.events.iter().filter_map(|event| mark(event, position)));
        self.events.append(&mut reader.events);
    }

    /// Records everything; returns the row numbers of the frames.
    pub fn record(&self, recorder: &mut Recorder) -> Vec<u64> {
        if self.is_foreign {
            recorder.set_foreign();
        }
        let mut page_rows = self.page_rows.iter().peekable();
        let mut frames = self.frames.iter().peekable();
        let mut rows = Vec::with_capacity(self.frames.len());
        for place in 0..=self.events.len() {
            while let Some((_, note)) = page_rows.next_if(|(before, _)| *before == place) {
                let number = recorder.numbers().end;
                match &note.told {
                    NoteBody::Notice { level, text } => recorder.note(*level, text, note.at()),
                    NoteBody::Synthetic { frame } => recorder.synthetic(frame, note.at()),
                    // The reader turns these into events.
                    _ => {}
                }
                recorder.annotate(number, note.annotation.clone());
            }
            if frames.next_if(|frame| **frame == place).is_some() {
                rows.push(recorder.numbers().end);
            }
            if let Some(event) = self.events.get(place) {
                let number = recorder.numbers().end;
                recorder.record(event);
                if let Some(annotation) = self.annotations.get(&place) {
                    recorder.annotate(number, annotation.clone());
                }
            }
        }
        rows
    }

    /// Number of frames.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no frames.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The link's events between two positions, where position 0 is before the first frame.
    #[must_use]
    pub fn events(&self, frames: Range<usize>) -> &[LinkEvent] {
        let place = |position: usize| match position.min(self.len()).checked_sub(1) {
            Some(last) => self.ends.get(last).copied().unwrap_or_default(),
            None => 0,
        };
        let end = place(frames.end);
        self.events.get(place(frames.start).min(end)..end).unwrap_or_default()
    }

    /// The time of the last frame before this position; at position 0, of the first frame.
    #[must_use]
    pub fn time_at(&self, position: usize) -> Moment {
        self.times.get(position.saturating_sub(1)).or(self.times.last()).copied().unwrap_or_default()
    }

    /// Time from the beginning to this position.
    #[must_use]
    pub fn offset(&self, position: usize) -> Duration {
        self.time_at(position).mono.duration_since(self.time_at(0).mono)
    }

    /// The position reached at this time after the beginning.
    #[must_use]
    pub fn position_at(&self, offset: Duration) -> usize {
        let start = self.time_at(0).mono;
        self.times.partition_point(|time| time.mono.duration_since(start) <= offset)
    }

    /// The marks in order.
    #[must_use]
    pub fn marks(&self) -> &[Marker] {
        &self.marks
    }
}

fn mark(event: &LinkEvent, position: usize) -> Option<Marker> {
    let LinkEvent::Event(event) = event else { return None };
    let (label, is_error) = match &event.event {
        Event::ConversationTurn(turn) if turn.role == "user" => (turn.content.clone(), false),
        Event::SystemError(error) => (error.message.clone(), true),
        Event::LlmError(error) => (error.message.clone(), true),
        Event::SttError(error) => (error.message.clone(), true),
        Event::TtsError(error) => (error.message.clone(), true),
        _ => return None,
    };
    Some(Marker { position, label: shorten(&label, MARK_CHARS), is_error })
}
