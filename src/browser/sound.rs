//! Short tones for replies and errors.

use std::cell::RefCell;

use web_sys::{AudioContext, OscillatorType};

/// Duration of a tone, in seconds.
const SECONDS: f64 = 0.12;
/// Volume, from 0 to 1.
const GAIN: f32 = 0.08;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// A reply is complete.
    Answer,
    /// An error occurred.
    Error,
}

/// Plays a tone, if the browser permits it.
pub fn play(sound: Sound) {
    // Autoplay policy: a page without a user gesture plays nothing, which is not an error.
    let _ = try_play(match sound {
        Sound::Answer => 880.0,
        Sound::Error => 220.0,
    });
}

thread_local! {
    /// Created for the first tone: a silent page needs none, and a browser allows only a few.
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
