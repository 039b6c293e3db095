//! The debugger's experiments. They deliberately make things worse until they are turned off or the page is closed.

use leptos::prelude::*;

use super::page_signal::PageSignal;

use crate::sim::Conditions;

#[derive(Clone, Copy, Debug)]
pub struct Experiments {
    /// Whether queue gap, in-flight window and deduplication are off.
    pub unprotected: PageSignal<bool>,
    /// The simulated network conditions, if any.
    pub conditions: PageSignal<Option<Conditions>>,
}

impl Experiments {
    pub(super) fn new() -> Self {
        Self { unprotected: PageSignal::new(false), conditions: PageSignal::new(None) }
    }

    /// Whether any experiment is running.
    #[must_use]
    pub fn any(&self) -> bool {
        self.unprotected.get() || self.conditions.with(Option::is_some)
    }
}
