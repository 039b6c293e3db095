//! Speech in the conversation: the transcript changes while it is being recognized.

use chrono::{DateTime, Utc};

use super::Conversation;
use crate::model::performance::measured;
use crate::model::turn::{Heard, Role, TurnKey};
use crate::protocol::SttResult;

impl Conversation {
    /// Applies a transcript: interim while `is_open`, otherwise final. An empty final one ends the recognition.
    pub(super) fn apply_transcript(&mut self, text: &str, is_open: bool, time: DateTime<Utc>) {
        if text.trim().is_empty() {
            if !is_open {
                self.stop_listening();
            }
            return;
        }
        let key = self.listening.unwrap_or_else(|| self.push(Role::User, String::new(), true, time));
        self.listening = Some(key);
        self.change(key, |turn| {
            text.clone_into(&mut turn.text);
            turn.is_open = is_open;
        });
    }

    /// Notes how well the recognized entry was understood.
    pub(super) fn rate_transcript(&mut self, result: &SttResult) {
        let Some(key) = self.listening else { return };
        let heard = Heard { confidence: measured(result.confidence), language: result.language.clone() };
        self.change(key, |turn| turn.heard = Some(heard));
    }

    /// Ends the recognition. Removes an interim transcript and keeps a final one.
    pub(super) fn stop_listening(&mut self) {
        let Some(key) = self.listening.take() else { return };
        if self.turn(key).is_some_and(|turn| turn.is_open) {
            self.turns.retain(|turn| turn.key != key);
            self.changes.order = true;
            self.unsaved.insert(key);
        }
    }

    /// Takes the recognized entry if its text is `content`.
    pub(super) fn take_transcript(&mut self, content: &str) -> Option<TurnKey> {
        let is_it = |key: &TurnKey| self.turn(*key).is_some_and(|turn| turn.text.trim() == content.trim());
        let key = self.listening.filter(is_it)?;
        self.listening = None;
        Some(key)
    }
}
