//! The browser's clocks and randomness.

use std::cell::Cell;

use web_sys::Performance;

use crate::protocol::{Instant, Moment, utc_from_millis};

/// Advances up to this are only the difference between clocks that agree.
const JUMP_MILLIS: f64 = 100.0;

thread_local! {
    // Cached: it is read several times per event, and the lookup costs more than the reading.
    static MONOTONIC: Option<(Performance, f64)> = web_sys::window()
        .and_then(|window| window.performance())
        .map(|clock| (clock.clone(), clock.time_origin()));
    /// How much another tab's clock was ahead.
    static CAUGHT_UP: Cell<f64> = const { Cell::new(0.0) };
    static JUMPS: Cell<u32> = const { Cell::new(0) };
}

/// Returns the monotonic clock in milliseconds since 1970, as far as all tabs agree. It runs on when the wall clock is
/// set, but a tab that opens later starts from the wall clock of then, so tabs catch up with each other.
pub(super) fn millis() -> f64 {
    MONOTONIC.with(|clock| clock.as_ref().map_or(0.0, |(clock, origin)| origin + clock.now())) + CAUGHT_UP.get()
}

/// Advances this tab's clock to that of another tab, if that is ahead.
pub(super) fn catch_up(other: f64) {
    let ahead = other - millis();
    if ahead.is_finite() && ahead > 0.0 {
        CAUGHT_UP.set(CAUGHT_UP.get() + ahead);
        if ahead > JUMP_MILLIS {
            JUMPS.set(JUMPS.get().wrapping_add(1));
        }
    }
}

/// Returns how often the clock has jumped, so that timers armed before are late.
pub(crate) fn clock_jumps() -> u32 {
    JUMPS.get()
}

/// Reads both clocks.
#[must_use]
pub fn now() -> Moment {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "microseconds since 1970 fit")]
    let mono = Instant::from_micros((millis() * 1_000.0) as u64);
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970")]
    let wall = utc_from_millis(js_sys::Date::now() as i64);
    Moment { mono, wall }
}

/// Returns the milliseconds until a timer for `at` is due, rounded up: a timer that fires early
/// would have to be armed again.
#[must_use]
pub fn millis_until(at: Instant) -> u32 {
    u32::try_from(at.duration_since(now().mono).as_micros().div_ceil(1_000)).unwrap_or(u32::MAX)
}

/// Returns a random seed, different for each page.
pub(crate) fn seed() -> u64 {
    let mut bytes = [0; 8];
    let filled = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    // Fallback for pages without `crypto`.
    if filled { u64::from_le_bytes(bytes) } else { js_sys::Math::random().to_bits() ^ js_sys::Date::now().to_bits() }
}
