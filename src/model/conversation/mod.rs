//! The conversation: turns with their tools and errors, and what became of one's own messages.

mod hearing;
mod tools;

use std::collections::{BTreeSet, VecDeque};

use chrono::{DateTime, Utc};

use super::turn::{Outgoing, Role, ToolState, Turn, TurnKey, TurnStatus};
use crate::link::{Acknowledgement, MessageId, MessageState, MessageStatus, ServerEvent};
use crate::protocol::Event;

/// Turns kept until another limit is set; beyond, the oldest goes.
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
#[derive(Debug)]
pub struct Conversation {
    turns: VecDeque<Turn>,
    limit: usize,
    last_key: u64,
    /// The message from this page that Coda is at, if its turn began with one.
    asked: Option<MessageId>,
    /// The recognition that is under way.
    listening: Option<TurnKey>,
    /// The answer that is under way.
    answering: Option<TurnKey>,
    /// The answer that was under way when the connection ended, and the run of the server's that was at it: the
    /// server goes on with it, heard or not.
    interrupted: Option<(TurnKey, u32)>,
    /// A session has begun and nothing was said in it yet.
    session_began: bool,
    /// Turns that the server has begun for the user.
    user_turns: u64,
    /// Coda is at a turn, as far as this connection has heard.
    is_working: bool,
    /// Own texts that Coda read while it was at a turn.
    read_meanwhile: Vec<TurnKey>,
    /// The run of the server's that the last event came from.
    epoch: u32,
    /// The newest entry of the run before.
    run_began_after: u64,
    /// Turns that had to go for newer ones.
    dropped: u64,
    changes: Changes,
}

impl Default for Conversation {
    fn default() -> Self {
        Self {
            turns: VecDeque::new(),
            limit: LIMIT,
            last_key: 0,
            asked: None,
            listening: None,
            answering: None,
            interrupted: None,
            session_began: false,
            user_turns: 0,
            is_working: false,
            read_meanwhile: Vec::new(),
            epoch: 0,
            run_began_after: 0,
            dropped: 0,
            changes: Changes::default(),
        }
    }
}

impl Conversation {
    /// All entries, oldest first.
    #[must_use]
    pub const fn turns(&self) -> &VecDeque<Turn> {
        &self.turns
    }

