//! The conversation: turns with their tools and errors, and the outcomes of the user's messages.

mod hearing;
mod others;
mod restore;
mod speech;
mod tools;

use std::collections::{BTreeSet, VecDeque};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::tool_call::ToolOutcome;
use super::turn::{Beginning, CutOff, Outgoing, Role, Turn, TurnKey, TurnStatus};
pub use restore::ConversationState;

use others::OthersText;

use crate::link::{Acknowledgement, MessageId, MessageState, MessageStatus, ServerEvent};
use crate::protocol::Event;

/// Default limit on the number of turns; beyond it the oldest is evicted.
const LIMIT: usize = 10_000;
/// Number of most recent entries in which a message without a turn is searched. The queue holds fewer.
const UNBEGUN_AMONG_LAST: usize = 600;

/// What has changed since the last call of [`Conversation::take_changes`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Whether entries were added, removed or reordered.
    pub order: bool,
    /// Entries whose content changed.
    pub turns: BTreeSet<TurnKey>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Conversation {
    #[serde(with = "with_keys")]
    turns: VecDeque<Turn>,
    #[serde(skip, default = "default_limit")]
    limit: usize,
    last_key: u64,
    /// The message from this page that started the current turn, if one did.
    asked: Option<MessageId>,
    /// Entry of the recognition in progress.
    listening: Option<TurnKey>,
    /// Entry of the reply in progress.
    answering: Option<TurnKey>,
    /// User turn that came during the reply in progress. The next event tells whether Coda dropped it or abandoned the reply.
    overlapping: Option<TurnKey>,
    /// Whether the text of the reply in progress is complete.
    has_whole_answer: bool,
    /// Entry of the reply that the end of the connection interrupted, and the run of the server it belongs to. The
    /// server continues it, whether or not anybody receives it.
    interrupted: Option<(TurnKey, u32)>,
    /// What has begun without any entry yet.
    begins: Option<Beginning>,
    /// Number of user turns that the server has started.
    user_turns: u64,
    /// Whether Coda is in a turn, as far as this connection knows.
    is_working: bool,
    /// Texts from this page that Coda read while in a turn.
    read_meanwhile: Vec<TurnKey>,
    /// Run of the server that the last event came from.
    epoch: u32,
    /// Newest entry of the previous run.
    run_began_after: u64,
    /// The question for feedback that waits for an answer.
    feedback: Option<TurnKey>,
    /// The names that Coda gave to this browser's pages. Empty while unknown.
    #[serde(skip)]
    own_clients: Vec<String>,
    /// Texts of other clients that Coda has read, and that began no turn yet.
    #[serde(default)]
    from_others: VecDeque<OthersText>,
    /// Number of evicted turns.
    dropped: u64,
    #[serde(skip)]
    changes: Changes,
    /// Entries that changed since the last call of [`Conversation::take_unsaved`].
    unsaved: BTreeSet<TurnKey>,
}

const fn default_limit() -> usize {
    LIMIT
}

/// Writes entries with their keys, which are otherwise no part of them.
mod with_keys {
    use std::collections::VecDeque;

    use serde::{Deserialize, Deserializer, Serializer};

    use crate::model::turn::{Turn, TurnKey};

