//! What the server told beside the conversation: figures, memories, tools, the state of its parts.

use leptos::prelude::*;

use super::model_signal::ModelSignal;
use super::page_signal;
use crate::link::ServerEvent;
use crate::model::{Memories, Performance, Pipeline, System, Tools};

/// The models of the data pages, away from the pages.
#[derive(Default)]
pub(super) struct DataModels {
    performance: Performance,
    memories: Memories,
    tools: Tools,
    system: System,
    pipeline: Pipeline,
}

/// The models of the data pages.
#[derive(Clone, Copy)]
pub struct DataStore {
    /// Latencies, samples of the machine, timings.
    pub performance: ModelSignal<Performance>,
    /// Memories and their log.
    pub memories: ModelSignal<Memories>,
    /// Tool calls.
    pub tools: ModelSignal<Tools>,
    /// The server's parts, errors and runs.
    pub system: ModelSignal<System>,
    /// The stages of the turn that runs.
    pub pipeline: ModelSignal<Pipeline>,
    /// Another number is another set of models, as when a recording is played back: equal numbers in two sets mean nothing,
    /// so lists that name their entries by number name them by this too.
    pub generation: RwSignal<u64>,
}

impl DataStore {
    pub(super) fn new() -> Self {
        Self {
            performance: ModelSignal::new(Performance::default()),
            memories: ModelSignal::new(Memories::default()),
            tools: ModelSignal::new(Tools::default()),
            system: ModelSignal::new(System::default()),
            pipeline: ModelSignal::new(Pipeline::default()),
            generation: page_signal::signal(0),
        }
    }

    pub(super) fn apply(&self, event: &ServerEvent) {
        self.performance.change(|model| model.apply(event));
        self.memories.change(|model| model.apply(event));
        self.tools.change(|model| model.apply(event));
        self.system.change(|model| model.apply(event));
        self.pipeline.change(|model| model.apply(event));
    }

    /// The connection is gone.
    pub(super) fn disconnected(&self) {
        self.performance.change(Performance::disconnected);
        self.tools.change(Tools::disconnected);
        self.system.change(System::disconnected);
        self.pipeline.change(Pipeline::disconnected);
    }

    /// Puts other models in the place of those that the pages show, and these in theirs. Nobody is told.
    pub(super) fn swap(&self, others: &mut DataModels) {
        self.performance.change(|model| std::mem::swap(model, &mut others.performance));
        self.memories.change(|model| std::mem::swap(model, &mut others.memories));
        self.tools.change(|model| std::mem::swap(model, &mut others.tools));
        self.system.change(|model| std::mem::swap(model, &mut others.system));
        self.pipeline.change(|model| std::mem::swap(model, &mut others.pipeline));
    }

    /// Tells the readers that there are other models.
    pub(super) fn tell_all(&self) {
        self.generation.update(|generation| *generation += 1);
        self.performance.force_notify(Performance::revision);
        self.memories.force_notify(Memories::revision);
        self.tools.force_notify(Tools::revision);
        self.system.force_notify(System::revision);
        self.pipeline.force_notify(Pipeline::revision);
    }

    /// Tells the readers of what changed since they were told last.
    pub(super) fn notify(&self) {
        self.performance.notify(Performance::revision);
        self.memories.notify(Memories::revision);
        self.tools.notify(Tools::revision);
        self.system.notify(System::revision);
        self.pipeline.notify(Pipeline::revision);
    }
}
