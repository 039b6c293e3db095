//! Progress of the current turn: its stages with their times.

use serde::{Deserialize, Serialize};

use crate::link::ServerEvent;
use crate::protocol::{Event, Instant};

/// A stage of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StageKind {
    Listening,
    /// The language model generates the reply, or waits for tools.
    Thinking,
    Tools,
    Speaking,
}

impl StageKind {
    /// All stages in the order of a turn.
    pub const ALL: [Self; 4] = [Self::Listening, Self::Thinking, Self::Tools, Self::Speaking];

    /// Name in the page's `data-stage`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Listening => "listening",
            Self::Thinking => "thinking",
            Self::Tools => "tools",
            Self::Speaking => "speaking",
        }
    }
}

/// A stage with its times. Resumed work of the same kind extends the stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PipelineStage {
    pub kind: StageKind,
    pub started: Instant,
    /// `None` while in progress.
    pub ended: Option<Instant>,
}

/// Progress of the current or the last turn.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Pipeline {
    /// At most one of each kind.
    stages: Vec<PipelineStage>,
    /// Whether speech was recognized since the last user turn.
    take_transcript: bool,
    /// Number of calls without a result.
    running_tools: u32,
    revision: u64,
}

impl super::Model for Pipeline {
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

impl Pipeline {
    pub fn apply(&mut self, event: &ServerEvent) {
        let at = event.at.mono;
        match &event.event {
            Event::SttStart(_) => {
                self.clear();
                self.begin(StageKind::Listening, at);
            }
            Event::SttResult(result) => {
                self.take_transcript = !result.text.trim().is_empty();
                self.end(StageKind::Listening, at);
            }
            Event::SttError(_) => self.end(StageKind::Listening, at),
            Event::ClientMessage(echo) if echo.message_type == "stt_stop" => self.end(StageKind::Listening, at),
            Event::ConversationTurn(turn) if turn.role == "user" => {
                let listened = self.stages.last().is_some_and(|stage| stage.kind == StageKind::Listening);
                if !(self.take_transcript && listened) {
                    // Coda may still speak the answer before.
                    let is_speech = |stage: &&PipelineStage| stage.kind == StageKind::Speaking && stage.ended.is_none();
                    let speaking = self.stages.iter().find(is_speech).copied();
                    self.clear();
                    self.stages.extend(speaking);
                }
                self.take_transcript = false;
                self.begin(StageKind::Thinking, at);
            }
            Event::LlmStart(_) => self.begin(StageKind::Thinking, at),
            Event::LlmError(_) => self.end_answer(at),
            Event::ConversationTurn(turn) if turn.role == "assistant" => self.end_answer(at),
            Event::ToolCall(_) => {
                self.running_tools = self.running_tools.saturating_add(1);
                self.begin(StageKind::Tools, at);
            }
            Event::ToolResult(_) | Event::ToolError(_) => {
                self.running_tools = self.running_tools.saturating_sub(1);
                if self.running_tools == 0 {
                    self.end(StageKind::Tools, at);
                }
            }
            Event::TtsStart(_) => self.begin(StageKind::Speaking, at),
            Event::TtsResult(_) | Event::TtsError(_) | Event::TtsStop(_) => {
                self.end(StageKind::Speaking, at);
            }
            _ => {}
        }
    }

    /// Clears the stages, since without a connection the turn's progress is unknown.
    pub fn disconnected(&mut self) {
        self.clear();
    }

    /// Incremented with each visible change.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns the stages in the order of their start. Thinking continues while tools are used.
    #[must_use]
    pub fn stages(&self) -> &[PipelineStage] {
        &self.stages
    }

    /// Returns the most recently started stage in progress.
    #[must_use]
    pub fn current(&self) -> Option<PipelineStage> {
        self.stages.iter().rfind(|stage| stage.ended.is_none()).copied()
    }

    fn clear(&mut self) {
        self.take_transcript = false;
        self.running_tools = 0;
        if !self.stages.is_empty() {
            self.stages.clear();
            self.revision += 1;
        }
    }

    /// Ends the reply, complete or failed. A tool that has not returned a result by then never will.
    fn end_answer(&mut self, at: Instant) {
        self.end(StageKind::Thinking, at);
        self.end(StageKind::Tools, at);
        self.running_tools = 0;
    }

    fn begin(&mut self, kind: StageKind, at: Instant) {
        match self.stages.iter_mut().find(|stage| stage.kind == kind) {
            Some(stage) if stage.ended.is_none() => return,
            // Coda speaks a text at once: what follows is another one, such as an answer that waited.
            Some(stage) if kind == StageKind::Speaking => {
                *stage = PipelineStage { kind, started: at, ended: None };
            }
            Some(stage) => stage.ended = None,
            None => self.stages.push(PipelineStage { kind, started: at, ended: None }),
        }
        self.revision += 1;
    }

    fn end(&mut self, kind: StageKind, at: Instant) {
        let is_open = |stage: &&mut PipelineStage| stage.kind == kind && stage.ended.is_none();
        if let Some(stage) = self.stages.iter_mut().find(is_open) {
            stage.ended = Some(at);
            self.revision += 1;
        }
    }
}
