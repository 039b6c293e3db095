//! A recording that was imported, as a record of its own, so that table, filter and details work on it as on the live one.

use crate::analysis::Analyst;
use crate::history::{Damage, Direction, Entry, Imported, Limits, Own, Recorder};
use crate::link::{Carries, ConnId, LinkEvent, MessageId, Reading};
use crate::protocol::{Frame, Now, Timestamp, WallTime, decode};

/// An imported recording.
pub struct Loaded {
    /// The file's name.
    pub name: String,
    /// Its frames.
    pub recorder: Recorder,
    /// What the page that wrote it knew of each frame, in order.
    pub owns: Vec<Own>,
    /// What the analysis finds in it.
    pub analyst: Analyst,
    /// What could not be read.
    pub damages: Vec<Damage>,
}

impl Loaded {
    /// A record of the file's frames, all of them.
    pub fn new(name: String, imported: Imported) -> Self {
        let mut recorder = Recorder::new(Limits { rows: usize::MAX, bytes: usize::MAX });
        let start = imported.recording.entries.iter().map(|entry| entry.micros).min().unwrap_or_default();
        let mut owns = Vec::with_capacity(imported.recording.entries.len());
        for entry in imported.recording.entries {
            recorder.record(&told(&entry, start));
            owns.push(entry.own);
        }
        let analyst = Analyst::of(&recorder);
        Self { name, recorder, owns, analyst, damages: imported.damages }
    }

    /// What the page that wrote it knew of the row of this number.
    pub fn own(&self, number: u64) -> Option<&Own> {
        let at = usize::try_from(number.checked_sub(1)?).ok()?;
        self.owns.get(at).filter(|own| !own.is_empty())
    }
}

/// What the link told when the frame came or went. A file does not tell which connection it was.
fn told(entry: &Entry, start: i64) -> LinkEvent {
    let conn = ConnId(0);
    let text = entry.text.as_str().into();
    let passed = u64::try_from(entry.micros.saturating_sub(start)).unwrap_or_default();
    let wall = WallTime::from_unix_millis(entry.micros.div_euclid(1_000));
    let at = Now { mono: Timestamp::from_micros(passed), wall };
    match entry.direction {
        Direction::Out => {
            let message = entry.own.message.as_deref().and_then(MessageId::parse);
            let carries = message.map_or(Carries::ChallengeAnswer, Carries::Message);
            LinkEvent::FrameOut { conn, text, carries, at }
        }
        Direction::In => {
            let reading = match decode(&entry.text) {
                Ok(Frame::Control(control)) => Reading::Control(control),
                Ok(_) => Reading::Events,
                Err(error) => Reading::Unreadable(error),
            };
            LinkEvent::FrameIn { conn, text, reading, at }
        }
    }
}
