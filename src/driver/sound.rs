//! Short tones, for those who want to hear that an answer is there.

use std::cell::RefCell;

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

thread_local! {
    /// Made with the first tone: a page without sounds needs none, and a browser allows only a few.
    static AUDIO: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
}

fn try_play(frequency: f32) -> Option<()> {
    let audio = AUDIO.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = AudioContext::new().ok();
        }
        kept.clone()
    })?;
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
