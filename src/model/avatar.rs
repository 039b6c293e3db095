//! Coda's current activity: reported by the server, or derived from its events.

use serde::{Deserialize, Serialize};

use super::performance::measured_time;
use crate::protocol::{Event, Instant, TtsResult};

/// Coda's current activity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    #[default]
    Idle,
    Listening,
    /// Working on a reply.
    Thinking,
    Speaking,
    /// The last activity failed.
    Error,
}

impl Mode {
    /// Name on the wire and in the page's `data-mode`.
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

/// Coda's emotion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Emotion {
    #[default]
    Neutral,
    Playful,
    Supportive,
    Concerned,
    Witty,
    Focused,
}

impl Emotion {
    /// Name on the wire and in the page's `data-emotion`.
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

/// Whether Coda's voice can be heard. Its sound goes on after the speech is synthesized, for as long as the audio is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Speaking {
    #[default]
    No,
    /// Speech is being synthesized since this time, and may be heard already.
    Since(Instant),
    /// The audio ends at this time.
    Until(Instant),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Avatar {
    pub mode: Mode,
    pub emotion: Emotion,
    /// Whether Coda's voice can be heard.
    pub speaking: Speaking,
    /// Whether the server reported the emotion on this connection, so that none is derived.
    is_emotion_told: bool,
}

impl Avatar {
    pub fn apply(&mut self, event: &Event, now: Instant) {
        self.speaking = match event {
            Event::TtsStart(_) => Speaking::Since(now),
            Event::TtsResult(result) => self.sound_after(result, now),
            Event::TtsError(_) | Event::TtsStop(_) => Speaking::No,
            _ => self.speaking,
        };
        let mode = match event {
            Event::ModeChange(change) => Mode::from_wire(&change.mode),
            Event::SttStart(_) | Event::SttInterim(_) => Some(Mode::Listening),
            Event::SttResult(_) | Event::LlmStart(_) | Event::LlmToken(_) | Event::ToolCall(_) => Some(Mode::Thinking),
            Event::TtsStart(_) | Event::TtsProgress(_) => Some(Mode::Speaking),
            Event::TtsResult(_) | Event::TtsStop(_) | Event::ConversationEnd(_) => Some(Mode::Idle),
            Event::SttError(_) | Event::LlmError(_) | Event::TtsError(_) => Some(Mode::Error),
            // The reply is complete. Without speech no further event would end the turn.
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

    /// What can be heard once speech is reported. Coda may report it when its sound begins or when it is over: its
    /// audio begins once it is made.
    fn sound_after(&self, result: &TtsResult, now: Instant) -> Speaking {
        let Some(audio) = measured_time(result.audio_duration_seconds) else { return Speaking::No };
        let begun = match (self.speaking, measured_time(result.duration_seconds)) {
            (Speaking::Since(start), Some(made)) => (start + made).min(now),
            _ => now,
        };
        let end = begun + audio;
        if end > now { Speaking::Until(end) } else { Speaking::No }
    }

    /// Takes the emotion that the server reports. Until it reports one, derives it from the current activity.
    fn feel(&mut self, event: &Event, mode: Option<Mode>) {
        if let Event::EmotionChange(change) = event {
            if let Some(emotion) = Emotion::from_wire(&change.emotion) {
                self.emotion = emotion;
                self.is_emotion_told = true;
            }
        } else if !self.is_emotion_told {
            self.emotion = match (event, mode) {
                (Event::ToolError(_), _) | (_, Some(Mode::Error)) => Emotion::Concerned,
                (_, Some(Mode::Thinking)) => Emotion::Focused,
                (_, Some(Mode::Idle | Mode::Listening | Mode::Speaking)) => Emotion::Neutral,
                (_, None) => self.emotion,
            };
        }
    }

    /// Resets the state, since without a connection Coda's activity is unknown.
    pub fn disconnected(&mut self) {
        *self = Self::default();
    }
}
