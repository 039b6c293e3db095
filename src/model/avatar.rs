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

/// How Coda looks at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Emotion {
    /// As always.
    #[default]
    Neutral,
    /// In a mood to play.
    Playful,
    /// Encouraging.
    Supportive,
    /// Worried.
    Concerned,
    /// In a mood to joke.
    Witty,
    /// At work with its mind.
    Focused,
}

impl Emotion {
    /// Its name on the wire and in the page's `data-emotion`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Playful => "playful",
            Self::Supportive => "supportive",
            Self::Concerned => "concerned",
            Self::Witty => "witty",
            Self::Focused => "focused",
        }
    }

    fn from_wire(emotion: &str) -> Option<Self> {
        [Self::Neutral, Self::Playful, Self::Supportive, Self::Concerned, Self::Witty, Self::Focused]
            .into_iter()
            .find(|known| known.name() == emotion)
    }
}

/// The avatar's state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Avatar {
    /// What Coda is doing.
    pub mode: Mode,
    /// How it looks at it.
    pub emotion: Emotion,
    /// The server tells the emotion itself, on this connection.
    is_emotion_told: bool,
}

impl Avatar {
    /// Takes an event of the server's.
    pub fn apply(&mut self, event: &Event) {
        let mode = match event {
            Event::ModeChanged(change) => Mode::from_wire(&change.mode),
            Event::ListeningStarted(_) | Event::ListeningInterim(_) => Some(Mode::Listening),
            Event::ListeningResult(_) | Event::AnswerStarted(_) | Event::AnswerToken(_) | Event::ToolCalled(_) => {
                Some(Mode::Thinking)
            }
            Event::SpeechStarted(_) | Event::SpeechProgress(_) => Some(Mode::Speaking),
            Event::SpeechResult(_) | Event::SpeechStopped(_) | Event::ConversationEnd(_) => Some(Mode::Idle),
            Event::ListeningError(_) | Event::AnswerError(_) | Event::SpeechError(_) => Some(Mode::Error),
            // The answer is there; without speech nothing more would come.
            Event::ConversationTurn(turn) if turn.role == "assistant" && self.mode == Mode::Thinking => {
                Some(Mode::Idle)
            }
            Event::ClientMessage(echo) if echo.message_type == "stt_stop" && self.mode == Mode::Listening => {
                Some(Mode::Idle)
            }
            _ => None,
        };
        self.mode = mode.unwrap_or(self.mode);
        self.feel(event, mode);
    }

    /// Follows the emotion that the server tells; until it tells one, the work under way.
    fn feel(&mut self, event: &Event, mode: Option<Mode>) {
        if let Event::EmotionChanged(change) = event {
            if let Some(emotion) = Emotion::from_wire(&change.emotion) {
                self.emotion = emotion;
                self.is_emotion_told = true;
            }
        } else if !self.is_emotion_told {
            self.emotion = match (event, mode) {
                (Event::ToolFailed(_), _) | (_, Some(Mode::Error)) => Emotion::Concerned,
                (_, Some(Mode::Thinking)) => Emotion::Focused,
                (_, Some(Mode::Idle | Mode::Listening | Mode::Speaking)) => Emotion::Neutral,
                (_, None) => self.emotion,
            };
        }
    }

    /// The connection is gone: nothing is known of what Coda does.
    pub fn disconnected(&mut self) {
        *self = Self::default();
    }
}
