//! Pure reducers from link events to what the pages show. Independent of signals and of the browser.

mod autolink;
mod avatar;
mod conversation;
mod entries;
mod export;
mod feedback;
mod highlight;
mod markdown_blocks;
mod memory;
mod memory_log;
mod mini_command;
mod occurrences;
mod performance;
mod pipeline;
mod python_value;
mod system;
mod timing;
mod tool_call;
mod tools;
mod turn;

pub use autolink::{Piece, cut_at_addresses};
pub use avatar::{Avatar, Emotion, Mode, Speaking};
pub use conversation::{Changes, Conversation, ConversationState};
pub use export::{export_json, export_markdown};
pub use feedback::is_taken_for_feedback;
pub use highlight::{CodeKind, highlight};
pub use markdown_blocks::finished_blocks;
pub use memory::{Memories, Memory, MemoryFilter, MemorySort, MemorySource};
pub use memory_log::{Change, ChangeKind, Found, LoggedOperation, LoggedSearch, MemoryLog};
pub use mini_command::{MINI_COMMANDS, MiniCommand, MiniCompletion, mini_completions};
pub use occurrences::occurrences;
pub use performance::{
    Operation, OperationTiming, Partial, Performance, ResourceSample, Summary, TurnLatency, median, percentile, sorted,
};
pub use pipeline::{Pipeline, PipelineStage, StageKind};
pub use python_value::python_value;
pub use system::{ServerError, ServerRun, Service, ServiceState, ServiceStatus, System};
pub(crate) use timing::took;
pub use timing::{
    Comparison, DurationHistory, EndedStage, Gap, GapPart, ModelSpeed, RunningStage, Spread, Stage, StageOutcome,
    StagePart, StageTracker, Timings, TurnEnd, TurnTiming,
};
pub use tool_call::{ToolCall, ToolOutcome};
pub use tools::{CALLS, ToolSummary, ToolUse, Tools};
pub use turn::{Beginning, CutOff, Heard, Outgoing, Role, Turn, TurnKey, TurnStatus};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::link::{MessageStatus, ServerEvent};

/// A model of a data page.
pub trait Model: Clone + Default + Serialize + DeserializeOwned {
    fn apply(&mut self, event: &ServerEvent);

    /// Applies the new state of a message of this page.
    fn apply_message(&mut self, _status: &MessageStatus) {}

    /// Marks the connection as lost.
    fn disconnected(&mut self) {}

    /// Changes with every change of the model.
    fn revision(&self) -> u64;
}
