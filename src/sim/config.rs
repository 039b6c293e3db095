//! Configuration of the simulated server: its version, its assistant and its faults.

use std::num::NonZeroU32;
use std::time::Duration;

use super::illness::Illness;

/// How the server behaves. Tests change it while the server runs.
///
/// The default is Coda 0.1.2 with a talkative assistant, as used by the demo.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerConfig {
    /// How clients are authenticated.
    pub challenge: Challenge,
    /// Whether echoes are sent or lost.
    pub echo: Echo,
    /// Whether an assistant executes the commands. Without it the server only echoes.
    pub assistant: bool,
    /// Whether the assistant, after opening the conversation, also greets the first client.
    pub greeting: bool,
    /// Speed of listening, thinking and speaking. The server's own deadlines are unaffected.
    pub speed: Speed,
    /// Interval of `system_metrics`, at least a millisecond; `None` for never.
    pub metrics_interval: Option<Duration>,
    /// Injects a fault into every n-th turn; `None` for never.
    pub error_every: Option<NonZeroU32>,
    /// What is wrong with Coda itself.
    pub illness: Illness,
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
            illness: Illness::default(),
        }
    }
}

impl ServerConfig {
    /// Coda 0.1.2 without an assistant: it challenges, echoes and deduplicates, and sends nothing of its own accord.
    #[must_use]
    pub fn quiet() -> Self {
        Self { assistant: false, metrics_interval: None, ..Self::default() }
    }
}

/// How clients are authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// As in 0.1.2: a token to send back within 30 s.
    Normal,
    /// As in 0.1.1: no challenge, and no deduplication either.
    None,
    /// A challenge whose answers are ignored until the 30 s are over.
    Stall,
    /// A challenge that rejects every answer. As after any wrong answer, the connection stays open for the 30 s.
    Refuse,
}

impl Challenge {
    pub(super) fn deduplicates(self) -> bool {
        self != Self::None
    }
}

/// Whether echoes are sent. A lost echo has been numbered, and its message executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// All echoes are sent.
    Faithful,
    /// The next n echoes are lost.
    SwallowNext(u32),
    /// All echoes are lost.
    Never,
}

impl Echo {
    /// Returns whether the current echo is lost, and counts it.
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

/// A speed factor relative to real time.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Speed(f64);

impl Speed {
    /// Real time.
    pub const REAL: Self = Self(1.0);

    /// Returns a speed of `factor` times real time, clamped to 0.01–10,000. NaN counts as 1.
    #[must_use]
    pub fn times(factor: f64) -> Self {
        if factor.is_nan() { Self::REAL } else { Self(factor.clamp(0.01, 10_000.0)) }
    }

    /// Scales a duration to this speed.
    pub(super) fn scale(self, span: Duration) -> Duration {
        span.div_f64(self.0)
    }
}
