//! What Coda is doing right now: told by the server, or derived from what it reports of its work.

use crate::protocol::Event;

/// What Coda is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Nothing.
    #[default]
    Idle,
    /// It hears.
    Listening,
    /// It works on an answer.
    Thinking,
    /// It speaks.
    Speaking,
    /// The last thing went wrong.
    Error,
}

impl Mode {
    /// Its name on the wire and in the page's `data-mode`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Listening => "listening",
            Self::Thinking => "thinking",
            Self::Speaking => "speaking",
            Self::Error => "error",
        }
    }

    fn from_wire(mode: &str) -> Option<Self> {
        [Self::Idle, Self::Listening, Self::Thinking, Self::Speaking, Self::Error]
            .into_iter()
            .find(|known| known.name() == mode)
    }
}

/// The avatar's state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Avatar {
    /// What Coda is doing.
    pub mode: Mode,
}

impl Avatar {
    /// Takes an event of the server's.
    pub fn apply(&mut self, event: &Event) {
        self.mode = match event {
            Event::ModeChanged(change) => Mode::from_wire(&change.mode).unwrap_or(self.mode),
            Event::ListeningStarted(_) | Event::ListeningInterim(_) => Mode::Listening,
            Event::ListeningResult(_) | Event::AnswerStarted(_) | Event::AnswerToken(_) | Event::ToolCalled(_) => {
                Mode::Thinking
            }
            Event::SpeechStarted(_) | Event::SpeechProgress(_) => Mode::Speaking,
            Event::SpeechResult(_) | Event::SpeechStopped(_) | Event::ConversationEnd(_) => Mode::Idle,
            Event::ListeningError(_) | Event::AnswerError(_) | Event::SpeechError(_) => Mode::Error,
            // The answer is there; without speech nothing more would come.
            Event::ConversationTurn(turn) if turn.role == "assistant" && self.mode == Mode::Thinking => Mode::Idle,
            Event::ClientMessage(echo) if echo.message_type == "stt_stop" && self.mode == Mode::Listening => Mode::Idle,
            _ => self.mode,
        };
    }

    /// The connection is gone: nothing is known of what Coda does.
    pub const fn disconnected(&mut self) {
        self.mode = Mode::Idle;
    }
}
