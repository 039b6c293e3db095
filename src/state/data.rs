//! What the server reports besides the conversation: performance, memories, tools and the state of its parts.

use leptos::prelude::*;

use super::model_signal::ModelSignal;
use super::page_signal;
use crate::link::ServerEvent;
use crate::model::{Memories, Performance, Pipeline, System, Tools};

/// A set of models of the data pages that is not on display.
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
    /// Number of the current set of models, which changes when a recording is played back. Keys of different sets are
    /// unrelated, so lists include the generation in the keys of their entries.
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

    /// Marks the connection as lost.
    pub(super) fn disconnected(&self) {
        self.performance.change(Performance::disconnected);
        self.tools.change(Tools::disconnected);
        self.system.change(System::disconnected);
        self.pipeline.change(Pipeline::disconnected);
    }

    /// Swaps the models on display for others, without notifying anybody.
    pub(super) fn swap(&self, others: &mut DataModels) {
        self.performance.change(|model| std::mem::swap(model, &mut others.performance));
        self.memories.change(|model| std::mem::swap(model, &mut others.memories));
        self.tools.change(|model| std::mem::swap(model, &mut others.tools));
        self.system.change(|model| std::mem::swap(model, &mut others.system));
        self.pipeline.change(|model| std::mem::swap(model, &mut others.pipeline));
    }

    /// Notifies all subscribers that the models were swapped.
    pub(super) fn notify_swapped(&self) {
        self.generation.update(|generation| *generation += 1);
        self.performance.force_notify(Performance::revision);
        self.memories.force_notify(Memories::revision);
        self.tools.force_notify(Tools::revision);
        self.system.force_notify(System::revision);
        self.pipeline.force_notify(Pipeline::revision);
    }

    /// Notifies the subscribers of models that changed since the last notification.
    pub(super) fn notify(&self) {
        self.performance.notify(Performance::revision);
        self.memories.notify(Memories::revision);
        self.tools.notify(Tools::revision);
        self.system.notify(System::revision);
        self.pipeline.notify(Pipeline::revision);
    }
}
