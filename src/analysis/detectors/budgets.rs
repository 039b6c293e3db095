//! Limits that the user sets for stages.

use std::time::Duration;

use crate::model::StagePart;

/// The longest time that each stage should take; `None` without a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budgets([Option<Duration>; StagePart::ALL.len()]);

impl Budgets {
    #[must_use]
    pub const fn of(&self, part: StagePart) -> Option<Duration> {
        self.0[part as usize]
    }

    #[must_use]
    pub const fn with(mut self, part: StagePart, budget: Option<Duration>) -> Self {
        self.0[part as usize] = budget;
        self
    }
}
