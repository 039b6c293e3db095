//! Short tones, for those who want to hear that an answer is there.

use web_sys::{AudioContext, OscillatorType};

/// How long a tone lasts, in seconds.
const SECONDS: f64 = 0.12;
/// How loud it is, from 0 to 1.
const GAIN: f32 = 0.08;

/// What there is to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// An answer is complete.
    Answer,
    /// Something went wrong.
    Error,
}

/// Plays a tone, where the browser lets it be heard.
pub fn play(sound: Sound) {
    // A browser that has not been clicked in yet plays nothing, which is no fault of anybody's.
    let _ = try_play(match sound {
        Sound::Answer => 880.0,
        Sound::Error => 220.0,
    });
}

fn try_play(frequency: f32) -> Option<()> {
    let audio = AudioContext::new().ok()?;
    let tone = audio.create_oscillator().ok()?;
    tone.set_type(OscillatorType::Sine);
    tone.frequency().set_value(frequency);
    let gain = audio.create_gain().ok()?;
    gain.gain().set_value(GAIN);
    tone.connect_with_audio_node(&gain).ok()?;
    gain.connect_with_audio_node(&audio.destination()).ok()?;
    tone.start().ok()?;
    tone.stop_with_when(audio.current_time() + SECONDS).ok()
}
