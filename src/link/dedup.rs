//! Suppresses the second of two equal messages, which is a double listener's and not the user's.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};

use super::config::LinkConfig;
use super::ids::MessageId;
use crate::bounded::push_bounded;
use crate::protocol::{Command, Instant};

/// Maximum number of fingerprints. At the queue's default gap, at most 50 messages go out in a second.
const CAPACITY: usize = 256;

/// Fingerprints of recently submitted messages.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Dedup {
    seen: VecDeque<Seen>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Seen {
    kind: String,
    fingerprint: u64,
    at: Instant,
    id: MessageId,
    resend_of: Option<MessageId>,
}

/// Hashes type and data without the message id. `serde_json`'s map sorts the keys.
fn fingerprint(command: &Command) -> u64 {
    let mut hasher = DefaultHasher::new();
    command.kind().hash(&mut hasher);
    serde_json::Value::Object(command.data()).to_string().hash(&mut hasher);
    hasher.finish()
}

impl Dedup {
    /// Remembers `command` under `id`. Fails with the id of an equal message within the window.
    ///
    /// A deliberate resend of `resend_of` is a duplicate only of another resend of the same message.
    pub(super) fn check(
        &mut self,
        now: Instant,
        id: MessageId,
        command: &Command,
        resend_of: Option<MessageId>,
        config: &LinkConfig,
    ) -> Result<(), MessageId> {
        if !command.rules().is_deduplicated {
            return Ok(());
        }
        self.seen.retain(|seen| now.duration_since(seen.at) < config.dedup_window(&seen.kind));
        let fingerprint = fingerprint(command);
        let is_same =
            |seen: &&Seen| seen.fingerprint == fingerprint && (resend_of.is_none() || seen.resend_of == resend_of);
        if let Some(seen) = self.seen.iter().find(is_same) {
            return Err(seen.id);
        }
        if let Some(kind) = command.rules().reopens {
            self.seen.retain(|seen| seen.kind != kind);
        }
        push_bounded(
            &mut self.seen,
            Seen { kind: command.kind().to_owned(), fingerprint, at: now, id, resend_of },
            CAPACITY,
        );
        Ok(())
    }

    /// Forgets a message that was not sent, so that an equal one passes.
    pub(super) fn forget(&mut self, id: MessageId) {
        self.seen.retain(|seen| seen.id != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::SttStart;

    struct Page {
        dedup: Dedup,
        config: LinkConfig,
        rng: fastrand::Rng,
    }

    impl Page {
        fn new() -> Self {
            Self { dedup: Dedup::default(), config: LinkConfig::default(), rng: fastrand::Rng::with_seed(1) }
        }

        fn passes(&mut self, millis: u64, command: &Command) -> bool {
            let id = MessageId::random(&mut self.rng);
            self.dedup.check(Instant::from_millis(millis), id, command, None, &self.config).is_ok()
        }
    }

    const START: Command = Command::SttStart(SttStart::Continuous);

    #[test]
    fn an_equal_message_within_the_window_is_caught_and_later_passes() {
        let mut page = Page::new();
        assert!(page.passes(0, &Command::DemoFlow));
        assert!(!page.passes(999, &Command::DemoFlow));
        assert!(page.passes(1_000, &Command::DemoFlow), "the window does not start again with a duplicate");
    }

    #[test]
    fn press_release_press_works_while_a_double_listener_is_caught() {
        let mut page = Page::new();
        assert!(page.passes(0, &START));
        assert!(!page.passes(1, &START));
        assert!(page.passes(100, &Command::SttStop));
        assert!(!page.passes(101, &Command::SttStop));
        assert!(page.passes(200, &START));
        assert!(!page.passes(201, &START));
    }

    #[test]
    fn different_texts_are_different_messages() {
        let mut page = Page::new();
        let text = |text: &str| Command::TextInput { text: text.into() };
        assert!(page.passes(0, &text("one")));
        assert!(page.passes(0, &text("two")));
        assert!(!page.passes(0, &text("one")));
    }

    #[test]
    fn a_window_can_be_set_for_one_type() {
        let mut page = Page::new();
        page.config.dedup_windows.insert("demo_flow".into(), std::time::Duration::from_secs(9));
        assert!(page.passes(0, &Command::DemoFlow));
        assert!(!page.passes(8_000, &Command::DemoFlow));
    }

    #[test]
    fn pings_are_never_caught_and_the_memory_is_bounded() {
        let mut page = Page::new();
        assert!(page.passes(0, &Command::Ping) && page.passes(0, &Command::Ping));
        for number in 0..2_000 {
            page.passes(0, &Command::TextInput { text: number.to_string() });
        }
        assert_eq!(page.dedup.seen.len(), CAPACITY);
    }
}
