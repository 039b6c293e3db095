//! Tools in the conversation: calls and what came of them.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Conversation;
use crate::model::turn::{ToolCall, ToolState};

impl Conversation {
    pub(super) fn call_tool(&mut self, name: &str, parameters: Option<Value>, time: DateTime<Utc>) {
        let key = self.answer(time);
        let call = ToolCall { name: name.to_owned(), parameters, state: ToolState::Running, seconds: None };
        self.change(key, |turn| turn.tools.push(call));
    }

    /// Results name only the tool: the oldest running call of that name is the one.
    pub(super) fn end_tool(&mut self, name: &str, state: ToolState, seconds: Option<f64>, time: DateTime<Utc>) {
        let is_running = |call: &ToolCall| call.name == name && call.state == ToolState::Running;
        let waiting = self.turns.iter().rev().take(20).find(|turn| turn.tools.iter().any(is_running));
        let key = if let Some(turn) = waiting {
            turn.key
        } else {
            self.call_tool(name, None, time);
            self.answer(time)
        };
        self.change(key, |turn| {
            if let Some(call) = turn.tools.iter_mut().find(|call| is_running(call)) {
                call.state = state;
                call.seconds = seconds;
            }
        });
    }
}
