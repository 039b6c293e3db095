//! The scale of a chart's axis: round numbers around the values, whatever the values are.

/// Values beyond are drawn at the edge: sums and steps near the largest number would overflow.
const LARGEST: f64 = 1e300;
/// About so many steps make an axis.
const STEPS: f64 = 4.0;

/// An axis from `low` in `count` equal steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    step: f64,
    count: u8,
}

impl Scale {
    /// From zero to a round number that is at least `highest`, and at least `least`, which is above zero.
    pub(super) fn from_zero(highest: f64, least: f64) -> Self {
        Self::over(0.0, highest.clamp(least, LARGEST))
    }

    /// Around these values; small changes of large values are not magnified beyond `share` of them.
    pub(super) fn around(lowest: f64, highest: f64, share: f64) -> Self {
        let highest = highest.clamp(1.0, LARGEST);
        let span = (highest - lowest.clamp(0.0, highest)).max(highest * share);
        Self::over((highest - span).max(0.0), highest)
    }

    fn over(low: f64, high: f64) -> Self {
        let step = round_up((high - low) / STEPS);
        let low = (low / step).floor() * step;
        // Between four and six: the step is rounded up, the ends are rounded outwards.
        let count = (1..=6_u8).find(|count| low + step * f64::from(*count) >= high).unwrap_or(6);
        Self { low, step, count }
    }

    /// The numbers at the axis, lowest first.
    pub(super) fn ticks(self) -> impl DoubleEndedIterator<Item = f64> {
        (0..=self.count).map(move |tick| self.low + self.step * f64::from(tick))
    }

    /// Where a value lies, from 0 to 1.
    pub(super) fn fraction(self, value: f64) -> f64 {
        ((value.min(LARGEST) - self.low) / (self.step * f64::from(self.count))).clamp(0.0, 1.0)
    }
}

/// The next of 1, 2, 5, 10, 20, 50 …
fn round_up(value: f64) -> f64 {
    let magnitude = 10_f64.powf(value.log10().floor());
    let digit = value / magnitude;
    let rounded = [1.0, 2.0, 5.0].into_iter().find(|round| digit <= *round).unwrap_or(10.0);
    rounded * magnitude
}
