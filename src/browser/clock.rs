//! The browser's clocks and randomness.

use web_sys::Performance;

use crate::protocol::{Instant, Moment, utc_from_millis};

thread_local! {
    // Cached: it is read several times per event, and the lookup costs more than the reading.
    static MONOTONIC: Option<Performance> = web_sys::window().and_then(|window| window.performance());
}

/// Reads both clocks.
#[must_use]
pub fn now() -> Moment {
    let monotonic_millis = MONOTONIC.with(|clock| clock.as_ref().map_or(0.0, Performance::now));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds since the page's start")]
    let mono = Instant::from_micros((monotonic_millis * 1_000.0) as u64);
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
