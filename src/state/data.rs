//! What the server told beside the conversation: figures, memories, tools, the state of its parts.

use leptos::prelude::*;

use super::lasting;
use super::watched::Watched;
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
    pub performance: Watched<Performance>,
    /// Memories and their log.
    pub memories: Watched<Memories>,
    /// Tool calls.
    pub tools: Watched<Tools>,
    /// The server's parts, errors and runs.
    pub system: Watched<System>,
    /// The stages of the turn that runs.
    pub pipeline: Watched<Pipeline>,
    /// Another number is another set of models, as when a recording is played back: equal numbers in two sets mean nothing,
    /// so lists that name their entries by number name them by this too.
    pub showing: RwSignal<u64>,
}

impl DataStore {
    pub(super) fn new() -> Self {
        Self {
            performance: Watched::new(Performance::default()),
            memories: Watched::new(Memories::default()),
            tools: Watched::new(Tools::default()),
            system: Watched::new(System::default()),
            pipeline: Watched::new(Pipeline::default()),
            showing: lasting::signal(0),
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
    pub(super) fn exchange(&self, others: &mut DataModels) {
        self.performance.change(|model| std::mem::swap(model, &mut others.performance));
        self.memories.change(|model| std::mem::swap(model, &mut others.memories));
        self.tools.change(|model| std::mem::swap(model, &mut others.tools));
        self.system.change(|model| std::mem::swap(model, &mut others.system));
        self.pipeline.change(|model| std::mem::swap(model, &mut others.pipeline));
    }

    /// Tells the readers that there are other models.
    pub(super) fn tell_all(&self) {
        self.showing.update(|showing| *showing += 1);
        self.performance.tell_anyway(Performance::revision);
        self.memories.tell_anyway(Memories::revision);
        self.tools.tell_anyway(Tools::revision);
        self.system.tell_anyway(System::revision);
        self.pipeline.tell_anyway(Pipeline::revision);
    }

    /// Tells the readers of what changed since they were told last.
    pub(super) fn tell(&self) {
        self.performance.tell(Performance::revision);
        self.memories.tell(Memories::revision);
        self.tools.tell(Tools::revision);
        self.system.tell(System::revision);
        self.pipeline.tell(Pipeline::revision);
    }
}
