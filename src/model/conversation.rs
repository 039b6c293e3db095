//! The conversation: turns with their tools and errors, and what became of one's own messages.

use std::collections::BTreeSet;

use serde_json::Value;

use super::turn::{Outgoing, Role, ToolCall, ToolState, Turn, TurnKey};
use crate::link::{MessageState, MessageStatus, ServerEvent};
use crate::protocol::{Event, WallTime};

/// Turns kept; beyond, the oldest goes.
const LIMIT: usize = 10_000;
/// An own message whose turn has not begun is looked for among so many last entries: the queue holds fewer.
const UNBEGUN_AMONG_LAST: usize = 600;

/// What has changed since it was last asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Entries came or went, or changed places.
    pub order: bool,
    /// Entries whose content changed.
    pub turns: BTreeSet<TurnKey>,
}

/// All that was said, oldest first.
#[derive(Debug, Default)]
pub struct Conversation {
    turns: Vec<Turn>,
    last_key: u64,
    /// The recognition that is under way.
    listening: Option<TurnKey>,
    /// The answer that is under way.
    answering: Option<TurnKey>,
    /// Turns that had to go for newer ones.
    dropped: u64,
    changes: Changes,
}

impl Conversation {
    /// All entries, oldest first.
    #[must_use]
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// The entry of this name.
    #[must_use]
    pub fn turn(&self, key: TurnKey) -> Option<&Turn> {
        // Near the end as a rule.
        self.turns.iter().rev().find(|turn| turn.key == key)
    }

    /// How many old entries had to go for newer ones.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// What has changed since the last call.
    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// Takes a message's new state; those that say something appear in the conversation.
    pub fn apply_message(&mut self, status: &MessageStatus) {
        if status.command.text().is_none() {
            return;
        }
        let own = self.turns.iter().rev().find(|turn| turn.outgoing.as_ref().is_some_and(|own| own.id == status.id));
        let key = own.map(|turn| turn.key).unwrap_or_else(|| {
            let text = status.command.text().unwrap_or_default();
            self.push(Role::User, text.to_owned(), false, status.created.wall)
        });
        self.change(key, |turn| {
            turn.outgoing = Some(Outgoing {
                id: status.id,
                command: status.command.clone(),
                state: status.state.clone(),
                has_turn: turn.outgoing.as_ref().is_some_and(|own| own.has_turn),
            });
        });
    }

    /// Takes an event of the server's.
    pub fn apply_event(&mut self, happened: &ServerEvent) {
        let time = happened.time;
        match &happened.event {
            Event::ListeningInterim(interim) => self.hear(&interim.text, true, time),
            Event::ListeningResult(result) => self.hear(&result.text, false, time),
            Event::ListeningError(error) => {
                self.stop_listening();
                self.fail(Role::System, error.message.clone(), time);
            }
            Event::ConversationTurn(turn) => self.said(Role::from_wire(&turn.role), &turn.content, time),
            Event::AnswerStarted(_) => {
                self.answer(time);
            }
            Event::AnswerToken(token) => {
                let key = self.answer(time);
                self.change(key, |turn| turn.text.push_str(&token.token));
            }
            Event::AnswerResult(result) => {
                let key = self.answer(time);
                self.change(key, |turn| turn.text.clone_from(&result.text));
            }
            Event::AnswerError(error) => {
                let key = self.answer(time);
                self.answering = None;
                self.change(key, |turn| {
                    turn.is_open = false;
                    turn.errors.push(error.message.clone());
                });
            }
            Event::SpeechError(error) => self.fail(Role::Assistant, error.message.clone(), time),
            Event::SystemError(error) => {
                let key = self.push(Role::System, String::new(), false, time);
                self.change(key, |turn| turn.errors.push(error.message.clone()));
            }
            Event::ToolCalled(call) => self.call_tool(&call.tool_name, call.parameters.clone(), time),
            Event::ToolAnswered(answer) => {
                let done = ToolState::Done(answer.result_preview.clone());
                self.end_tool(&answer.tool_name, done, answer.duration_seconds, time);
            }
            Event::ToolFailed(error) => {
                self.end_tool(&error.tool_name, ToolState::Failed(error.message.clone()), None, time);
            }
            _ => {}
        }
    }

    /// The connection is gone: what was under way will not go on.
    pub fn disconnected(&mut self) {
        self.stop_listening();
        if let Some(key) = self.answering.take() {
            self.change(key, |turn| turn.is_open = false);
        }
    }

