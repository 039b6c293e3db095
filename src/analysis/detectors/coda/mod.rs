//! Detects faults of Coda itself: work that hangs, slows down or keeps failing, answers that are cut off, resources that
//! grow, and events that are not what they were.

mod answers;
mod failures;
mod foreign;
mod order;
mod resources;
mod schema;
mod speed;
mod trend;
mod work;

use super::budgets::Budgets;
use crate::analysis::finding_log::FindingLog;
use crate::history::{FrameClass, Row, RowKind};
use crate::link::{GapReport, PhaseKind};
use crate::protocol::{Event, Moment};

#[derive(Debug, Default)]
pub(super) struct Coda {
    answers: answers::Answers,
    failures: failures::Failures,
    order: order::Order,
    resources: resources::Resources,
    schema: schema::Schema,
    speed: speed::Speed,
    work: work::Work,
}

impl Coda {
    /// Reads a token, of which only time and number matter.
    pub(super) fn on_token(&mut self, row: &Row, log: &mut FindingLog) {
        self.order.on_row(row, None, log);
        self.order.on_token(row, log);
        self.work.on_token(row);
        self.speed.on_token(row);
        self.answers.on_token(row);
    }

    pub(super) fn on_row(&mut self, row: &Row, event: Option<&Event>, log: &mut FindingLog) {
        foreign::on_row(row, log);
        match &row.kind {
            RowKind::Phase { phase, .. } if *phase != PhaseKind::Ready => self.interrupt(row, log),
            RowKind::Resumed(GapReport { restarted: true, .. }) => {
                self.interrupt(row, log);
                self.restart(row, log);
            }
            // What was missed may have ended or begun anything.
            RowKind::Resumed(resumed) if resumed.missed > 0 => self.interrupt(row, log),
            _ => {}
        }
        self.order.on_row(row, event, log);
        self.work.on_message(row);
        if let RowKind::FrameIn { class: FrameClass::Event, .. } = &row.kind {
            self.schema.on_row(row, event, log);
        }
        let Some(event) = event else { return };
        self.work.on_event(row, event, log);
        self.speed.on_event(row, event, log);
        self.answers.on_event(row, event, log);
        self.failures.on_event(row, event, log);
        self.resources.on_event(row, event, log);
    }

    pub(super) fn tick(&mut self, now: Moment, log: &mut FindingLog) {
        self.work.tick(now, log);
        self.answers.tick(now, log);
        self.schema.tick(now, log);
    }

    pub(super) fn set_budgets(&mut self, budgets: Budgets) {
        self.work.set_budgets(budgets);
    }

    /// Whatever is in progress will end unseen.
    fn interrupt(&mut self, row: &Row, log: &mut FindingLog) {
        self.work.interrupt(row.at, log);
        self.answers.interrupt(row.at, log);
        self.speed.interrupt();
        self.schema.interrupt();
    }

    /// A new run of the server starts with an empty memory and perhaps another version.
    fn restart(&mut self, row: &Row, log: &mut FindingLog) {
        self.resources.restart(row.at, log);
        self.order.restart();
        self.schema.restart();
    }

    /// Another server has its own past.
    pub(super) fn leave_server(&mut self) {
        *self = Self { work: self.work.for_other_server(), ..Self::default() };
    }
}
