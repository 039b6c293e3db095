//! The stages of Coda's work, from the event that starts one to the event that ends it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::protocol::{Event, Moment};

/// A stage, with the model or tool that does the work where events name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stage {
    /// The microphone is open.
    Listening,
    /// The microphone was closed, and what was heard is being recognized.
    Recognition,
    /// The user has said something, and the language model has not started.
    Preparing,
    /// The language model works; the name is the model's.
    Model(Arc<str>),
    /// A tool runs.
    Tool(Arc<str>),
    /// Speech is being synthesized.
    Speech,
}

impl Stage {
    /// The part of Coda that does the work.
    #[must_use]
    pub const fn part(&self) -> StagePart {
        match self {
            Self::Listening => StagePart::Listening,
            Self::Recognition => StagePart::Recognition,
            Self::Preparing => StagePart::Preparing,
            Self::Model(_) => StagePart::Model,
            Self::Tool(_) => StagePart::Tool,
            Self::Speech => StagePart::Speech,
        }
    }

    /// Name of the model or tool, or of the stage.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Model(name) | Self::Tool(name) if !name.is_empty() => name,
            _ => self.part().name(),
        }
    }
}

/// A kind of stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StagePart {
    Listening,
    Recognition,
    Preparing,
    Model,
    Tool,
    Speech,
}

impl StagePart {
    pub const ALL: [Self; 6] =
        [Self::Listening, Self::Recognition, Self::Preparing, Self::Model, Self::Tool, Self::Speech];

    /// The name in settings and findings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Listening => "listening",
            Self::Recognition => "recognition",
            Self::Preparing => "preparing",
            Self::Model => "model",
            Self::Tool => "tool",
            Self::Speech => "speech",
        }
    }

    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Listening => "Listening",
            Self::Recognition => "Recognition",
            Self::Preparing => "Preparing",
            Self::Model => "Language model",
            Self::Tool => "Tool",
            Self::Speech => "Speech synthesis",
        }
    }
}

/// How a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageOutcome {
    Done,
    /// An error event of its part ended it.
    Failed,
    /// The user stopped it.
    Stopped,
    /// Something else began, so its end was missed or never came.
    Abandoned,
}

/// A stage in progress. `M` marks its start, such as the row of the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningStage<M> {
    pub stage: Stage,
    pub since: Moment,
    pub mark: M,
}

/// A stage that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedStage<M> {
    pub running: RunningStage<M>,
    pub at: Moment,
    pub outcome: StageOutcome,
}

/// Follows the stages through the events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StageTracker<M> {
    /// In the order of their start. Only tools may run several at a time.
    running: Vec<RunningStage<M>>,
}

impl<M> Default for StageTracker<M> {
    fn default() -> Self {
        Self { running: Vec::new() }
    }
}

