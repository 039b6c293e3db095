//! Findings: the kinds of faults, and what the page says about them.

use std::collections::VecDeque;
use std::time::Duration;

use crate::protocol::Moment;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// One user action created the same message more than once.
    DoubleListener,
    /// Many messages within a short time.
    Burst,
    /// A message was written while another was unanswered.
    Overlap,
    /// The server dropped messages as duplicates.
    DroppedDuplicate,
    /// The socket is open, but the server does not answer.
    Silent,
    /// The server answers, but sends no broadcasts.
    Deaf,
    /// The server was restarted.
    Restarted,
    /// Events were missed.
    Missed,
    /// No challenge arrived.
    ChallengeMissing,
    /// The server rejected the answer to its challenge.
    ChallengeRefused,
    /// The challenge or its answer was late.
    ChallengeLate,
    /// Echoes take longer than before.
    EchoesSlow,
    /// Frames could not be read.
    Unreadable,
    /// Frames were too large.
    TooLarge,
    /// The server's clock jumped.
    ClockJump,
    /// The server reports a wrong time of day.
    ClockWrong,
    /// Connections break repeatedly.
    ReconnectStorm,
    /// Messages whose outcome is unknown.
    Unconfirmed,
    /// Another dashboard is connected to the same server.
    OtherDashboard,
    /// The server reported an error.
    ServerError,
}

/// Confidence that a finding is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Other causes could look the same.
    Possible,
    /// Few other causes look the same.
    Likely,
    /// The record proves it.
    Certain,
}

impl Confidence {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// Whether the cause persists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingState {
    /// The cause persists, as far as is known.
    Open,
    /// The cause is gone.
    Closed {
        /// Time of closing.
        at: Moment,
    },
}

/// A fault in the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Counts up by one.
    pub number: u64,
    pub kind: FindingKind,
    /// A wire type, client or field; empty for kinds with only one possible subject.
    pub subject: String,
    /// Time of the first occurrence.
    pub opened: Moment,
    /// Time of the last occurrence.
    pub last: Moment,
    /// Number of occurrences.
    pub count: u64,
    pub state: FindingState,
    /// Highest confidence of all occurrences.
    pub confidence: Confidence,
    /// Description of the last occurrence, in full sentences.
    pub words: String,
    /// Numbers of the rows that show it: the first ones and the last ones.
    pub evidence: VecDeque<u64>,
}

impl Finding {
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == FindingState::Open
    }
}

impl FindingKind {
    /// Every kind, in declaration order.
    pub const ALL: [Self; 20] = [
        Self::DoubleListener,
        Self::Burst,
        Self::Overlap,
        Self::DroppedDuplicate,
        Self::Silent,
        Self::Deaf,
        Self::Restarted,
        Self::Missed,
        Self::ChallengeMissing,
        Self::ChallengeRefused,
        Self::ChallengeLate,
        Self::EchoesSlow,
        Self::Unreadable,
        Self::TooLarge,
        Self::ClockJump,
        Self::ClockWrong,
        Self::ReconnectStorm,
        Self::Unconfirmed,
        Self::OtherDashboard,
        Self::ServerError,
    ];

    /// Title on the page, and heading in docs/TROUBLESHOOTING.md.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::DoubleListener => "A message was made twice",
            Self::Burst => "Messages came in a burst",
            Self::Overlap => "Messages overlapped",
            Self::DroppedDuplicate => "Coda dropped a message as a duplicate",
            Self::Silent => "Coda stopped answering",
            Self::Deaf => "Coda sends no events",
            Self::Restarted => "Coda was restarted",
            Self::Missed => "Events were missed",
            Self::ChallengeMissing => "No challenge came",
            Self::ChallengeRefused => "Coda turned the dashboard away",
            Self::ChallengeLate => "The challenge was late",
            Self::EchoesSlow => "Echoes became slow",
            Self::Unreadable => "Frames could not be read",
            Self::TooLarge => "A frame was too large",
            Self::ClockJump => "Coda's clock jumped",
            Self::ClockWrong => "Coda's clock is wrong",
            Self::ReconnectStorm => "The connection keeps breaking",
            Self::Unconfirmed => "Messages are unconfirmed",
            Self::OtherDashboard => "Another dashboard is connected",
            Self::ServerError => "Coda reported an error",
        }
    }

    /// Anchor of the heading in docs/TROUBLESHOOTING.md.
    #[must_use]
    pub fn anchor(self) -> String {
        let letters = self.title().chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == ' ');
        letters.map(|letter| if letter == ' ' { '-' } else { letter.to_ascii_lowercase() }).collect()
    }

    /// Advice to the user, in one sentence.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::DoubleListener => {
                "Look at the components that are named, if any are: one listens twice, or two listen to the same."
            }
            Self::Burst => "Find what sends so much at once. If it is this page, turn the protections on.",
            Self::Overlap => "Turn the protections on: Coda's event loop suffers from overlaps.",
            Self::DroppedDuplicate => "Look whether the first copy was answered; if not, an echo was lost on the way.",
            Self::Silent => "Look at Coda's log for what blocks its event loop; a new connection is made by itself.",
            Self::Deaf => "Nothing: a new connection is made. If it comes back, restart Coda.",
            Self::Restarted => "Look at Coda's log if nobody restarted it.",
            Self::Missed => "Nothing brings them back. Reload this page if something on it looks out of date.",
            Self::ChallengeMissing => {
                "Look whether Coda is 0.1.1 or stuck; without a challenge it drops no duplicates."
            }
            Self::ChallengeRefused => "Restart Coda, then connect again.",
            Self::ChallengeLate => "Look at what keeps Coda busy while it greets its clients.",
            Self::EchoesSlow => "Look at what keeps Coda's event loop busy: its echo is its pulse.",
            Self::Unreadable => "Report it with the frame: Coda and this page disagree about its form.",
            Self::TooLarge => "Send less at once: Coda closes the connection on frames above 10 MiB.",
            Self::ClockJump => "Nothing: times shown after it are right.",
            Self::ClockWrong => "Set the clock of Coda's computer, or of this one.",
            Self::ReconnectStorm => "Look at Coda's log for the reason of each close, and at the network between.",
            Self::Unconfirmed => "Look whether Coda did it; if not, send it again.",
            Self::OtherDashboard => "Close the other one if it is not wanted: both see all that is said.",
            Self::ServerError => "Look at Coda's log at that time, and at the messages before it.",
        }
    }

    /// Time without an occurrence after which the finding closes; `None` if its detector resolves it.
    pub(super) const fn close_after(self) -> Option<Duration> {
        match self {
            Self::Silent | Self::ChallengeRefused | Self::ClockWrong | Self::Unconfirmed => None,
            Self::Deaf | Self::Burst | Self::Overlap | Self::ReconnectStorm => Some(Duration::from_secs(30)),
            // The heartbeat requests an echo at least once a minute.
            Self::EchoesSlow => Some(Duration::from_secs(90)),
            Self::OtherDashboard => Some(Duration::from_secs(300)),
            _ => Some(Duration::from_secs(60)),
        }
    }
}
