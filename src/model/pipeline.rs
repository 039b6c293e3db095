//! How far the turn is that runs: the stages that it has been through, with their times.

use crate::link::ServerEvent;
use crate::protocol::{Event, Instant};

/// A kind of work on a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    /// Coda hears.
    Listening,
    /// The language model works on the answer; it may wait for tools meanwhile.
    Thinking,
    /// Tools are used.
    Tools,
    /// Coda speaks.
    Speaking,
}

impl StageKind {
    /// All stages, in the order of a turn.
    pub const ALL: [Self; 4] = [Self::Listening, Self::Thinking, Self::Tools, Self::Speaking];

    /// Its name, for the page's `data-stage`.
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

/// A stage of a turn. Work of a kind that is taken up again is the same stage: from its first to its last moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PipelineStage {
    /// The kind of work.
    pub kind: StageKind,
    /// When it began.
    pub started: Instant,
    /// When it ended; `None` while it is under way.
    pub ended: Option<Instant>,
}

/// How far the turn is that runs, or that ran last.
#[derive(Debug, Default)]
pub struct Pipeline {
    /// One of each kind at most.
    stages: Vec<PipelineStage>,
    /// Words were understood that no turn has begun with yet.
    heard: bool,
    /// Tools that were called and have not answered.
    running_tools: u32,
    revision: u64,
}

impl Pipeline {
    /// Takes an event of the server's.
    pub fn apply(&mut self, event: &ServerEvent) {
        let at = event.at.mono;
        match &event.event {
            Event::ListeningStarted(_) => {
                self.clear();
                self.begin(StageKind::Listening, at);
            }
            Event::ListeningResult(result) => {
                self.heard = !result.text.trim().is_empty();
                self.end(StageKind::Listening, at);
            }
            Event::ListeningError(_) => self.end(StageKind::Listening, at),
            Event::ClientMessage(echo) if echo.message_type == "stt_stop" => self.end(StageKind::Listening, at),
            Event::ConversationTurn(turn) if turn.role == "user" => {
                let listened = self.stages.last().is_some_and(|stage| stage.kind == StageKind::Listening);
                if !(self.heard && listened) {
                    self.clear();
                }
                self.heard = false;
                self.begin(StageKind::Thinking, at);
            }
            Event::AnswerStarted(_) => self.begin(StageKind::Thinking, at),
            Event::AnswerError(_) => self.end_answer(at),
            Event::ConversationTurn(turn) if turn.role == "assistant" => self.end_answer(at),
            Event::ToolCalled(_) => {
                self.running_tools = self.running_tools.saturating_add(1);
                self.begin(StageKind::Tools, at);
            }
            Event::ToolAnswered(_) | Event::ToolFailed(_) => {
                self.running_tools = self.running_tools.saturating_sub(1);
                if self.running_tools == 0 {
                    self.end(StageKind::Tools, at);
                }
            }
            Event::SpeechStarted(_) => self.begin(StageKind::Speaking, at),
            Event::SpeechResult(_) | Event::SpeechError(_) | Event::SpeechStopped(_) => {
                self.end(StageKind::Speaking, at);
            }
            _ => {}
        }
    }

    /// The connection is gone: nothing is known of the turn.
    pub fn disconnected(&mut self) {
        self.clear();
    }

    /// Counts the changes of what this shows.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The stages, in the order in which they began. Thinking goes on while tools are used.
    #[must_use]
    pub fn stages(&self) -> &[PipelineStage] {
        &self.stages
    }

    /// The stage under way that began last.
    #[must_use]
    pub fn current(&self) -> Option<PipelineStage> {
        self.stages.iter().rfind(|stage| stage.ended.is_none()).copied()
    }

    fn clear(&mut self) {
        self.heard = false;
        self.running_tools = 0;
        if !self.stages.is_empty() {
            self.stages.clear();
            self.revision += 1;
        }
    }

    /// The answer is complete or failed: a tool that has not answered by then never will.
    fn end_answer(&mut self, at: Instant) {
        self.end(StageKind::Thinking, at);
        self.end(StageKind::Tools, at);
        self.running_tools = 0;
    }

    fn begin(&mut self, kind: StageKind, at: Instant) {
        match self.stages.iter_mut().find(|stage| stage.kind == kind) {
            Some(stage) if stage.ended.is_none() => return,
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
