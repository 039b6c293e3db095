//! The current replay to the server, if any.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use super::model_signal::ModelSignal;
use super::page_signal::PageSignal;
use crate::browser::{self};
use crate::driver::Driver;
use crate::history::Recorder;
use crate::link::{Input, Submission};
use crate::replay::{DryRun, Ids, ORIGIN, Options, Pace, Resender, ToSend};

/// The replay that is running or ran last.
#[derive(Clone, Copy)]
pub struct ReplayStore {
    resender: StoredValue<Option<Resender>, LocalStorage>,
    /// Changes with every change of the resender.
    revision: PageSignal<u64>,
    /// Wakes the replay when its next step is due.
    timer: StoredValue<Option<Timeout>, LocalStorage>,
    driver: StoredValue<Option<Driver>, LocalStorage>,
    history: ModelSignal<Recorder>,
    /// The options of the last dry run, for the next one.
    pub options: PageSignal<Options>,
}

impl ReplayStore {
    pub(super) fn new(history: ModelSignal<Recorder>) -> Self {
        Self {
            resender: StoredValue::new_local(None),
            revision: PageSignal::new(0),
            timer: StoredValue::new_local(None),
            driver: StoredValue::new_local(None),
            history,
            options: PageSignal::new(Options { pace: Pace::Scaled(1), ids: Ids::Fresh }),
        }
    }

    /// Starts a replay after its dry run, in place of any other.
    pub(super) fn start(&self, run: DryRun, driver: &Driver) {
        let next_row = self.history.with_untracked(|recorder| recorder.numbers().end);
        self.resender.set_value(Some(run.start(browser::now().mono, next_row)));
        self.driver.set_value(Some(driver.clone()));
        self.notify();
        self.advance();
    }

    /// Sets the options for the next dry run.
    pub fn set_options(&self, options: Options) {
        self.options.set(options);
    }

    /// Reads the replay and subscribes to its changes.
    pub fn with<R>(&self, read: impl FnOnce(&Resender) -> R) -> Option<R> {
        self.revision.track();
        self.resender.with_value(|resender| resender.as_ref().map(read))
    }

    pub fn toggle_pause(&self) {
        let now = browser::now().mono;
        self.change(|resender| if resender.is_paused() { resender.resume(now) } else { resender.pause(now) });
    }

    pub fn step(&self) {
        self.change(Resender::step);
    }

    /// Stops the replay. Messages already sent are not undone.
    pub fn stop(&self) {
        self.timer.set_value(None);
        self.driver.set_value(None);
        self.resender.set_value(None);
        self.notify();
    }

    fn change(&self, edit: impl FnOnce(&mut Resender)) {
        self.with_resender(edit);
        self.notify();
        self.advance();
    }

    fn notify(&self) {
        self.revision.update(|revision| *revision += 1);
    }

    /// Sends everything due and looks for replies. Call whenever the record has changed.
    pub(super) fn advance(&self) {
        let Some(driver) = self.driver.get_value() else { return };
        let before = self.resender.with_value(|resender| resender.as_ref().map(Resender::revision));
        if before.is_none() {
            return;
        }
        let now = browser::now().mono;
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
        self.arm();
    }

    fn arm(&self) {
        let wakeup = self.with_resender(|resender| resender.next_wakeup()).flatten();
        let timer = wakeup.map(|at| {
            let store = *self;
            Timeout::new(browser::millis_until(at), move || {
                // Taken out before it is replaced: cancelling a timeout inside its own callback would free that
                // callback.
                if let Some(Some(fired)) = store.timer.try_update_value(Option::take) {
                    fired.forget();
                }
                store.advance();
            })
        });
        self.timer.set_value(timer);
    }

    fn with_resender<R>(&self, act: impl FnOnce(&mut Resender) -> R) -> Option<R> {
        self.resender.try_update_value(|resender| resender.as_mut().map(act)).flatten()
    }
}
