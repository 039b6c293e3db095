//! Tool calls with their outcomes, and statistics of each tool.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::performance::{mean, measured};
use super::tool_call::{ToolCall, ToolOutcome};
use crate::bounded::push_bounded;
use crate::link::ServerEvent;
use crate::protocol::Event;

/// Capacity for calls. Nobody reads more, and each holds free-form values of the server.
pub const CALLS: usize = 1_000;

/// A tool call with its place among all calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolUse {
    /// Number from 1, unique for the lifetime of the page.
    pub number: u64,
    /// Time of the call, or of its end if the call itself was missed.
    pub time: DateTime<Utc>,
    /// Number of user turns that had started by then.
    pub turn_number: u64,
    pub call: ToolCall,
}

/// Statistics of one tool over the stored calls.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolSummary {
    pub name: String,
    /// Number of calls.
    pub count: usize,
    /// Number of failed calls.
    pub failures: usize,
    /// Fraction of failures among the calls with a known outcome, from 0 to 1.
    pub failure_rate: Option<f64>,
    /// Mean of the reported durations, in seconds.
    pub mean_seconds: Option<f64>,
    /// Longest reported duration, in seconds.
    pub max_seconds: Option<f64>,
    /// Time of the latest call.
    pub last_used: DateTime<Utc>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tools {
    uses: VecDeque<ToolUse>,
    last_number: u64,
    user_turns: u64,
    /// Run of the server that the last event came from.
    epoch: u32,
    /// Last call of the previous run.
    run_began_after: u64,
    revision: u64,
}

impl super::Model for Tools {
    fn apply(&mut self, event: &ServerEvent) {
        self.apply(event);
    }

    fn disconnected(&mut self) {
        self.disconnected();
    }

    fn revision(&self) -> u64 {
        self.revision()
    }
}

impl Tools {
    pub fn apply(&mut self, event: &ServerEvent) {
        if event.epoch != self.epoch {
            self.epoch = event.epoch;
            self.give_up_running();
            self.run_began_after = self.last_number;
        }
        match &event.event {
            Event::ConversationTurn(turn) if turn.role == "user" => {
                self.give_up_running();
                self.user_turns += 1;
            }
            Event::ConversationTurn(turn) if turn.role == "assistant" => self.give_up_running(),
            Event::LlmError(_) => self.give_up_running(),
            Event::ToolCall(call) => {
                self.add(ToolCall::new(&call.tool_name, call.parameters.clone()), event.time);
            }
            Event::ToolResult(answer) => {
                let done = ToolOutcome::Done { result: answer.result_preview.clone() };
                self.end(&answer.tool_name, done, measured(answer.duration_seconds), event.time);
            }
            Event::ToolError(error) => {
                let failed = ToolOutcome::Failed { message: error.message.clone(), details: error.details.clone() };
                self.end(&error.tool_name, failed, None, event.time);
            }
            _ => {}
        }
    }

    /// Returns the call with this number, unless it has been evicted.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&ToolUse> {
        let first = self.uses.front()?.number;
        self.uses.get(usize::try_from(number.checked_sub(first)?).ok()?)
    }

    /// Marks running calls as without result, since their results will be missed.
    pub fn disconnected(&mut self) {
        self.give_up_running();
    }

    /// Incremented with each visible change.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns all calls in order.
    #[must_use]
    pub const fn uses(&self) -> &VecDeque<ToolUse> {
        &self.uses
    }

    /// Returns the statistics of each tool, by name.
    #[must_use]
    pub fn summaries(&self) -> Vec<ToolSummary> {
        let mut by_name: BTreeMap<&str, Vec<&ToolUse>> = BTreeMap::new();
        for tool_use in &self.uses {
            by_name.entry(&tool_use.call.name).or_default().push(tool_use);
        }
        by_name.into_iter().filter_map(|(name, uses)| ToolSummary::of(name, &uses)).collect()
    }

    fn give_up_running(&mut self) {
        for tool_use in self.uses.iter_mut().filter(|tool_use| tool_use.call.is_running()) {
            tool_use.call.give_up();
            self.revision += 1;
        }
    }

    fn add(&mut self, call: ToolCall, time: DateTime<Utc>) {
        self.last_number += 1;
        let tool_use = ToolUse { number: self.last_number, time, turn_number: self.user_turns, call };
        push_bounded(&mut self.uses, tool_use, CALLS);
        self.revision += 1;
    }

    /// Applies a result. Results name only the tool, so it goes to the oldest running call of that name. If
    /// there is none, it goes to a call of the last turn that was given up too early, for example while the
    /// connection was briefly down.
    fn end(&mut self, name: &str, outcome: ToolOutcome, seconds: Option<f64>, time: DateTime<Utc>) {
        let is_running = |one: &ToolUse| one.call.is_running_as(name);
        let is_given_up = |one: &ToolUse| {
            let is_of_last_turn = one.number > self.run_began_after && one.turn_number == self.user_turns;
            one.call.is_given_up_as(name) && is_of_last_turn
        };
        let at = self.uses.iter().position(is_running).or_else(|| self.uses.iter().rposition(is_given_up));
        if let Some(waiting) = at.and_then(|at| self.uses.get_mut(at)) {
            waiting.call.end(outcome, seconds);
            self.revision += 1;
        } else {
            let mut call = ToolCall::new(name, None);
            call.end(outcome, seconds);
            self.add(call, time);
        }
    }
}

impl ToolSummary {
    #[expect(clippy::cast_precision_loss, reason = "counts of the uses kept")]
    fn of(name: &str, uses: &[&ToolUse]) -> Option<Self> {
        let failures = uses.iter().filter(|one| matches!(one.call.outcome, ToolOutcome::Failed { .. })).count();
        let ended = failures + uses.iter().filter(|one| matches!(one.call.outcome, ToolOutcome::Done { .. })).count();
        let seconds = || uses.iter().filter_map(|one| one.call.seconds);
        Some(Self {
            name: name.to_owned(),
            count: uses.len(),
            failures,
            failure_rate: (ended > 0).then(|| failures as f64 / ended as f64),
            mean_seconds: mean(seconds()),
            max_seconds: seconds().max_by(f64::total_cmp),
            last_used: uses.iter().map(|one| one.time).max()?,
        })
    }
}
