//! A component's interval.

use std::time::Duration;

use leptos::prelude::*;

/// Runs `act` at an interval until the component is disposed.
pub(in crate::ui) fn every(interval: Duration, act: impl Fn() + 'static) {
    if let Ok(interval) = set_interval_with_handle(act, interval) {
        on_cleanup(move || interval.clear());
    }
}
