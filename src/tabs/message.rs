//! What tabs say to each other, and its written form.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::log::{Entry, Position, Term};
use super::proposals::Proposal;
use super::role::TabId;

/// Version of everything below the envelope, the link's serialized form included. Any change to these is a new version.
pub(super) const VERSION: u32 = 1;

/// What every version can read of the messages of every other.
#[derive(Serialize, Deserialize)]
struct Envelope<B> {
    #[serde(rename = "v")]
    version: u32,
    /// Whether the sender is the owner.
    owner: bool,
    body: B,
}

/// A message with what each one says about its sender.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Letter {
    #[serde(skip)]
    pub(super) is_owner: bool,
    pub(super) from: TabId,
    /// The latest term that the sender takes part in or claims.
    pub(super) term: Term,
    /// Whether the sender's page is hidden.
    pub(super) hidden: bool,
    pub(super) message: Message,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Message {
    /// A tab needs the link's state, and has that of this position, if any.
    Hello { visit: u64, position: Option<Position> },
    /// A follower is there.
    Here,
    /// A follower has not heard of the owner for a while.
    Poke,
    /// A tab's browser reports a network again.
    Online,
    /// A tab leaves.
    Bye,
    /// A tab's proposals, in order, to the owner of the letter's term.
    Propose(Vec<Proposal>),
    /// A tab that got the lock asks for entries after this position. It does not trust its state if it `may_be_behind`.
    Claim { position: Option<Position>, may_be_behind: bool },
    /// Entries after this position, for a tab that claims the log.
    Missing { after: Position, entries: Vec<Entry> },
    /// A term begins after this position. Only these tabs are sent its entries.
    Begin { base: Position, members: Vec<TabId> },
    /// The next entry of the log.
    Entry(Entry),
    /// The owner is alive.
    Alive,
    /// The owner counts this tab as gone, and may post nothing for it any more.
    Forgot(TabId),
    /// The link's state, for this tab.
    Snapshot {
        to: TabId,
        /// The visit of the `Hello` that it answers, or 0. Since an earlier visit's, entries may not have been posted.
        visit: u64,
        may_be_behind: bool,
        /// A `Replica`, read only by the tab that needs it.
        replica: Box<RawValue>,
        page: Option<String>,
    },
}

/// A text that is no letter of this version.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// From a tab of another version.
    OtherVersion { version: u32, is_owner: bool },
    /// Not from a tab of this program, or damaged.
    Damaged,
}

impl Letter {
    pub(super) fn encode(&self) -> String {
        let envelope = Envelope { version: VERSION, owner: self.is_owner, body: self };
        serde_json::to_string(&envelope).unwrap_or_default()
    }

    pub(super) fn decode(text: &str) -> Result<Self, Unreadable> {
        let envelope: Envelope<&RawValue> = serde_json::from_str(text).map_err(|_| Unreadable::Damaged)?;
        let Envelope { version, owner: is_owner, body } = envelope;
        if version != VERSION {
            return Err(Unreadable::OtherVersion { version, is_owner });
        }
        let letter: Self = serde_json::from_str(body.get()).map_err(|_| Unreadable::Damaged)?;
        Ok(Self { is_owner, ..letter })
    }
}

/// A copy of the link for another tab, to which the page adds its own state.
#[derive(Debug)]
pub struct SnapshotPost(pub(super) Letter);

impl SnapshotPost {
    /// Returns the text to post. `page` is handed to the other tab's page with [`Action::Reset`](super::Action::Reset).
    #[must_use]
    pub fn into_text(mut self, attachment: Option<String>) -> String {
        if let Message::Snapshot { page, .. } = &mut self.0.message {
            *page = attachment;
        }
        self.0.encode()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_survives_being_written_and_read() {
        let term = Term { number: 3, owner: TabId(u64::MAX) };
        let message = Message::Forgot(TabId(5));
        let letter = Letter { is_owner: true, from: TabId(u64::MAX), term, hidden: true, message };
        let text = letter.encode();
        assert!(text.starts_with("{\"v\":1,\"owner\":true,\"body\":"), "{text}");
        let read = Letter::decode(&text).expect("a letter");
        assert!(read.is_owner && read.hidden && read.from == letter.from && read.term == term);
        assert!(matches!(read.message, Message::Forgot(TabId(5))));
    }

    #[test]
    fn of_another_version_the_version_and_the_owner_are_read() {
        let read = |text| Letter::decode(text).expect_err("unreadable");
        let other = |version, is_owner| Unreadable::OtherVersion { version, is_owner };
        assert_eq!(read("{\"v\":2,\"owner\":true,\"body\":[1,{}],\"more\":1}"), other(2, true));
        assert_eq!(read("{\"body\":null,\"owner\":false,\"v\":0}"), other(0, false));
        for damaged in [
            "",
            "{}",
            "{\"v\":1}",
            "{\"v\":1,\"owner\":true,\"body\":{}}",
            "[]",
            "{\"v\":-1,\"owner\":true,\"body\":1}",
        ] {
            assert_eq!(read(damaged), Unreadable::Damaged, "{damaged}");
        }
    }
}
