//! Timeouts and limits of the link, with defaults and reasons.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Configuration of the link. Changes apply immediately. The defaults are in the `Default` implementation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkConfig {
    /// Minimum time between two writes. 20 ms let the server's event loop finish one message before the next.
    pub gap: Duration,
    /// Maximum number of unanswered messages. Overlapping messages of the old dashboard broke the server, hence 1.
    pub window: usize,
    /// Within this time, an equal message is attributed to a double listener, not to the user.
    pub dedup_window: Duration,
    /// Deduplication windows for single message types, by type on the wire. The others use `dedup_window`.
    pub dedup_windows: BTreeMap<String, Duration>,
    /// Time to wait for an echo before the same bytes are written again. An echo takes about a millisecond; two seconds
    /// leave room for a server that is busy with its language model.
    pub echo_timeout: Duration,
    /// Silence after a write that means a dead connection. Must leave time to reconnect and write again within the 4.5
    /// s during which the same bytes may be written.
    pub silence_in_flight: Duration,
    /// Silence after which a ping is sent.
    pub ping_after: Duration,
    /// Timeout for a ping. Any frame counts as an answer.
    pub ping_timeout: Duration,
    /// Like [`Self::ping_timeout`] after a sleep, or when the page comes back online or into view, where the user is
    /// waiting.
    pub wake_timeout: Duration,
    /// Maximum time between two echoes. A server that answers but sends none has lost this client's registration.
    pub echo_every: Duration,
    /// Time to wait for a challenge before a ping asks whether the server needs none. The challenge of 0.1.2 comes
    /// within 10 ms; 0.1.1 never sends one.
    pub challenge_wait: Duration,
    /// Timeout for opening the socket.
    pub open_timeout: Duration,
    /// Timeout for the authentication. The server's own is 30 s.
    pub auth_timeout: Duration,
    /// Upper bound on the first backoff. It doubles with each failure.
    pub backoff_first: Duration,
    /// Upper bound on the backoff while the page is visible.
    pub backoff_limit: Duration,
    /// Upper bound on the backoff while the page is hidden and nobody is looking.
    pub backoff_limit_hidden: Duration,
    /// Upper bound on the backoff while a message is in flight. Its outcome can be found only within the 5 s during
    /// which the server remembers it.
    pub backoff_limit_in_flight: Duration,
    /// Uptime after which a connection counts as stable and its end restarts the backoff.
    pub stable_after: Duration,
    /// Maximum number of queued messages.
    pub queue_messages: usize,
    /// Maximum size of all queued texts, in bytes of UTF-8.
    pub queue_bytes: usize,
    /// Whether texts are held during Coda's turns, in which Coda drops them. Off by default: this is a policy of the
    /// page, which turns it on.
    pub hold_texts: bool,
    /// Time without any sign of a turn after which the turn counts as over, since it may never end and texts must not
    /// wait for ever. A slow model may think for a minute before its first token.
    pub turn_patience: Duration,
    /// Turns off gap, window and deduplication regardless of their values, as an experiment.
    pub is_unprotected: bool,
    /// Number of unsent bytes in the socket's buffer above which nothing is written.
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
    /// Returns the minimum time between two writes, zero without protections.
    pub(super) const fn gap_in_force(&self) -> Duration {
        if self.is_unprotected { Duration::ZERO } else { self.gap }
    }

    /// Returns the maximum number of unanswered messages, unlimited without protections.
    pub(super) const fn window_in_force(&self) -> usize {
        if self.is_unprotected { usize::MAX } else { self.window }
    }

    /// Returns the deduplication window for messages of type `kind`, zero without protections.
    #[must_use]
    pub fn dedup_window(&self, kind: &str) -> Duration {
        if self.is_unprotected {
            return Duration::ZERO;
        }
        self.dedup_windows.get(kind).copied().unwrap_or(self.dedup_window)
    }
}

/// Time after the first write during which the same bytes may be written again. The server forgets a message 5 s after
/// its last copy arrived; the difference covers transit and clock drift.
pub(super) const RETRY_WINDOW: Duration = Duration::from_millis(4_500);

/// Retry window for messages that do no harm when executed twice. After it, their outcome counts as unknown.
pub(super) const SAFE_RETRY_WINDOW: Duration = Duration::from_secs(30);
