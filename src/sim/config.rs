//! What the simulated server can be told to be: a version, a mood, a fault.

use std::num::NonZeroU32;
use std::time::Duration;

/// How the server behaves; tests change it while it runs.
///
/// The default is Coda 0.1.2 with a talkative assistant, as the demo wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerConfig {
    /// What happens before a client is let in.
    pub challenge: Challenge,
    /// What becomes of the echoes.
    pub echo: Echo,
    /// Whether somebody answers the commands. Without it the server only echoes.
    pub assistant: bool,
    /// Whether the assistant, beyond opening the conversation, says hello to the first client.
    pub greeting: bool,
    /// The assistant's pace. Listening, thinking and speaking follow it; the server's own deadlines do not.
    pub speed: Speed,
    /// Time between two `system_metrics`; `None` for never, and never less than a millisecond.
    pub metrics_interval: Option<Duration>,
    /// Every so many turns one goes wrong; `None` for never.
    pub error_every: Option<NonZeroU32>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            challenge: Challenge::Normal,
            echo: Echo::Faithful,
            assistant: true,
            greeting: true,
            speed: Speed::REAL,
            metrics_interval: Some(Duration::from_secs(2)),
            error_every: NonZeroU32::new(8),
        }
    }
}

impl ServerConfig {
    /// Coda 0.1.2 with nobody at home: it challenges, echoes and deduplicates, and says nothing by itself.
    #[must_use]
    pub fn quiet() -> Self {
        Self { assistant: false, metrics_interval: None, ..Self::default() }
    }
}

/// What happens before a client is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// 0.1.2: a token to send back within 30 s.
    Normal,
    /// 0.1.1: none; it has no deduplication either.
    None,
    /// A challenge whose answers are thrown away, until the 30 s are over.
    Stall,
    /// A challenge to which every answer is wrong; as with any wrong answer, the connection stays open for the 30 s.
    Refuse,
}

impl Challenge {
    /// Whether this version drops repeated messages.
    pub(super) fn deduplicates(self) -> bool {
        self != Self::None
    }
}

/// What becomes of the echoes. An echo that is lost has been numbered, and its message has been acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// They are sent.
    Faithful,
    /// The next so many are lost.
    SwallowNext(u32),
    /// All are lost.
    Never,
}

impl Echo {
    /// Whether the echo at hand is lost; counts it.
    pub(super) fn swallows(&mut self) -> bool {
        match self {
            Self::Faithful | Self::SwallowNext(0) => false,
            Self::SwallowNext(left) => {
                *left -= 1;
                true
            }
            Self::Never => true,
        }
    }
}

/// A pace: how many times as fast as real life.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Speed(f64);

impl Speed {
    /// As in real life.
    pub const REAL: Self = Self(1.0);

    /// `factor` times as fast as real life, kept between 0.01 and 10,000; what is no number counts as 1.
    #[must_use]
    pub fn times(factor: f64) -> Self {
        if factor.is_nan() { Self::REAL } else { Self(factor.clamp(0.01, 10_000.0)) }
    }

    /// How long `span` takes at this pace.
    pub(super) fn scale(self, span: Duration) -> Duration {
        span.div_f64(self.0)
    }
}
