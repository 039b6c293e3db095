//! Random runs by the hundred thousand, on all cores.

use std::cell::RefCell;
use std::num::NonZero;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Figures of one run, or of many.
pub trait Report: Default + Send + 'static {
    fn add(&mut self, other: Self);
}

/// Runs random operations `CHAOS_RUNS` times. Any broken guarantee fails it with the shrunk operations, so the figures are
/// those of flawless runs. Returns the number of runs, the time they took, and their figures.
pub fn many_runs<S: Strategy, R: Report>(
    operation: impl Fn() -> S + Copy + Send + 'static,
    run: impl Fn(u64, &[S::Value]) -> Result<R, TestCaseError> + Copy + Send + 'static,
) -> (u32, Duration, R)
where
    S::Value: Clone,
{
    let runs: u32 = std::env::var("CHAOS_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(100_000);
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = runs.div_ceil(u32::try_from(threads).unwrap());
    let start = Instant::now();
    let workers: Vec<_> =
        (0..threads).map(|_| std::thread::spawn(move || share_of_runs(share, operation, run))).collect();
    let mut total = R::default();
    for worker in workers {
        total.add(worker.join().expect("every promise is kept"));
    }
    (share * u32::try_from(threads).unwrap(), start.elapsed(), total)
}

fn share_of_runs<S: Strategy, R: Report>(
    runs: u32,
    operation: impl Fn() -> S,
    run: impl Fn(u64, &[S::Value]) -> Result<R, TestCaseError>,
) -> R {
    let total = RefCell::new(R::default());
    let config = ProptestConfig { cases: runs, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&(any::<u64>(), prop::collection::vec(operation(), 1..40)), |(seed, operations)| {
        total.borrow_mut().add(run(seed, &operations)?);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    total.into_inner()
}
