//! A tool call, as the conversation and the list of calls show it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Outcome shown for a call whose result was missed.
pub const NO_RESULT: &str = "no result came";

/// A tool call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Name of the tool.
    pub name: String,
    /// Arguments, free-form; also `None` if the call itself was missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Value>,
    pub outcome: ToolOutcome,
    /// Duration in seconds, if the server reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// Outcome of a tool call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolOutcome {
    Running,
    Done {
        /// Beginning of the result: text, or JSON in the tool's own shape.
        result: Option<Value>,
    },
    Failed {
        /// The error message.
        message: String,
        /// Additional, free-form information.
        details: Option<Value>,
    },
    /// The turn, the connection or the server's run ended before the result.
    NoResult,
}

impl ToolCall {
    pub(super) fn new(name: &str, parameters: Option<Value>) -> Self {
        Self { name: name.to_owned(), parameters, outcome: ToolOutcome::Running, seconds: None }
    }

    #[must_use]
    pub fn is_running(&self) -> bool {
        self.outcome == ToolOutcome::Running
    }

    pub(super) fn is_running_as(&self, name: &str) -> bool {
        self.name == name && self.is_running()
    }

    /// Whether it was given up, perhaps too early.
    pub(super) fn is_given_up_as(&self, name: &str) -> bool {
        self.name == name && self.outcome == ToolOutcome::NoResult
    }

    pub(super) fn give_up(&mut self) {
        self.outcome = ToolOutcome::NoResult;
    }

    pub(super) fn end(&mut self, outcome: ToolOutcome, seconds: Option<f64>) {
        self.outcome = outcome;
        self.seconds = seconds;
    }
}

impl ToolOutcome {
    /// Value of `data-state` in the page.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done { .. } => "done",
            Self::Failed { .. } => "failed",
            Self::NoResult => "no-result",
        }
    }

    #[must_use]
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Running => "running…",
            Self::Done { .. } => "done",
            Self::Failed { .. } => "failed",
            Self::NoResult => NO_RESULT,
        }
    }

    /// Describes it in an exported conversation.
    #[must_use]
    pub fn exported(&self) -> String {
        match self {
            Self::Running => "no result yet".to_owned(),
            Self::Done { result: None } => "done".to_owned(),
            Self::Done { result: Some(Value::String(result)) } => result.clone(),
            Self::Done { result: Some(result) } => result.to_string(),
            Self::Failed { message, .. } => format!("failed: {message}"),
            Self::NoResult => NO_RESULT.to_owned(),
        }
    }
}
