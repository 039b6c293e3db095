//! The debugger's experiments: what makes things worse on purpose, for as long as the page is open.

use leptos::prelude::*;

use super::page_signal;

use crate::sim::Conditions;

/// The experiments that run.
#[derive(Clone, Copy, Debug)]
pub struct Experiments {
    /// Queue gap, window and deduplication are off.
    pub unprotected: RwSignal<bool>,
    /// The network is this bad.
    pub conditions: RwSignal<Option<Conditions>>,
}

impl Experiments {
    pub(super) fn new() -> Self {
        Self { unprotected: page_signal::signal(false), conditions: page_signal::signal(None) }
    }

    /// Whether any of them runs.
    #[must_use]
    pub fn any(&self) -> bool {
        self.unprotected.get() || self.conditions.with(Option::is_some)
    }
}
