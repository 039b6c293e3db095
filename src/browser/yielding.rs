//! Lets the browser handle input and draw in the middle of long work.

use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// The browser's `Scheduler`, which not all have.
    type Scheduler;

    #[wasm_bindgen(thread_local_v2, js_name = scheduler)]
    static SCHEDULER: Option<Scheduler>;

    #[wasm_bindgen(method, getter, js_name = "yield")]
    fn yield_function(this: &Scheduler) -> Option<Function>;

    #[wasm_bindgen(method, js_name = "yield")]
    fn yield_now(this: &Scheduler) -> Promise;
}

/// Resumes in another task. With `scheduler.yield`, that task runs before others of its priority; without, it waits its
/// turn.
pub(crate) async fn yield_to_browser() {
    let promise = SCHEDULER.with(|scheduler| {
        let scheduler = scheduler.as_ref()?;
        scheduler.yield_function()?;
        Some(scheduler.yield_now())
    });
    match promise {
        // Is never rejected, because nothing aborts it.
        Some(promise) => drop(JsFuture::from(promise).await),
        None => TimeoutFuture::new(0).await,
    }
}
