//! Texts of other clients: another browser, or a program that talks to the same Coda.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Conversation;
use crate::protocol::ClientMessage;

/// Number of texts remembered. Coda drops those that it reads during a turn, so most of them never begin one.
const REMEMBERED: usize = 8;

/// A text that another client sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OthersText {
    client: String,
    text: String,
}

impl Conversation {
    /// Sets the names that Coda gave to this browser's pages. A server without authentication gives none, and no text is
    /// known to be another's then.
    pub fn set_own_clients(&mut self, names: Vec<String>) {
        self.own_clients = names;
    }

    /// Notes a text that another client sent.
    pub(super) fn note_other(&mut self, echo: &ClientMessage) {
        let is_own = self.own_clients.is_empty() || self.own_clients.contains(&echo.client_id.0);
        if is_own || echo.message_type != "text_input" {
            return;
        }
        let Some(text) = echo.message_data.get("text").and_then(Value::as_str) else { return };
        if self.from_others.len() == REMEMBERED {
            self.from_others.pop_front();
        }
        self.from_others.push_back(OthersText { client: echo.client_id.0.clone(), text: text.trim().to_owned() });
    }

    /// Returns the other client that began a turn with this text, if one did. Earlier texts began none.
    pub(super) fn sender_of(&mut self, text: &str) -> Option<String> {
        let place = self.from_others.iter().position(|other| other.text == text.trim())?;
        self.from_others.drain(..=place).next_back().map(|other| other.client)
    }
}
