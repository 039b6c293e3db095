//! The current replay to the server, if any.

use gloo_timers::callback::Interval;
use leptos::prelude::*;

use super::model_signal::ModelSignal;
use super::page_signal;
use crate::driver::{self, Driver};
use crate::history::Recorder;
use crate::link::{Input, Submission};
use crate::replay::{DryRun, ORIGIN, Resender, ToSend};

/// Interval of checking for a due step, in milliseconds: finer than the queue's own gap.
const LOOK_EVERY: u32 = 15;

/// The replay that is running or ran last.
#[derive(Clone, Copy)]
pub struct ReplayStore {
    resender: StoredValue<Option<Resender>, LocalStorage>,
    /// Changes with every change of the resender.
    revision: RwSignal<u64>,
    timer: StoredValue<Option<Interval>, LocalStorage>,
    history: ModelSignal<Recorder>,
}

impl ReplayStore {
    pub(super) fn new(history: ModelSignal<Recorder>) -> Self {
        Self {
            resender: StoredValue::new_local(None),
            revision: page_signal::signal(0),
            timer: StoredValue::new_local(None),
            history,
        }
    }

    /// Starts a replay after its dry run, in place of any other.
    pub(super) fn start(&self, run: DryRun, driver: &Driver) {
        let next_row = self.history.with_untracked(|recorder| recorder.numbers().end);
        self.resender.set_value(Some(run.start(driver::now().mono, next_row)));
        let (store, driver) = (*self, driver.clone());
        self.timer.set_value(Some(Interval::new(LOOK_EVERY, move || store.advance(&driver))));
        self.notify();
    }

    /// Reads the replay and subscribes to its changes.
    pub fn with<R>(&self, read: impl FnOnce(&Resender) -> R) -> Option<R> {
        self.revision.track();
        self.resender.with_value(|resender| resender.as_ref().map(read))
    }

    pub fn toggle_pause(&self) {
        let now = driver::now().mono;
        self.change(|resender| if resender.is_paused() { resender.resume(now) } else { resender.pause(now) });
    }

    pub fn step(&self) {
        self.change(Resender::step);
    }

    /// Stops the replay. Messages already sent are not undone.
    pub fn stop(&self) {
        self.timer.set_value(None);
        self.resender.set_value(None);
        self.notify();
    }

    fn change(&self, edit: impl FnOnce(&mut Resender)) {
        self.with_resender(edit);
        self.notify();
    }

    fn notify(&self) {
        self.revision.update(|revision| *revision += 1);
    }

    fn advance(&self, driver: &Driver) {
        let before = self.resender.with_value(|resender| resender.as_ref().map(Resender::revision));
        let now = driver::now().mono;
        self.with_resender(|resender| self.history.with_untracked(|recorder| resender.look(recorder)));
        while let Some(next) = self.with_resender(|resender| resender.poll(now)).flatten() {
            match next {
                ToSend::Command(command) => {
                    driver.dispatch(Input::Replay(Submission { command, origin: ORIGIN, resend_of: None }));
                }
                ToSend::Bytes(text) => {
                    if !driver.send_raw(&text, ORIGIN) {
                        self.with_resender(Resender::not_written);
                    }
                }
            }
        }
        if before != self.resender.with_value(|resender| resender.as_ref().map(Resender::revision)) {
            self.notify();
        }
        if self.with_resender(|resender| resender.is_settled()) == Some(true) {
            // The timer's own callback is running, so the timer is dropped afterwards.
            let timer = self.timer;
            wasm_bindgen_futures::spawn_local(async move { timer.set_value(None) });
        }
    }

    fn with_resender<R>(&self, act: impl FnOnce(&mut Resender) -> R) -> Option<R> {
        self.resender.try_update_value(|resender| resender.as_mut().map(act)).flatten()
    }
}
