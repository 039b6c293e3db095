//! The response gap: from the end of the user's words to the first sound, split into parts that add up to the whole.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::protocol::Instant;

/// What Coda did, or did not do, during a part of the gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapPart {
    /// From the user's Enter to the echo: queue, connection, and Coda's event loop.
    Sending,
    /// Speech recognition.
    Recognition,
    /// Between Coda's taking up the words and the start of the language model.
    Preparing,
    /// The language model, before its first token.
    FirstToken,
    /// The language model, from its first token on.
    Writing,
    /// Tools.
    Tools,
    /// Between the end of the answer and the start of speech.
    HandOff,
    /// Speech synthesis, up to the first sound.
    Synthesis,
    /// No event explains it.
    Unexplained,
}

impl GapPart {
    pub const ALL: [Self; 9] = [
        Self::Sending,
        Self::Recognition,
        Self::Preparing,
        Self::FirstToken,
        Self::Writing,
        Self::Tools,
        Self::HandOff,
        Self::Synthesis,
        Self::Unexplained,
    ];

    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Sending => "Sending",
            Self::Recognition => "Recognition",
            Self::Preparing => "Preparing",
            Self::FirstToken => "First token",
            Self::Writing => "Writing",
            Self::Tools => "Tools",
            Self::HandOff => "Waiting to speak",
            Self::Synthesis => "Speech synthesis",
            Self::Unexplained => "Unexplained",
        }
    }

    const fn place(self) -> usize {
        self as usize
    }
}

/// A gap in progress or complete: consecutive intervals, each attributed to one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    start: Instant,
    /// End of the last attributed interval.
    reached: Instant,
    parts: [Duration; GapPart::ALL.len()],
}

impl Gap {
    #[must_use]
    pub const fn new(start: Instant) -> Self {
        Self { start, reached: start, parts: [Duration::ZERO; GapPart::ALL.len()] }
    }

    /// Attributes the time since the last attribution to `part`. Earlier times change nothing.
    pub fn attribute(&mut self, until: Instant, part: GapPart) {
        let span = until.duration_since(self.reached);
        if let Some(sum) = self.parts.get_mut(part.place()) {
            *sum += span;
        }
        self.reached = self.reached.max(until);
    }

    #[must_use]
    pub const fn start(&self) -> Instant {
        self.start
    }

    /// The time attributed so far, which is the sum of the parts.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.reached.duration_since(self.start)
    }

    #[must_use]
    pub fn part(&self, part: GapPart) -> Duration {
        self.parts.get(part.place()).copied().unwrap_or_default()
    }

    /// The parts that took any time, in order.
    pub fn parts(&self) -> impl Iterator<Item = (GapPart, Duration)> {
        GapPart::ALL.into_iter().map(|part| (part, self.part(part))).filter(|(_, time)| !time.is_zero())
    }
}
