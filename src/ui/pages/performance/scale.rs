//! Axis with round numbers, for any values.

/// Larger values are clamped, because sums and steps near `f64::MAX` would overflow.
const LARGEST: f64 = 1e300;
/// Approximate number of steps of an axis.
const STEPS: f64 = 4.0;

/// An axis of `count` equal steps from `low`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    step: f64,
    count: u8,
}

impl Scale {
    /// From zero to a round number of at least `highest` and `least`, which must be positive.
    pub(super) fn from_zero(highest: f64, least: f64) -> Self {
        Self::over(0.0, highest.clamp(least, LARGEST))
    }

    /// Covers both values. The range is at least `share` of `highest`, so that small changes of large values are not
    /// magnified.
    pub(super) fn around(lowest: f64, highest: f64, share: f64) -> Self {
        let highest = highest.clamp(1.0, LARGEST);
        let span = (highest - lowest.clamp(0.0, highest)).max(highest * share);
        Self::over((highest - span).max(0.0), highest)
    }

    fn over(low: f64, high: f64) -> Self {
        let step = round_up((high - low) / STEPS);
        let low = (low / step).floor() * step;
        // Four to six steps, because the step is rounded up and both ends are rounded outwards.
        let count = (1..=6_u8).find(|count| low + step * f64::from(*count) >= high).unwrap_or(6);
        Self { low, step, count }
    }

    /// Tick values, lowest first.
    pub(super) fn ticks(self) -> impl DoubleEndedIterator<Item = f64> {
        (0..=self.count).map(move |tick| self.low + self.step * f64::from(tick))
    }

    /// Position of a value on the axis, from 0 to 1.
    pub(super) fn fraction(self, value: f64) -> f64 {
        ((value.min(LARGEST) - self.low) / (self.step * f64::from(self.count))).clamp(0.0, 1.0)
    }
}

/// Rounds up to the next of 1, 2, 5, 10, 20, 50 …
fn round_up(value: f64) -> f64 {
    let magnitude = 10_f64.powf(value.log10().floor());
    let digit = value / magnitude;
    let rounded = [1.0, 2.0, 5.0].into_iter().find(|round| digit <= *round).unwrap_or(10.0);
    rounded * magnitude
}
