//! A listener without a page.

use coda_dashboard::driver::{Batch, Listener};

pub struct Hears<F>(pub F);

impl<F: FnMut(Batch)> Listener for Hears<F> {
    fn apply(&mut self, batch: Batch) {
        (self.0)(batch);
    }

    fn snapshot(&mut self) -> Option<String> {
        None
    }

    fn left(&mut self, _others_go_on: bool) {}

    fn reset(&mut self, _snapshot: Option<String>) {}
}
