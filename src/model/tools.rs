//! The tools that Coda has used: each call with what came of it, and figures of each tool.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};

use serde_json::Value;

use super::performance::{mean, measured, push_bounded};
use crate::link::ServerEvent;
use crate::protocol::Event;

/// Calls kept; beyond, the oldest goes. More is not read, and each holds the server's free-form values.
pub const CALLS: usize = 1_000;

/// A use of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolUse {
    /// Counts the uses from 1 and names this one for as long as the page lives.
    pub number: u64,
    /// The tool.
    pub name: String,
    /// With what, free-form; `None` also where the call was missed.
    pub parameters: Option<Value>,
    /// When it was called; where that was missed, when it ended.
    pub time: DateTime<Utc>,
    /// What came of it.
    pub outcome: ToolOutcome,
    /// How long it took, in seconds, where the server told.
    pub seconds: Option<f64>,
    /// How many of the user's turns had begun by then.
    pub turn_number: u64,
}

/// What came of a tool's use.
#[derive(Clone, Debug, PartialEq)]
pub enum ToolOutcome {
    /// Nothing yet.
    Running,
    /// It answered.
    Done {
        /// How the answer begins: text, or JSON of the tool's own.
        result: Option<Value>,
    },
    /// It failed.
    Failed {
        /// What happened.
        message: String,
        /// More about it, free-form.
        details: Option<Value>,
    },
    /// Its turn, the connection or the server's run ended before its result.
    NoResult,
}

/// Figures of one tool, over the uses kept.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolSummary {
    /// The tool.
    pub name: String,
    /// How often it was used.
    pub count: usize,
    /// How often it failed.
    pub failures: usize,
    /// The part that failed of the uses whose end is known, from 0 to 1.
    pub failure_rate: Option<f64>,
    /// Mean of the durations that the server told, in seconds.
    pub mean_seconds: Option<f64>,
    /// Longest of them, in seconds.
    pub max_seconds: Option<f64>,
    /// When it was used last.
    pub last_used: DateTime<Utc>,
}

/// The tools that Coda has used.
#[derive(Debug, Default)]
pub struct Tools {
    uses: VecDeque<ToolUse>,
    last_number: u64,
    user_turns: u64,
    /// The run of the server's that the last event came from.
    epoch: u32,
    /// The last use of the run before.
    run_began_after: u64,
    revision: u64,
}

impl Tools {
    /// Takes an event of the server's.
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
            Event::AnswerError(_) => self.give_up_running(),
            Event::ToolCalled(call) => {
                self.add(&call.tool_name, call.parameters.clone(), ToolOutcome::Running, None, event.time);
            }
            Event::ToolAnswered(answer) => {
                let done = ToolOutcome::Done { result: answer.result_preview.clone() };
                self.end(&answer.tool_name, done, measured(answer.duration_seconds), event.time);
            }
            Event::ToolFailed(error) => {
                let failed = ToolOutcome::Failed { message: error.message.clone(), details: error.details.clone() };
                self.end(&error.tool_name, failed, None, event.time);
            }
            _ => {}
        }
    }

    /// The use of this number, where it is kept.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&ToolUse> {
        let first = self.uses.front()?.number;
        self.uses.get(usize::try_from(number.checked_sub(first)?).ok()?)
    }

    /// The connection is gone: results of what runs will not be heard.
    pub fn disconnected(&mut self) {
        self.give_up_running();
    }

    /// Counts the changes of what this shows.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// All uses, in the order of the calls.
    #[must_use]
    pub const fn uses(&self) -> &VecDeque<ToolUse> {
        &self.uses
    }

    /// Figures of each tool, by name.
    #[must_use]
    pub fn summaries(&self) -> Vec<ToolSummary> {
        let mut by_name: BTreeMap<&str, Vec<&ToolUse>> = BTreeMap::new();
        for tool_use in &self.uses {
            by_name.entry(&tool_use.name).or_default().push(tool_use);
        }
        by_name.into_iter().filter_map(|(name, uses)| ToolSummary::of(name, &uses)).collect()
    }

    fn give_up_running(&mut self) {
        for tool_use in self.uses.iter_mut().filter(|tool_use| tool_use.outcome == ToolOutcome::Running) {
            tool_use.outcome = ToolOutcome::NoResult;
            self.revision += 1;
        }
    }

    fn add(
        &mut self,
        name: &str,
        parameters: Option<Value>,
        outcome: ToolOutcome,
        seconds: Option<f64>,
        time: DateTime<Utc>,
    ) {
        self.last_number += 1;
        let (number, name, turn_number) = (self.last_number, name.to_owned(), self.user_turns);
        let tool_use = ToolUse { number, name, parameters, time, outcome, seconds, turn_number };
        push_bounded(&mut self.uses, tool_use, CALLS);
        self.revision += 1;
    }

    /// Results name only the tool: the oldest running call of that name is the one. The last turn's call may also have
    /// been given up too early, as when the connection was away for a moment.
    fn end(&mut self, name: &str, outcome: ToolOutcome, seconds: Option<f64>, time: DateTime<Utc>) {
        let is_running = |one: &ToolUse| one.name == name && one.outcome == ToolOutcome::Running;
        let is_given_up = |one: &ToolUse| {
            let is_of_last_turn = one.number > self.run_began_after && one.turn_number == self.user_turns;
            one.name == name && one.outcome == ToolOutcome::NoResult && is_of_last_turn
        };
        let at = self.uses.iter().position(is_running).or_else(|| self.uses.iter().rposition(is_given_up));
        if let Some(waiting) = at.and_then(|at| self.uses.get_mut(at)) {
            waiting.outcome = outcome;
            waiting.seconds = seconds;
            self.revision += 1;
        } else {
            self.add(name, None, outcome, seconds, time);
        }
    }
}

impl ToolSummary {
    #[expect(clippy::cast_precision_loss, reason = "counts of the uses kept")]
    fn of(name: &str, uses: &[&ToolUse]) -> Option<Self> {
        let failures = uses.iter().filter(|one| matches!(one.outcome, ToolOutcome::Failed { .. })).count();
        let ended = failures + uses.iter().filter(|one| matches!(one.outcome, ToolOutcome::Done { .. })).count();
        let seconds = || uses.iter().filter_map(|one| one.seconds);
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
