//! The server's reports besides the conversation: performance, memories, tools and the state of its parts.

use serde_json::value::RawValue;

use super::model_signal::{ModelHandle, ModelSignal};
use super::page_signal::PageSignal;
use crate::link::{MessageStatus, ServerEvent};
use crate::model::{Memories, Performance, Pipeline, System, Timings, Tools};

/// Models of the data pages.
#[derive(Clone, Copy)]
pub struct DataStore {
    /// Latencies, resource samples and timings.
    pub performance: ModelSignal<Performance>,
    /// Memories and their log.
    pub memories: ModelSignal<Memories>,
    /// Tool calls.
    pub tools: ModelSignal<Tools>,
    /// The server's parts, errors and runs.
    pub system: ModelSignal<System>,
    /// Stages of the running turn.
    pub pipeline: ModelSignal<Pipeline>,
    /// How long turns, models and tools take.
    pub timings: ModelSignal<Timings>,
    /// Number of the current set of models, which changes when a recording is played back. Keys of different sets are
    /// unrelated, so lists include the generation in theirs.
    pub generation: PageSignal<u64>,
}

impl DataStore {
    pub(super) fn new() -> Self {
        Self {
            performance: ModelSignal::new(Performance::default()),
            memories: ModelSignal::new(Memories::default()),
            tools: ModelSignal::new(Tools::default()),
            system: ModelSignal::new(System::default()),
            pipeline: ModelSignal::new(Pipeline::default()),
            timings: ModelSignal::new(Timings::default()),
            generation: PageSignal::new(0),
        }
    }

    fn models(&self) -> [&dyn ModelHandle; 6] {
        // Names every field, so that a new model cannot be forgotten.
        let Self { performance, memories, tools, system, pipeline, timings, generation: _ } = self;
        [performance, memories, tools, system, pipeline, timings]
    }

    pub(super) fn apply(&self, event: &ServerEvent) {
        self.models().iter().for_each(|model| model.apply(event));
    }

    pub(super) fn apply_message(&self, status: &MessageStatus) {
        self.models().iter().for_each(|model| model.apply_message(status));
    }

    /// Marks the connection as lost.
    pub(super) fn disconnected(&self) {
        self.models().iter().for_each(|model| model.disconnected());
    }

    /// Empties the models on display.
    pub(super) fn reset(&self) {
        self.models().iter().for_each(|model| model.reset());
    }

    /// Shelves the models of one server and shows those of another, which are empty unless it was the one before.
    pub(super) fn change_server(&self, from: &str, to: &str) {
        self.models().iter().for_each(|model| model.change_server(from, to));
    }

    /// Creates a second, empty set of models, which [`Self::swap`] shows.
    pub(super) fn suspend(&self) {
        self.models().iter().for_each(|model| model.suspend());
    }

    /// Keeps a copy of the models, which [`Self::swap`] shows.
    pub(super) fn fork(&self) {
        self.models().iter().for_each(|model| model.fork());
    }

    /// Swaps the models on display with the suspended ones, without notifying anybody.
    pub(super) fn swap(&self) {
        self.models().iter().for_each(|model| model.swap());
    }

    /// Drops the models that are not on display.
    pub(super) fn resume(&self) {
        self.models().iter().for_each(|model| model.resume());
    }

    /// Writes the models, each for itself.
    pub(super) fn to_json(self) -> Vec<Box<RawValue>> {
        self.models().iter().map(|model| model.to_json()).collect()
    }

    /// Replaces the models. Those that cannot be read stay as they are.
    pub(super) fn set_from_json(&self, models: &[Box<RawValue>]) {
        for (model, json) in self.models().iter().zip(models) {
            model.set_from_json(json);
        }
    }

    /// Notifies all subscribers that the models were swapped.
    pub(super) fn notify_swapped(&self) {
        self.generation.update(|generation| *generation += 1);
        self.models().iter().for_each(|model| model.notify_swapped());
    }

    /// Notifies the subscribers of models that changed since the last notification.
    pub(super) fn notify(&self) {
        self.models().iter().for_each(|model| model.notify_changed());
    }
}