impl<M: Clone> StageTracker<M> {
    /// Applies an event, and returns the stages that it ended. Replayed events must not be passed: their times are
    /// those of the replay.
    pub fn apply(&mut self, event: &Event, at: Moment, mark: &M) -> Vec<EndedStage<M>> {
        let mut step = Step { tracker: self, at, mark, ended: Vec::new() };
        match event {
            Event::SttStart(_) => {
                step.end(&[StagePart::Listening, StagePart::Recognition], StageOutcome::Abandoned);
                step.start(Stage::Listening);
            }
            Event::ClientMessage(echo) if echo.message_type == "stt_stop" && step.is_running(StagePart::Listening) => {
                step.end(&[StagePart::Listening], StageOutcome::Done);
                step.start(Stage::Recognition);
            }
            Event::SttResult(_) => {
                step.end(&[StagePart::Listening, StagePart::Recognition], StageOutcome::Done);
            }
            Event::SttError(_) => {
                step.end(&[StagePart::Listening, StagePart::Recognition], StageOutcome::Failed);
            }
            // Coda drops a text that it reads while the model works.
            Event::ConversationTurn(turn) if turn.role == "user" && !step.is_running(StagePart::Model) => {
                step.end(&[StagePart::Preparing, StagePart::Tool], StageOutcome::Abandoned);
                step.start(Stage::Preparing);
            }
            Event::LlmStart(start) => {
                step.end(&[StagePart::Preparing], StageOutcome::Done);
                step.end(&[StagePart::Model, StagePart::Tool], StageOutcome::Abandoned);
                step.start(Stage::Model(start.model.as_deref().unwrap_or_default().into()));
            }
            Event::LlmToken(_) => {
                step.end(&[StagePart::Preparing], StageOutcome::Done);
            }
            Event::LlmResult(_) => {
                step.end(&[StagePart::Preparing, StagePart::Model], StageOutcome::Done);
            }
            Event::LlmError(_) => {
                step.end(&[StagePart::Preparing, StagePart::Model], StageOutcome::Failed);
                step.end(&[StagePart::Tool], StageOutcome::Abandoned);
            }
            Event::ConversationTurn(turn) if turn.role == "assistant" => {
                step.end(&[StagePart::Preparing, StagePart::Model], StageOutcome::Done);
                step.end(&[StagePart::Tool], StageOutcome::Abandoned);
            }
            Event::ToolCall(call) => {
                step.end(&[StagePart::Preparing], StageOutcome::Done);
                step.start(Stage::Tool(call.tool_name.as_str().into()));
            }
            Event::ToolResult(result) => step.end_tool(&result.tool_name, StageOutcome::Done),
            Event::ToolError(error) => step.end_tool(&error.tool_name, StageOutcome::Failed),
            Event::TtsStart(_) => {
                step.end(&[StagePart::Preparing], StageOutcome::Done);
                step.end(&[StagePart::Speech], StageOutcome::Abandoned);
                step.start(Stage::Speech);
            }
            Event::TtsResult(_) => {
                step.end(&[StagePart::Speech], StageOutcome::Done);
            }
            Event::TtsError(_) => {
                step.end(&[StagePart::Speech], StageOutcome::Failed);
            }
            Event::TtsStop(_) => {
                step.end(&[StagePart::Speech], StageOutcome::Stopped);
            }
            _ => {}
        }
        step.ended
    }

    /// Forgets all stages, because events were or will be missed.
    pub fn reset(&mut self) {
        self.running.clear();
    }

    /// The stages in progress, in the order of their start.
    #[must_use]
    pub fn running(&self) -> &[RunningStage<M>] {
        &self.running
    }
}

/// The application of one event.
struct Step<'a, M> {
    tracker: &'a mut StageTracker<M>,
    at: Moment,
    mark: &'a M,
    ended: Vec<EndedStage<M>>,
}

impl<M: Clone> Step<'_, M> {
    fn is_running(&self, part: StagePart) -> bool {
        self.tracker.running.iter().any(|running| running.stage.part() == part)
    }

    fn start(&mut self, stage: Stage) {
        self.tracker.running.push(RunningStage { stage, since: self.at, mark: self.mark.clone() });
    }

    /// Ends all stages of these parts.
    fn end(&mut self, parts: &[StagePart], outcome: StageOutcome) {
        let at = self.at;
        let gone = self.tracker.running.extract_if(.., |running| parts.contains(&running.stage.part()));
        self.ended.extend(gone.map(|running| EndedStage { running, at, outcome }));
    }

    /// Ends the oldest call of a tool: results name only the tool, and come in the order of the calls.
    fn end_tool(&mut self, name: &str, outcome: StageOutcome) {
        let is_it = |running: &RunningStage<M>| matches!(&running.stage, Stage::Tool(tool) if **tool == *name);
        if let Some(place) = self.tracker.running.iter().position(is_it) {
            let running = self.tracker.running.remove(place);
            self.ended.push(EndedStage { running, at: self.at, outcome });
        }
    }
}
