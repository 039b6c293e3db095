//! What a page shows, as far as the tests look.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use coda_dashboard::link::{LinkEvent, MessageId, MessageState, ServerEvent};
use coda_dashboard::protocol::{Command, Event};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The states of all messages of the users, with their type and text.
    pub messages: BTreeMap<MessageId, (String, Option<String>, Vec<MessageState>)>,
    /// Number of events that came in a replay.
    pub replayed: usize,
    /// Number of answers that were spoken to their end.
    pub answers: usize,
    /// The texts whose echo arrived.
    pub echoes: BTreeSet<String>,
    /// Hash of all events of the link, in order.
    pub events: u64,
}

impl Page {
    pub fn show(&mut self, event: &LinkEvent) {
        let mut hasher = DefaultHasher::new();
        (self.events, format!("{event:?}")).hash(&mut hasher);
        self.events = hasher.finish();
        if let LinkEvent::Event(ServerEvent { replayed: true, .. }) = event {
            self.replayed += 1;
        }
        if let LinkEvent::Event(ServerEvent { event: Event::TtsResult(_), .. }) = event {
            self.answers += 1;
        }
        if let LinkEvent::Event(ServerEvent { event: Event::ClientMessage(echo), .. }) = event
            && let Some(text) = echo.message_data.get("text").and_then(serde_json::Value::as_str)
        {
            self.echoes.insert(text.to_owned());
        }
        if let LinkEvent::Message(status) = event
            && *status.command != Command::Ping
        {
            let text = status.command.text().map(str::to_owned);
            let new = || (status.command.kind().to_owned(), text, Vec::new());
            self.messages.entry(status.id).or_insert_with(new).2.push(status.state.clone());
        }
    }

    /// Returns the states of the message with this text.
    pub fn text(&self, text: &str) -> Option<&[MessageState]> {
        self.messages.values().find(|(_, content, _)| content.as_deref() == Some(text)).map(|(.., states)| &states[..])
    }
}
