//! Every time and limit of the link, with its default and the reason for it.

use std::collections::BTreeMap;
use std::time::Duration;

/// What can be set about the link. Changes apply at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkConfig {
    /// The least time between two writes. 20 ms lets the server's event loop finish with one message before the next.
    pub gap: Duration,
    /// How many messages may be written and unanswered at a time. The old dashboard's overlaps are what broke the
    /// server, so: 1.
    pub window: usize,
    /// An equal message within this time of the first is a double listener's, not the user's.
    pub dedup_window: Duration,
    /// Other windows for single message types.
    pub dedup_windows: BTreeMap<String, Duration>,
    /// How long to wait for an echo before the same bytes are written again. An echo takes about a millisecond;
    /// two seconds leave room for a server that is busy with its language model.
    pub echo_timeout: Duration,
    /// With nothing heard for so long after a write, the connection counts as dead. Must leave time to reconnect
    /// and to write again before `retry_window` ends.
    pub silence_in_flight: Duration,
    /// With nothing heard for so long, a ping is sent.
    pub ping_after: Duration,
    /// A ping must be answered, by anything at all, within this time.
    pub ping_timeout: Duration,
    /// The same after a sleep, or when the page comes back online or into view: the user is waiting.
    pub wake_timeout: Duration,
    /// A broadcast echo must come back this often, or the server has lost our registration though it still answers.
    pub echo_every: Duration,
    /// How long to wait for a challenge before asking the server, with a ping, whether it needs none. The challenge
    /// of 0.1.2 comes within 10 ms; 0.1.1 never sends one.
    pub challenge_wait: Duration,
    /// How long the socket may take to open.
    pub open_timeout: Duration,
    /// How long the authentication may take. The server's own limit is 30 s.
    pub auth_timeout: Duration,
    /// The longest first wait before a reconnect.
    pub backoff_first: Duration,
    /// The longest wait before a reconnect while the page is visible.
    pub backoff_limit: Duration,
    /// The same while it is hidden: nobody is looking.
    pub backoff_limit_hidden: Duration,
    /// The same while a message is written and not answered: what became of it can be found out only within the
    /// 5 s that the server remembers it.
    pub backoff_limit_in_flight: Duration,
    /// A connection that held so long was a good one: the backoff starts anew.
    pub stable_after: Duration,
    /// How many messages may wait.
    pub queue_messages: usize,
    /// How many bytes of text may wait.
    pub queue_bytes: usize,
    /// Whether a text waits while Coda is in a turn, in which it would drop it. A policy of the page, which turns it on; the
    /// link alone writes a text as soon as it may.
    pub hold_texts: bool,
    /// A turn of which nothing has come for so long counts as over: it may never end, and texts must not wait for ever. A
    /// slow model may think for a minute before its first token.
    pub turn_patience: Duration,
    /// An experiment: gap, window and deduplication are off, whatever they are set to.
    pub is_unprotected: bool,
    /// Nothing is written while the socket has more than so many bytes to send.
    pub buffer_limit: u32,
}

impl Default for LinkConfig {
    fn default() -> Self {
        Self {
            gap: Duration::from_millis(20),
            window: 1,
            dedup_window: Duration::from_secs(1),
            dedup_windows: BTreeMap::new(),
            echo_timeout: Duration::from_secs(2),
            silence_in_flight: Duration::from_millis(3_800),
            ping_after: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(3),
            wake_timeout: Duration::from_secs(1),
            echo_every: Duration::from_secs(60),
            challenge_wait: Duration::from_secs(1),
            open_timeout: Duration::from_secs(10),
            auth_timeout: Duration::from_secs(10),
            backoff_first: Duration::from_millis(250),
            backoff_limit: Duration::from_secs(10),
            backoff_limit_hidden: Duration::from_secs(30),
            backoff_limit_in_flight: Duration::from_secs(1),
            stable_after: Duration::from_secs(5),
            queue_messages: 256,
            queue_bytes: 32 * 1024 * 1024,
            hold_texts: false,
            turn_patience: Duration::from_secs(120),
            is_unprotected: false,
            buffer_limit: 1024 * 1024,
        }
    }
}

impl LinkConfig {
    /// The least time between two writes, as it is in force.
    pub(super) const fn gap_in_force(&self) -> Duration {
        if self.is_unprotected { Duration::ZERO } else { self.gap }
    }

    /// How many messages may be written and unanswered, as it is in force.
    pub(super) const fn window_in_force(&self) -> usize {
        if self.is_unprotected { usize::MAX } else { self.window }
    }

    /// The deduplication window of the messages of type `kind`.
    #[must_use]
    pub fn dedup_window(&self, kind: &str) -> Duration {
        if self.is_unprotected {
            return Duration::ZERO;
        }
        self.dedup_windows.get(kind).copied().unwrap_or(self.dedup_window)
    }
}

/// The server forgets a message 5 s after it, or its last copy, came. The same bytes are written again only this
/// long after the first write; the rest is for their way and for clocks that differ.
pub(super) const RETRY_WINDOW: Duration = Duration::from_millis(4_500);

/// How long a message of which a second copy does no harm is tried before its outcome is given up as unknown.
pub(super) const SAFE_RETRY_WINDOW: Duration = Duration::from_secs(30);
