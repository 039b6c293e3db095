//! Counts how often each component function ran, for the test that shows that events re-run none of them.
//! Without the feature `count-renders` it does nothing.

#[cfg(feature = "count-renders")]
mod counter {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    thread_local! {
        static RUNS: RefCell<BTreeMap<&'static str, usize>> = RefCell::default();
    }

    pub(in crate::ui) fn count(component: &'static str) {
        RUNS.with_borrow_mut(|runs| *runs.entry(component).or_default() += 1);
    }

    /// How often each component function has run since the last call.
    #[must_use]
    pub fn take_renders() -> BTreeMap<&'static str, usize> {
        RUNS.take()
    }
}

#[cfg(feature = "count-renders")]
pub use counter::*;

#[cfg(not(feature = "count-renders"))]
pub(super) const fn count(_component: &'static str) {}
