//! The replay to the server that runs, if one does.

use gloo_timers::callback::Interval;
use leptos::prelude::*;

use super::lasting;
use super::watched::Watched;
use crate::driver::{self, Driver};
use crate::history::Recorder;
use crate::link::{Input, Submission};
use crate::replay::{DryRun, ORIGIN, Player, ToSend};

/// How often it is looked whether a step is due (ms): finer than the queue's own gap.
const LOOK_EVERY: u32 = 15;

/// The replay that runs, or ran last.
#[derive(Clone, Copy)]
pub struct ReplayStore {
    player: StoredValue<Option<Player>, LocalStorage>,
    /// Changes whenever the player does.
    revision: RwSignal<u64>,
    timer: StoredValue<Option<Interval>, LocalStorage>,
    history: Watched<Recorder>,
}

impl ReplayStore {
    pub(super) fn new(history: Watched<Recorder>) -> Self {
        Self {
            player: StoredValue::new_local(None),
            revision: lasting::signal(0),
            timer: StoredValue::new_local(None),
            history,
        }
    }

    /// Begins a replay that was looked at beforehand, in place of the one that runs.
    pub(super) fn start(&self, run: DryRun, driver: &Driver) {
        let next_row = self.history.with_untracked(|recorder| recorder.numbers().end);
        self.player.set_value(Some(run.start(driver::now().mono, next_row)));
        let (store, driver) = (*self, driver.clone());
        self.timer.set_value(Some(Interval::new(LOOK_EVERY, move || store.advance(&driver))));
        self.tell();
    }

    /// Reads the replay, and again whenever it has changed.
    pub fn with<R>(&self, read: impl FnOnce(&Player) -> R) -> Option<R> {
        self.revision.track();
        self.player.with_value(|player| player.as_ref().map(read))
    }

    /// Stands still, or goes on.
    pub fn toggle_pause(&self) {
        let now = driver::now().mono;
        self.change(|player| if player.is_paused() { player.resume(now) } else { player.pause(now) });
    }

    /// Sends the next step.
    pub fn step(&self) {
        self.change(Player::step);
    }

    /// Ends it; what was sent stays sent.
    pub fn stop(&self) {
        self.timer.set_value(None);
        self.player.set_value(None);
        self.tell();
    }

    fn change(&self, edit: impl FnOnce(&mut Player)) {
        self.with_player(edit);
        self.tell();
    }

    fn tell(&self) {
        self.revision.update(|revision| *revision += 1);
    }

    fn advance(&self, driver: &Driver) {
        let before = self.player.with_value(|player| player.as_ref().map(Player::revision));
        let now = driver::now().mono;
        self.with_player(|player| self.history.with_untracked(|recorder| player.look(recorder)));
        while let Some(next) = self.with_player(|player| player.poll(now)).flatten() {
            match next {
                ToSend::Command(command) => {
                    driver.dispatch(Input::Replay(Submission { command, origin: ORIGIN, again: None }));
                }
                ToSend::Bytes(text) => {
                    if !driver.send_raw(&text, ORIGIN) {
                        self.with_player(Player::not_written);
                    }
                }
            }
        }
        if before != self.player.with_value(|player| player.as_ref().map(Player::revision)) {
            self.tell();
        }
        if self.with_player(|player| player.is_settled()) == Some(true) {
            // The timer's own callback runs right now: it is let go of afterwards.
            let timer = self.timer;
            wasm_bindgen_futures::spawn_local(async move { timer.set_value(None) });
        }
    }

    fn with_player<R>(&self, act: impl FnOnce(&mut Player) -> R) -> Option<R> {
        self.player.try_update_value(|player| player.as_mut().map(act)).flatten()
    }
}