    fn push(&mut self, role: Role, text: String, is_open: bool, time: WallTime) -> TurnKey {
        self.last_key += 1;
        let key = TurnKey(self.last_key);
        self.turns.push(Turn { key, role, text, is_open, time, tools: Vec::new(), errors: Vec::new(), outgoing: None });
        if self.turns.len() > LIMIT {
            self.turns.remove(0);
            self.dropped += 1;
        }
        self.changes.order = true;
        key
    }

    fn change(&mut self, key: TurnKey, edit: impl FnOnce(&mut Turn)) {
        if let Some(turn) = self.turns.iter_mut().rev().find(|turn| turn.key == key) {
            edit(turn);
            self.changes.turns.insert(key);
        }
    }

    fn hear(&mut self, text: &str, is_open: bool, time: WallTime) {
        let key = self.listening.unwrap_or_else(|| self.push(Role::User, String::new(), true, time));
        self.listening = Some(key);
        self.change(key, |turn| {
            text.clone_into(&mut turn.text);
            turn.is_open = is_open;
        });
    }

    /// What was only half heard goes; what was understood stays.
    fn stop_listening(&mut self) {
        let Some(key) = self.listening.take() else { return };
        if self.turn(key).is_some_and(|turn| turn.is_open) {
            self.turns.retain(|turn| turn.key != key);
            self.changes.order = true;
        }
    }

    fn said(&mut self, role: Role, content: &str, time: WallTime) {
        let known = match role {
            Role::User => self.listening.take().or_else(|| self.own_message(content)),
            Role::Assistant => self.answering.take(),
            Role::System => None,
        };
        match known {
            Some(key) => self.change(key, |turn| {
                content.clone_into(&mut turn.text);
                turn.is_open = false;
                if let Some(own) = &mut turn.outgoing {
                    own.has_turn = true;
                }
            }),
            None => {
                self.push(role, content.to_owned(), false, time);
            }
        }
        if role == Role::User {
            // A new question: an older answer that never ended will not go on.
            if let Some(key) = self.answering.take() {
                self.change(key, |turn| turn.is_open = false);
            }
        }
    }

    /// The oldest own message with this text that the server has not begun a turn with.
    fn own_message(&self, content: &str) -> Option<TurnKey> {
        let is_it = |turn: &&Turn| {
            turn.outgoing.as_ref().is_some_and(|own| {
                !own.has_turn
                    && !matches!(own.state, MessageState::Suppressed { .. })
                    && own.command.text().is_some_and(|text| text.trim() == content.trim())
            })
        };
        self.turns.iter().rev().take(UNBEGUN_AMONG_LAST).filter(is_it).last().map(|turn| turn.key)
    }

    /// The answer that is under way, or a new one.
    fn answer(&mut self, time: WallTime) -> TurnKey {
        let key = self.answering.unwrap_or_else(|| self.push(Role::Assistant, String::new(), true, time));
        self.answering = Some(key);
        key
    }

    /// Puts an error to the last turn of `role`, or into one of its own.
    fn fail(&mut self, role: Role, message: String, time: WallTime) {
        let last = self.turns.last().filter(|turn| turn.role == role && role != Role::System).map(|turn| turn.key);
        let key = last.unwrap_or_else(|| self.push(role, String::new(), false, time));
        self.change(key, |turn| turn.errors.push(message));
    }

    fn call_tool(&mut self, name: &str, parameters: Option<Value>, time: WallTime) {
        let key = self.answer(time);
        let call = ToolCall { name: name.to_owned(), parameters, state: ToolState::Running, seconds: None };
        self.change(key, |turn| turn.tools.push(call));
    }

    /// Results name only the tool: the oldest running call of that name is the one.
    fn end_tool(&mut self, name: &str, state: ToolState, seconds: Option<f64>, time: WallTime) {
        let is_running = |call: &ToolCall| call.name == name && call.state == ToolState::Running;
        let waiting = self.turns.iter().rev().take(20).find(|turn| turn.tools.iter().any(is_running));
        let key = match waiting {
            Some(turn) => turn.key,
            None => {
                self.call_tool(name, None, time);
                self.answer(time)
            }
        };
        self.change(key, |turn| {
            if let Some(call) = turn.tools.iter_mut().find(|call| is_running(call)) {
                call.state = state;
                call.seconds = seconds;
            }
        });
    }
}