    pub(super) fn serialize<S: Serializer>(turns: &VecDeque<Turn>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(turns.iter().map(|turn| (turn.key, turn)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<VecDeque<Turn>, D::Error> {
        let turns = Vec::<(TurnKey, Turn)>::deserialize(deserializer)?;
        Ok(turns.into_iter().map(|(key, turn)| Turn { key, ..turn }).collect())
    }
}

impl Default for Conversation {
    fn default() -> Self {
        Self {
            turns: VecDeque::new(),
            limit: LIMIT,
            last_key: TurnKey::LAST_OF_EARLIER_VISITS.0,
            asked: None,
            listening: None,
            answering: None,
            overlapping: None,
            has_whole_answer: false,
            interrupted: None,
            begins: None,
            user_turns: 0,
            is_working: false,
            read_meanwhile: Vec::new(),
            epoch: 0,
            run_began_after: 0,
            feedback: None,
            own_clients: Vec::new(),
            from_others: VecDeque::new(),
            dropped: 0,
            changes: Changes::default(),
            unsaved: BTreeSet::new(),
        }
    }
}

impl Conversation {
    /// Returns all entries, oldest first.
    #[must_use]
    pub const fn turns(&self) -> &VecDeque<Turn> {
        &self.turns
    }

    /// Sets the limit on the number of entries.
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

    #[must_use]
    pub fn turn(&self, key: TurnKey) -> Option<&Turn> {
        // Usually near the end.
        self.turns.iter().rev().find(|turn| turn.key == key)
    }

    /// Returns the number of evicted entries.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Returns what has changed since the last call.
    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// Marks everything as changed for the next [`Self::take_changes`].
    pub fn change_all(&mut self) {
        self.changes = Changes { order: true, turns: self.turns.iter().map(|turn| turn.key).collect() };
    }

    /// Applies a message's new state. Only texts appear in the conversation.
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
        if matches!(status.state, MessageState::Cancelled(_)) {
            // It was erased, and what was to be said of it with it.
            return;
        }
        let text = status.command.text().unwrap_or_default();
        let key = self.push(Role::User, text.to_owned(), false, status.created.wall);
        let (id, command, state) = (status.id, status.command.clone(), status.state.clone());
        self.change(key, |turn| {
            turn.outgoing = Some(Outgoing { id, command, state, turn_status: TurnStatus::Awaited, sent_again: false });
        });
    }

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

    pub fn apply_event(&mut self, happened: &ServerEvent) {
        let time = happened.time;
        if happened.epoch != self.epoch {
            self.epoch = happened.epoch;
            self.interrupted = None;
            self.give_up_tools();
            self.run_began_after = self.last_key;
            self.asked = None;
            self.feedback = None;
            self.from_others.clear();
        }
        match &happened.event {
            Event::ClientMessage(echo) if happened.answers.is_none() => self.note_other(echo),
            Event::ConversationStart(_) => self.begin_session(),
            Event::SttStart(_) => self.stop_listening(),
            Event::SttInterim(interim) => self.apply_transcript(&interim.text, true, time),
            Event::SttResult(result) => {
                self.apply_transcript(&result.text, false, time);
                self.rate_transcript(result);
            }
            Event::TtsStart(start) => self.speak(start.text.as_deref().unwrap_or_default(), time),
            Event::SttError(error) => {
                self.stop_listening();
                self.fail(Role::System, error.message.clone(), time);
            }
            Event::ConversationTurn(turn) => self.said(Role::from_wire(&turn.role), &turn.content, time),
            Event::LlmStart(_) => {
                self.interrupted = None;
                self.abandon_answer();
                self.answer(time);
            }
            Event::LlmToken(token) => {
                if token.token_index == Some(0) {
                    self.abandon_answer();
                } else {
                    self.resume();
                }
                let key = self.answer(time);
                self.change(key, |turn| turn.text.push_str(&token.token));
            }
            Event::LlmResult(result) => {
                self.resume();
                let key = self.answer(time);
                self.has_whole_answer = result.has_tool_calls == Some(false);
                self.change(key, |turn| turn.text.clone_from(&result.text));
            }
            Event::LlmError(error) => {
                self.ignore_overlapping();
                let key = self.answer(time);
                self.answering = None;
                self.give_up_tools();
                self.change(key, |turn| {
                    turn.is_open = false;
                    turn.errors.push(error.message.clone());
                });
            }
            Event::TtsError(error) => self.fail(Role::Assistant, error.message.clone(), time),
            Event::SystemError(error) => {
                let key = self.push(Role::System, String::new(), false, time);
                self.change(key, |turn| turn.errors.push(error.message.clone()));
            }
            Event::ToolCall(call) => self.call_tool(&call.tool_name, call.parameters.clone(), time),
            Event::ToolResult(answer) => {
                let done = ToolOutcome::Done { result: answer.result_preview.clone() };
                self.end_tool(&answer.tool_name, done, answer.duration_seconds, time);
            }
            Event::ToolError(error) => {
                self.end_tool(
                    &error.tool_name,
                    ToolOutcome::Failed { message: error.message.clone(), details: error.details.clone() },
                    None,
                    time,
                );
            }
            _ => {}
        }
    }

    /// Applies an event that the user gave to the page, and marks the entries that it changes.
    pub fn apply_synthetic(&mut self, happened: &ServerEvent) {
        let unsaved = std::mem::take(&mut self.unsaved);
        self.apply_event(happened);
        let touched = std::mem::replace(&mut self.unsaved, unsaved);
        for key in touched {
            self.change(key, |turn| turn.is_synthetic = true);
        }
    }

    /// Ends everything in progress, since its events will be missed.
    pub fn disconnected(&mut self) {
        self.stop_listening();
        self.give_up_tools();
        self.is_working = false;
        self.read_meanwhile.clear();
        if let Some(key) = self.answering.take() {
            self.interrupted = Some((key, self.epoch));
            let cut_off = (!self.has_whole_answer).then_some(CutOff::ConnectionEnded);
            self.change(key, |turn| {
                turn.is_open = false;
                turn.cut_off = cut_off;
            });
        }
        self.overlapping = None;
    }

    /// Another reply begins. If a user turn came during the one in progress, that one will not continue.
    fn abandon_answer(&mut self) {
        let Some(user) = self.overlapping.take() else { return };
        self.asked = self.turn(user).and_then(|turn| turn.outgoing.as_ref()).map(|own| own.id);
        if let Some(key) = self.answering.take() {
            self.change(key, |turn| {
                turn.is_open = false;
                turn.cut_off = Some(CutOff::Abandoned);
            });
        }
    }

    /// The reply in progress continues, so Coda dropped the user turn that came during it.
    fn ignore_overlapping(&mut self) {
        if let Some(user) = self.overlapping.take() {
            self.change(user, |turn| turn.is_ignored = true);
        }
    }

    /// Continues the reply in progress, or the one that the end of the connection interrupted.
    fn resume(&mut self) {
        self.ignore_overlapping();
        let interrupted = self.interrupted.take().filter(|(_, epoch)| *epoch == self.epoch);
        if let (None, Some((key, _))) = (self.answering, interrupted) {
            self.answering = Some(key);
            self.change(key, |turn| {
                turn.is_open = true;
                turn.cut_off = None;
            });
        }
    }

    /// From now on, entries come from the server at this address.
    pub fn change_server(&mut self, url: &str) {
        self.disconnected();
        self.interrupted = None;
        self.asked = None;
        self.begins = (!self.turns.is_empty()).then(|| Beginning::Server(url.into()));
    }

    /// Removes entries that the user deleted. What is in progress goes on in an entry of its own.
    pub fn remove(&mut self, is_deleted: impl Fn(TurnKey) -> bool) {
        self.turns.retain(|turn| !is_deleted(turn.key));
        for key in [&mut self.listening, &mut self.answering, &mut self.overlapping, &mut self.feedback] {
            key.take_if(|key| is_deleted(*key));
        }
        self.interrupted.take_if(|(key, _)| is_deleted(*key));
        self.read_meanwhile.retain(|key| !is_deleted(*key));
        self.unsaved.retain(|key| !is_deleted(*key));
        if self.turns.is_empty() {
            self.begins = None;
        }
        self.changes.order = true;
    }

    /// What has begun without any entry yet.
    #[must_use]
    pub const fn begins(&self) -> Option<&Beginning> {
        self.begins.as_ref()
    }

    /// Starts a session above the texts that are still waiting, since they will be said in it. Texts among them that will
    /// never be said do not matter.
    fn begin_session(&mut self) {
        let state = |turn: &Turn| turn.outgoing.as_ref().map(|own| own.state.clone());
        let is_unsaid = |turn: &&Turn| {
            state(turn).is_some_and(|state| state.is_waiting() || matches!(state, MessageState::Written { .. }))
        };
        let is_never_said = |turn: &Turn| {
            use MessageState::{Cancelled, Expired, Failed, Suppressed};
            matches!(state(turn), Some(Cancelled(_) | Expired | Failed(_) | Suppressed { .. }))
        };
        let newest = self.turns.iter().rev().take_while(|turn| is_unsaid(turn) || is_never_said(turn));
        match newest.filter(is_unsaid).last().map(|turn| turn.key) {
            Some(first) => self.change(first, |turn| {
                turn.begins.get_or_insert(Beginning::Session);
            }),
            // A new server begins a session of its own.
            None => {
                self.begins.get_or_insert(Beginning::Session);
            }
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
            cut_off: None,
            is_ignored: false,
            is_synthetic: false,
            sent_by: None,
            time,
            begins: self.begins.take(),
            number: None,
            tools: Vec::new(),
            errors: Vec::new(),
            outgoing: None,
            heard: None,
            answers: self.asked.filter(|_| role == Role::Assistant),
        });
        self.drop_oldest();
        self.changes.order = true;
        self.unsaved.insert(key);
        key
    }

    fn change(&mut self, key: TurnKey, edit: impl FnOnce(&mut Turn)) {
        if let Some(turn) = self.turns.iter_mut().rev().find(|turn| turn.key == key) {
            edit(turn);
            self.changes.turns.insert(key);
            self.unsaved.insert(key);
        }
    }

    fn said(&mut self, role: Role, content: &str, time: DateTime<Utc>) {
        match role {
            Role::User => self.interrupted = None,
            Role::Assistant => self.resume(),
            Role::System | Role::Speech => {}
        }
        if role != Role::System {
            self.give_up_tools();
        }
        let known = match role {
            Role::User => self
                .take_transcript(content)
                .or_else(|| self.own_message(content, TurnStatus::Awaited))
                .or_else(|| self.own_message(content, TurnStatus::Dropped))
                .or_else(|| self.listening.take()),
            Role::Assistant => self.answering.take(),
            Role::System | Role::Speech => None,
        };
        let sent_by = if role == Role::User && known.is_none() { self.sender_of(content) } else { None };
        let number = (role == Role::User).then(|| {
            self.user_turns += 1;
            self.user_turns
        });
        let key = known.unwrap_or_else(|| self.push(role, String::new(), false, time));
        self.change(key, |turn| {
            content.clone_into(&mut turn.text);
            turn.is_open = false;
            turn.number = number;
            turn.sent_by = sent_by;
            if let Some(own) = &mut turn.outgoing {
                own.turn_status = TurnStatus::Begun;
            }
        });
        match role {
            Role::Assistant => {
                self.end_feedback();
                self.is_working = false;
                self.asked = None;
                self.mark_dropped();
            }
            Role::User => {
                self.is_working = true;
                if self.answering.is_some() {
                    self.overlapping = Some(key);
                } else {
                    self.asked = self.turn(key).and_then(|turn| turn.outgoing.as_ref()).map(|own| own.id);
                }
            }
            Role::System | Role::Speech => {}
        }
    }

    /// Marks the texts that Coda read during a reply, now complete, as dropped.
    fn mark_dropped(&mut self) {
        for key in std::mem::take(&mut self.read_meanwhile) {
            self.change_outgoing(key, |own| {
                if own.turn_status == TurnStatus::Awaited {
                    own.turn_status = TurnStatus::Dropped;
                }
            });
        }
    }

    /// Returns the oldest message from this page with this text and status.
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

    /// Returns the reply in progress, or starts one.
    fn answer(&mut self, time: DateTime<Utc>) -> TurnKey {
        self.is_working = true;
        self.has_whole_answer = false;
        let key = self.answering.unwrap_or_else(|| self.push(Role::Assistant, String::new(), true, time));
        self.answering = Some(key);
        key
    }

    /// Adds an error to the last entry if it is of `role`, or to a new one.
    fn fail(&mut self, role: Role, message: String, time: DateTime<Utc>) {
        let last = self.turns.back().filter(|turn| turn.role == role && role != Role::System).map(|turn| turn.key);
        let key = last.unwrap_or_else(|| self.push(role, String::new(), false, time));
        self.change(key, |turn| turn.errors.push(message));
    }
}

/// Whether the server may have read a message in this state.
const fn may_begin_a_turn(state: &MessageState) -> bool {
    matches!(state, MessageState::Written { .. } | MessageState::Unconfirmed | MessageState::Delivered(_))
}
