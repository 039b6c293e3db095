//! Feeds the stores with what the driver reports.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::experiments::Experiments;
use super::kept::KeptStore;
use super::replay::ReplayStore;
use super::writer::Writer;
use crate::driver::{Batch, Listener};

pub(super) struct Feed {
    pub(super) writer: Rc<RefCell<Writer>>,
    pub(super) replay: ReplayStore,
    pub(super) kept: KeptStore,
    pub(super) experiments: Experiments,
}

impl Listener for Feed {
    fn apply(&mut self, batch: Batch) {
        self.experiments.unprotected.set_if_changed(batch.is_unprotected);
        self.writer.borrow_mut().apply(batch);
        self.replay.advance();
    }

    fn snapshot(&mut self) -> Option<String> {
        self.writer.borrow_mut().snapshot()
    }

    fn left(&mut self, others_go_on: bool) {
        self.writer.borrow_mut().left(others_go_on);
    }

    fn reset(&mut self, snapshot: Option<String>) {
        if let Some(snapshot) = snapshot {
            self.writer.borrow_mut().take_over(&snapshot);
            spawn_local(self.kept.count_earlier());
        }
    }
}
