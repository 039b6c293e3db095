//! Findings: the kinds of faults, and what the page says about them.

use std::collections::VecDeque;
use std::time::Duration;

use crate::protocol::Moment;

/// Declares the kinds of findings, each with all that is said of it.
macro_rules! findings {
    ($($(#[$meta:meta])* $name:ident {
        title: $title:literal,
        advice: $advice:literal,
        close_after: $close_after:expr,
        ends_with_server: $ends_with_server:literal $(,)?
    })*) => {
        /// A kind of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind {
            $($(#[$meta])* $name,)*
        }

        impl FindingKind {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name on the page, and the heading in docs/TROUBLESHOOTING.md.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What to do.
            #[must_use]
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }

            /// How long after its last occurrence the cause counts as gone; `None` where something else shows that it is.
            pub(super) const fn close_after(self) -> Option<Duration> {
                match self { $(Self::$name => $close_after,)* }
            }

            /// Whether it is closed when the user leaves the server, of which nothing more can be learned then.
            pub(super) const fn ends_with_server(self) -> bool {
                match self { $(Self::$name => $ends_with_server,)* }
            }
        }
    };
}

findings! {
    /// One user action created the same message more than once.
    DoubleListener {
        title: "A message was made twice",
        advice: "Check the named components, if any: one listens twice, or two listen to the same event.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: false,
    }
    /// Many messages within a short time.
    Burst {
        title: "Messages came in a burst",
        advice: "Find what sends so much at once. If it is this page, turn the protections on.",
        close_after: Some(Duration::from_secs(30)),
        ends_with_server: false,
    }
    /// A message was written while another was unanswered.
    Overlap {
        title: "Messages overlapped",
        advice: "Turn the protections on: Coda's event loop suffers from overlaps.",
        close_after: Some(Duration::from_secs(30)),
        ends_with_server: false,
    }
    /// The server dropped messages as duplicates.
    DroppedDuplicate {
        title: "Coda dropped a message as a duplicate",
        advice: "Look whether the first copy was answered; if not, an echo was lost on the way.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: false,
    }
    /// The socket is open, but the server does not answer.
    Silent {
        title: "Coda stopped answering",
        advice: "Check Coda's log for what blocks its event loop. The dashboard reconnects automatically.",
        close_after: None,
        ends_with_server: true,
    }
    /// The server answers, but sends no broadcasts.
    Deaf {
        title: "Coda sends no events",
        advice: "Nothing: the dashboard reconnects. If it happens again, restart Coda.",
        close_after: Some(Duration::from_secs(30)),
        ends_with_server: false,
    }
    /// The server was restarted.
    Restarted {
        title: "Coda was restarted",
        advice: "Look at Coda's log if nobody restarted it.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: false,
    }
    /// Events were missed.
    Missed {
        title: "Events were missed",
        advice: "Nothing brings them back. Reload this page if something on it looks out of date.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: false,
    }
    /// No challenge arrived.
    ChallengeMissing {
        title: "No challenge came",
        advice: "Look whether Coda is 0.1.1 or stuck; without a challenge it drops no duplicates.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: false,
    }
    /// The server rejected the answer to its challenge.
    ChallengeRefused {
        title: "Coda turned the dashboard away",
        advice: "Restart Coda, then connect again.",
        close_after: None,
        ends_with_server: true,
    }
    /// The challenge or its answer was late.
    ChallengeLate {
        title: "The challenge was late",
        advice: "Look at what keeps Coda busy while it greets its clients.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: false,
    }
    /// Echoes take longer than before.
    EchoesSlow {
        title: "Echoes became slow",
        advice: "Look at what keeps Coda's event loop busy: its echo is its pulse.",
        // The heartbeat asks for an echo once a minute at least.
        close_after: Some(Duration::from_secs(90)),
        ends_with_server: true,
    }
    /// Frames could not be read.
    Unreadable {
        title: "Frames could not be read",
        advice: "Report it with the frame: Coda and this page disagree about its form.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: false,
    }
    /// Frames were too large.
    TooLarge {
        title: "A frame was too large",
        advice: "Send less at once: Coda closes the connection on frames above 10 MiB.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: false,
    }
    /// The server's clock jumped.
    ClockJump {
        title: "Coda's clock jumped",
        advice: "Nothing: times shown after it are right.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: false,
    }
    /// The server reports a wrong time of day.
    ClockWrong {
        title: "Coda's clock is wrong",
        advice: "Set the clock of Coda's computer, or of this one.",
        close_after: None,
        ends_with_server: true,
    }
    /// Connections break repeatedly.
    ReconnectStorm {
        title: "The connection keeps breaking",
        advice: "Look at Coda's log for the reason of each close, and at the network between.",
        close_after: Some(Duration::from_secs(30)),
        ends_with_server: false,
    }
    /// Messages whose outcome is unknown.
    Unconfirmed {
        title: "Messages are unconfirmed",
        advice: "Check whether Coda did it. If not, resend it.",
        close_after: None,
        ends_with_server: false,
    }
    /// Another dashboard is connected to the same server.
    OtherDashboard {
        title: "Another dashboard is connected",
        advice: "Close the other one if it is not wanted: both see all that is said.",
        close_after: Some(Duration::from_secs(300)),
        ends_with_server: false,
    }
    /// The server reported an error.
    ServerError {
        title: "Coda reported an error",
        advice: "Look at Coda's log at that time, and at the messages before it.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: false,
    }
    /// Work of Coda that does not end.
    StageStuck {
        title: "Coda is stuck in a stage",
        advice: "Look at the part that is named: its process, its log, its load. Restart it, or Coda, if it does not recover.",
        close_after: None,
        ends_with_server: true,
    }
    /// A tool, a model or speech became slower than its own past.
    Slower {
        title: "Coda became slower",
        advice: "Look at what else runs on Coda's computer. A model: whether it still fits into graphics memory. A tool: the service behind it.",
        close_after: Some(Duration::from_secs(600)),
        ends_with_server: true,
    }
    /// A stage took longer than the limit in the settings.
    OverBudget {
        title: "A stage took longer than its limit",
        advice: "Look at the turn in the chart, or raise the limit in the settings.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: true,
    }
    /// An answer was not completed.
    AnswerCutOff {
        title: "An answer was cut off",
        advice: "Ask again. Look at Coda's log at that time, for a crash or a timeout of the model.",
        close_after: Some(Duration::from_secs(120)),
        ends_with_server: true,
    }
    /// Memory, graphics memory or CPU usage grows without coming back.
    ResourceGrows {
        title: "Coda uses more and more",
        advice: "Restart Coda before it runs out, and look for what was added or called since it began.",
        close_after: None,
        ends_with_server: true,
    }
    /// A tool, speech or recognition fails again and again.
    KeepsFailing {
        title: "A part of Coda keeps failing",
        advice: "Look at the errors that are named, and at what the part depends on: a key, a service, a device.",
        close_after: None,
        ends_with_server: true,
    }
    /// Events came twice.
    EventsRepeated {
        title: "Events came twice",
        advice: "Look for a proxy or a second writer. Numbered copies are counted once; copies with new numbers come from Coda.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: false,
    }
    /// Events came out of order.
    EventsOutOfOrder {
        title: "Events came out of order",
        advice: "Look for a proxy between Coda and this page: a WebSocket keeps the order.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: false,
    }
    /// Events of one type come in a flood.
    EventFlood {
        title: "Coda floods this page with events",
        advice: "Look at what sends the type that is named; its rate is in the statistics of the debugger.",
        close_after: Some(Duration::from_secs(30)),
        ends_with_server: false,
    }
    /// The server's clock stands still.
    ClockStands {
        title: "Coda's clock stands still",
        advice: "Look at Coda's source of time. Times of events are shown as those of their arrival.",
        close_after: Some(Duration::from_secs(60)),
        ends_with_server: true,
    }
    /// Events are no longer what this server has sent so far.
    SchemaDrift {
        title: "Coda's events changed",
        advice: "Look whether Coda was changed or updated; compare the rows. Report what this page should know.",
        close_after: Some(Duration::from_secs(300)),
        ends_with_server: true,
    }
    /// Something other than Coda answers.
    NotCoda {
        title: "Something other than Coda answers",
        advice: "Check the address and its port, and which program listens there.",
        close_after: None,
        ends_with_server: true,
    }
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
    /// Anchor of the heading in docs/TROUBLESHOOTING.md.
    #[must_use]
    pub fn anchor(self) -> String {
        slug(self.title())
    }
}

/// Anchor of a heading, in the form common on documentation sites.
#[must_use]
pub fn slug(heading: &str) -> String {
    let letters = heading.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == ' ');
    letters.map(|letter| if letter == ' ' { '-' } else { letter.to_ascii_lowercase() }).collect()
}