    /// How many entries are kept from now on.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
        self.drop_oldest();
    }

    fn drop_oldest(&mut self) {
        while self.turns.len() > self.limit {
            self.turns.pop_front();
            self.dropped += 1;
            self.changes.order = true;
        }
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

    /// Has the next call of [`Self::take_changes`] tell of everything.
    pub fn change_all(&mut self) {
        self.changes = Changes { order: true, turns: self.turns.iter().map(|turn| turn.key).collect() };
    }

    /// Takes a message's new state; those that say something appear in the conversation.
    pub fn apply_message(&mut self, status: &MessageStatus) {
        if status.command.text().is_none() {
            return;
        }
        if let Some(key) = self.sent_as(status.id) {
            self.change_outgoing(key, |own| own.state = status.state.clone());
            if self.is_working && status.state == MessageState::Delivered(Acknowledgement::Echo) {
                self.read_meanwhile.push(key);
            }
            return;
        }
        if let Some(replaced) = status.resend_of.and_then(|resend_of| self.sent_as(resend_of)) {
            self.change_outgoing(replaced, |own| own.sent_again = true);
        }
        let text = status.command.text().unwrap_or_default();
        let key = self.push(Role::User, text.to_owned(), false, status.created.wall);
        let (id, command, state) = (status.id, status.command.clone(), status.state.clone());
        self.change(key, |turn| {
            turn.outgoing = Some(Outgoing { id, command, state, turn_status: TurnStatus::Awaited, sent_again: false });
        });
    }

    /// The entry of the message `id`.
    fn sent_as(&self, id: MessageId) -> Option<TurnKey> {
        let is_it = |turn: &&Turn| turn.outgoing.as_ref().is_some_and(|own| own.id == id);
        self.turns.iter().rev().find(is_it).map(|turn| turn.key)
    }

    fn change_outgoing(&mut self, key: TurnKey, edit: impl FnOnce(&mut Outgoing)) {
        self.change(key, |turn| {
            if let Some(own) = &mut turn.outgoing {
                edit(own);
            }
        });
    }

    /// Takes an event of the server's.
    pub fn apply_event(&mut self, happened: &ServerEvent) {
        let time = happened.time;
        if happened.epoch != self.epoch {
            self.epoch = happened.epoch;
            self.interrupted = None;
            self.give_up_tools();
            self.run_began_after = self.last_key;
            self.asked = None;
        }
        match &happened.event {
            Event::ConversationStart(_) => self.begin_session(),
            Event::ListeningStarted(_) => self.stop_listening(),
            Event::ListeningInterim(interim) => self.hear(&interim.text, true, time),
            Event::ListeningResult(result) => self.hear(&result.text, false, time),
            Event::ListeningError(error) => {
                self.stop_listening();
                self.fail(Role::System, error.message.clone(), time);
            }
            Event::ConversationTurn(turn) => self.said(Role::from_wire(&turn.role), &turn.content, time),
            Event::AnswerStarted(_) => {
                self.interrupted = None;
                self.answer(time);
            }
            Event::AnswerToken(token) => {
                if token.token_index.is_none_or(|index| index > 0) {
                    self.resume();
                }
                let key = self.answer(time);
                self.change(key, |turn| turn.text.push_str(&token.token));
            }
            Event::AnswerResult(result) => {
                self.resume();
                let key = self.answer(time);
                self.change(key, |turn| turn.text.clone_from(&result.text));
            }
            Event::AnswerError(error) => {
                let key = self.answer(time);
                self.answering = None;
                self.give_up_tools();
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
        self.give_up_tools();
        self.is_working = false;
        self.read_meanwhile.clear();
        if let Some(key) = self.answering.take() {
            self.interrupted = Some((key, self.epoch));
            self.change(key, |turn| {
                turn.is_open = false;
                turn.is_cut_off = true;
            });
        }
    }

    /// Goes on with the answer that the connection's end interrupted.
    fn resume(&mut self) {
        let interrupted = self.interrupted.take().filter(|(_, epoch)| *epoch == self.epoch);
        if let (None, Some((key, _))) = (self.answering, interrupted) {
            self.answering = Some(key);
            self.change(key, |turn| {
                turn.is_open = true;
                turn.is_cut_off = false;
            });
        }
    }

    /// Texts that still wait will be said in the new session, so it begins above them.
    fn begin_session(&mut self) {
        let is_unsaid = |turn: &&Turn| {
            let state = turn.outgoing.as_ref().map(|own| &own.state);
            state.is_some_and(|state| state.is_waiting() || matches!(state, MessageState::Written { .. }))
        };
        match self.turns.iter().rev().take_while(is_unsaid).last().map(|turn| turn.key) {
            Some(first) => self.change(first, |turn| turn.begins_session = true),
            None => self.session_began = true,
        }
    }

    fn push(&mut self, role: Role, text: String, is_open: bool, time: DateTime<Utc>) -> TurnKey {
        self.last_key += 1;
        let key = TurnKey(self.last_key);
        self.turns.push_back(Turn {
            key,
            role,
            text,
            is_open,
            is_cut_off: false,
            time,
            begins_session: std::mem::take(&mut self.session_began),
            number: None,
            tools: Vec::new(),
            errors: Vec::new(),
            outgoing: None,
            answers: self.asked.filter(|_| role == Role::Assistant),
        });
        self.drop_oldest();
        self.changes.order = true;
        key
    }

    fn change(&mut self, key: TurnKey, edit: impl FnOnce(&mut Turn)) {
        if let Some(turn) = self.turns.iter_mut().rev().find(|turn| turn.key == key) {
            edit(turn);
            self.changes.turns.insert(key);
        }
    }

    fn said(&mut self, role: Role, content: &str, time: DateTime<Utc>) {
        match role {
            Role::User => self.interrupted = None,
            Role::Assistant => self.resume(),
            Role::System => {}
        }
        if role != Role::System {
            self.give_up_tools();
        }
        let known = match role {
            Role::User => self
                .heard(content)
                .or_else(|| self.own_message(content, TurnStatus::Awaited))
                .or_else(|| self.own_message(content, TurnStatus::PassedOver))
                .or_else(|| self.listening.take()),
            Role::Assistant => self.answering.take(),
            Role::System => None,
        };
        let number = (role == Role::User).then(|| {
            self.user_turns += 1;
            self.user_turns
        });
        let key = known.unwrap_or_else(|| self.push(role, String::new(), false, time));
        self.change(key, |turn| {
            content.clone_into(&mut turn.text);
            turn.is_open = false;
            turn.number = number;
            if let Some(own) = &mut turn.outgoing {
                own.turn_status = TurnStatus::Begun;
            }
        });
        match role {
            Role::Assistant => {
                self.is_working = false;
                self.asked = None;
                self.pass_over();
            }
            Role::User => {
                self.is_working = true;
                self.asked = self.turn(key).and_then(|turn| turn.outgoing.as_ref()).map(|own| own.id);
                // A new question: an older answer that never ended will not go on.
                if let Some(key) = self.answering.take() {
                    self.change(key, |turn| turn.is_open = false);
                }
            }
            Role::System => {}
        }
    }

    /// An answer is complete: what Coda has read meanwhile it has dropped.
    fn pass_over(&mut self) {
        for key in std::mem::take(&mut self.read_meanwhile) {
            self.change_outgoing(key, |own| {
                if own.turn_status == TurnStatus::Awaited {
                    own.turn_status = TurnStatus::PassedOver;
                }
            });
        }
    }

    /// The oldest own message with this text and this uptake.
    fn own_message(&self, content: &str, turn_status: TurnStatus) -> Option<TurnKey> {
        let is_it = |turn: &&Turn| {
            turn.outgoing.as_ref().is_some_and(|own| {
                own.turn_status == turn_status
                    && !own.sent_again
                    && may_begin_a_turn(&own.state)
                    && own.command.text().is_some_and(|text| text.trim() == content.trim())
            })
        };
        self.turns.iter().rev().take(UNBEGUN_AMONG_LAST).rfind(is_it).map(|turn| turn.key)
    }

    /// The answer that is under way, or a new one.
    fn answer(&mut self, time: DateTime<Utc>) -> TurnKey {
        self.is_working = true;
        let key = self.answering.unwrap_or_else(|| self.push(Role::Assistant, String::new(), true, time));
        self.answering = Some(key);
        key
    }

    /// Puts an error to the last turn of `role`, or into one of its own.
    fn fail(&mut self, role: Role, message: String, time: DateTime<Utc>) {
        let last = self.turns.back().filter(|turn| turn.role == role && role != Role::System).map(|turn| turn.key);
        let key = last.unwrap_or_else(|| self.push(role, String::new(), false, time));
        self.change(key, |turn| turn.errors.push(message));
    }
}

/// Whether the server can have read a message in this state.
const fn may_begin_a_turn(state: &MessageState) -> bool {
    matches!(state, MessageState::Written { .. } | MessageState::Unconfirmed | MessageState::Delivered(_))
}
