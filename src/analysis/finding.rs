//! What can be found, and what is said of it.

use std::collections::VecDeque;
use std::time::Duration;

use crate::protocol::Moment;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// One user action made the same message more than once.
    DoubleListener,
    /// Many messages at once.
    Burst,
    /// A message was written while another was unanswered.
    Overlap,
    /// The server dropped messages as duplicates.
    DroppedDuplicate,
    /// The socket is open and the server does not answer.
    Silent,
    /// The server answers and sends no broadcasts.
    Deaf,
    /// The server was restarted.
    Restarted,
    /// Events were missed.
    Missed,
    /// No challenge came.
    ChallengeMissing,
    /// The server turned us away.
    ChallengeRefused,
    /// The challenge came late, or was answered late.
    ChallengeLate,
    /// Echoes take longer than they used to.
    EchoesSlow,
    /// Frames could not be read.
    Unreadable,
    /// Frames were too large.
    TooLarge,
    /// The server's clock jumped.
    ClockJump,
    /// The server tells wrong times of day.
    ClockWrong,
    /// Connections break again and again.
    ReconnectStorm,
    /// Messages whose outcome is unknown.
    Unconfirmed,
    /// Another dashboard is connected to the same server.
    OtherDashboard,
    /// The server reported an error.
    ServerError,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Something else could look the same.
    Possible,
    /// Little else looks the same.
    Likely,
    /// The record shows it.
    Certain,
}

impl Confidence {
    /// In a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// Whether its cause is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingState {
    /// It is, as far as is known.
    Open,
    /// It is gone.
    Closed {
        /// Since when.
        at: Moment,
    },
}

/// A fault that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Counts up by one.
    pub number: u64,
    /// Which fault.
    pub kind: FindingKind,
    /// What it is about: a wire type, a client, a field. Empty where there is only one thing it can be about.
    pub subject: String,
    /// When it was found first.
    pub opened: Moment,
    /// When it was seen last.
    pub last: Moment,
    /// How often it was seen.
    pub count: u64,
    /// Whether its cause is still there.
    pub state: FindingState,
    /// How sure it is, at its surest.
    pub confidence: Confidence,
    /// What happened, in whole sentences, as it was seen last.
    pub words: String,
    /// The numbers of the rows that show it: the first ones and the last ones.
    pub evidence: VecDeque<u64>,
}

impl Finding {
    /// Whether its cause is still there.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == FindingState::Open
    }
}

impl FindingKind {
    /// All of them.
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

    /// Its name on the page, and its heading in docs/TROUBLESHOOTING.md.
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

    /// Where docs/TROUBLESHOOTING.md tells of it: the heading as an anchor.
    #[must_use]
    pub fn anchor(self) -> String {
        let letters = self.title().chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == ' ');
        letters.map(|letter| if letter == ' ' { '-' } else { letter.to_ascii_lowercase() }).collect()
    }

    /// What to do, in a sentence.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::DoubleListener => {
                "Look at the components that are named, if any are: one listens twice, or two listen to the same."
            }
            Self::Burst => "Turn the protections on, or find what sends so much at once.",
            Self::Overlap => "Turn the protections on: Coda's event loop suffers from overlaps.",
            Self::DroppedDuplicate => "Look whether the first copy was answered; if not, an echo was lost on the way.",
            Self::Silent => "Look at Coda's log for what blocks its event loop; a new connection is made by itself.",
            Self::Deaf => "Nothing: a new connection is made. If it comes back, restart Coda.",
            Self::Restarted => "Look at Coda's log if nobody restarted it.",
            Self::Missed => "Nothing brings them back; reload Coda's pages if what they show seems old.",
            Self::ChallengeMissing => {
                "Look whether Coda is 0.1.1 or stuck; without a challenge it drops no duplicates."
            }
            Self::ChallengeRefused => "Restart Coda, then connect again.",
            Self::ChallengeLate => "Look at what keeps Coda busy while it greets its clients.",
            Self::EchoesSlow => "Look at what keeps Coda's event loop busy: its echo is its pulse.",
            Self::Unreadable => "Report it with the frame: Coda and this page disagree about a field.",
            Self::TooLarge => "Send less at once: Coda closes the connection on frames above 10 MiB.",
            Self::ClockJump => "Nothing: times shown after it are right.",
            Self::ClockWrong => "Set the clock of Coda's computer, or of this one.",
            Self::ReconnectStorm => "Look at Coda's log for the reason of each close, and at the network between.",
            Self::Unconfirmed => "Look whether Coda did it; if not, send it again.",
            Self::OtherDashboard => "Close the other one if it is not wanted: both see all that is said.",
            Self::ServerError => "Look at Coda's log at that time, and at the messages before it.",
        }
    }

    /// The cause is gone when it has not been seen for so long; `None` where something else tells that it is.
    pub(super) const fn quiet_after(self) -> Option<Duration> {
        match self {
            Self::Silent | Self::ChallengeRefused | Self::ClockWrong | Self::Unconfirmed => None,
            Self::Deaf | Self::Burst | Self::Overlap | Self::ReconnectStorm => Some(Duration::from_secs(30)),
            // The heartbeat asks for an echo once a minute at least.
            Self::EchoesSlow => Some(Duration::from_secs(90)),
            Self::OtherDashboard => Some(Duration::from_secs(300)),
            _ => Some(Duration::from_secs(60)),
        }
    }
}
