//! Delay before the next connection attempt: exponential backoff with full jitter.
//!
//! Full jitter, a uniformly random delay between zero and the bound, keeps many dashboards from reconnecting to a
//! restarted server at the same moment.

use std::time::Duration;

use super::config::LinkConfig;

/// Who is waiting for the connection; selects the upper bound of the backoff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BackoffProfile {
    /// A message in flight, whose outcome can be found only while the server remembers it.
    MessageInFlight,
    /// A user who may be looking.
    Visible,
    /// Nobody: the page is hidden.
    Hidden,
}

/// Returns a random delay after `failures` failed attempts in a row.
pub(super) fn wait(
    config: &LinkConfig,
    failures: u32,
    backoff_profile: BackoffProfile,
    rng: &mut fastrand::Rng,
) -> Duration {
    let limit = match backoff_profile {
        BackoffProfile::MessageInFlight => config.backoff_limit_in_flight,
        BackoffProfile::Visible => config.backoff_limit,
        BackoffProfile::Hidden => config.backoff_limit_hidden,
    };
    let ceiling = config.backoff_first.saturating_mul(1 << failures.min(16)).min(limit);
    ceiling.mul_f64(rng.f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest(failures: u32, backoff_profile: BackoffProfile) -> Duration {
        let mut rng = fastrand::Rng::with_seed(7);
        (0..500).map(|_| wait(&LinkConfig::default(), failures, backoff_profile, &mut rng)).max().unwrap_or_default()
    }

    #[test]
    fn the_first_try_comes_within_a_quarter_of_a_second() {
        assert!(longest(0, BackoffProfile::Visible) <= Duration::from_millis(250));
    }

    #[test]
    fn the_wait_doubles_up_to_ten_seconds() {
        assert!(
            longest(3, BackoffProfile::Visible) > Duration::from_millis(1_900)
                && longest(3, BackoffProfile::Visible) <= Duration::from_secs(2)
        );
        assert!(
            longest(60, BackoffProfile::Visible) > Duration::from_millis(9_900)
                && longest(60, BackoffProfile::Visible) <= Duration::from_secs(10)
        );
    }

    #[test]
    fn a_message_in_flight_shortens_the_wait() {
        assert!(longest(60, BackoffProfile::MessageInFlight) <= Duration::from_secs(1));
    }

    #[test]
    fn a_hidden_page_waits_longer() {
        assert!(longest(60, BackoffProfile::Hidden) > Duration::from_secs(20));
    }
}
