//! Tool calls in the conversation.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Conversation;
use crate::model::tool_call::{ToolCall, ToolOutcome};
use crate::model::turn::{Turn, TurnKey};

/// Number of most recent entries in which a call without a result is searched.
const RECENT: usize = 20;

impl Conversation {
    pub(super) fn call_tool(&mut self, name: &str, parameters: Option<Value>, time: DateTime<Utc>) {
        let key = self.answer(time);
        self.change(key, |turn| turn.tools.push(ToolCall::new(name, parameters)));
    }

    /// Applies a result. Results name only the tool, so it goes to the oldest running call of that name. If
    /// there is none, it goes to a call of the last turn that was given up too early, for example while the
    /// connection was briefly down.
    pub(super) fn end_tool(&mut self, name: &str, outcome: ToolOutcome, seconds: Option<f64>, time: DateTime<Utc>) {
        let is_running = |call: &ToolCall| call.is_running_as(name);
        let is_given_up = |call: &ToolCall| call.is_given_up_as(name);
        let running = self.turns.iter().rev().take(RECENT).find(|turn| turn.tools.iter().any(is_running));
        let last_turn = self.turns.iter().rev().take(RECENT).take_while(|turn| turn.number.is_none());
        let mut of_this_run = last_turn.filter(|turn| turn.key.0 > self.run_began_after);
        let waiting = running.or_else(|| of_this_run.find(|turn| turn.tools.iter().any(is_given_up)));
        let key = if let Some(turn) = waiting {
            turn.key
        } else {
            self.call_tool(name, None, time);
            self.answer(time)
        };
        self.change(key, |turn| {
            let at = turn.tools.iter().position(is_running).or_else(|| turn.tools.iter().rposition(is_given_up));
            if let Some(call) = at.and_then(|at| turn.tools.get_mut(at)) {
                call.end(outcome, seconds);
            }
        });
    }

    /// Marks all running calls as without result, after the end of their turn, the connection or the server's run.
    pub(super) fn give_up_tools(&mut self) {
        let waits = |turn: &&Turn| turn.tools.iter().any(ToolCall::is_running);
        let keys: Vec<TurnKey> = self.turns.iter().rev().take(RECENT).filter(waits).map(|turn| turn.key).collect();
        for key in keys {
            self.change(key, |turn| {
                turn.tools.iter_mut().filter(|call| call.is_running()).for_each(ToolCall::give_up);
            });
        }
    }
}
