//! The detectors: each recognizes a group of faults in the rows of the record.

mod auth;
mod budgets;
mod clock;
mod coda;
mod connection;
mod duplicates;
mod echoes;
mod errors;
mod frames;
mod traffic;

pub use budgets::Budgets;

use super::finding::FindingKind;
use super::finding_log::FindingLog;
use crate::history::{Recorder, Row, RowKind};
use crate::link::PhaseKind;
use crate::protocol::Moment;

#[derive(Debug, Default)]
pub(super) struct Detectors {
    auth: auth::Auth,
    clock: clock::Clock,
    coda: coda::Coda,
    connection: connection::Connection,
    duplicates: duplicates::Duplicates,
    echoes: echoes::Echoes,
    errors: errors::Errors,
    traffic: traffic::Traffic,
}

impl Detectors {
    pub(super) fn on_row(&mut self, row: &Row, recorder: &Recorder, log: &mut FindingLog) {
        self.clock.on_row(row, recorder, log);
        // Tokens are half of all frames, so they are not decoded.
        if row.is_token() {
            self.coda.on_token(row, log);
            return;
        }
        if leaves_server(row) {
            FindingKind::ALL.iter().filter(|kind| kind.ends_with_server()).for_each(|kind| log.resolve(*kind, row.at));
            self.clock.forget();
            self.echoes.reset_baseline();
            self.coda.leave_server();
        }
        let event = row.event();
        let event = event.as_ref();
        self.auth.on_row(row, log);
        self.connection.on_row(row, log);
        self.duplicates.on_row(row, recorder, log);
        self.echoes.on_row(row, recorder, log);
        frames::on_row(row, log);
        self.traffic.on_row(row, event, recorder, log);
        self.errors.on_row(row, event, recorder, log);
        self.coda.on_row(row, event, log);
    }

    pub(super) fn add_own_clients(&mut self, names: Vec<String>) {
        self.traffic.add_own_clients(names);
    }

    pub(super) fn set_budgets(&mut self, budgets: Budgets) {
        self.coda.set_budgets(budgets);
    }

    pub(super) fn tick(&mut self, now: Moment, log: &mut FindingLog) {
        self.auth.tick(now, log);
        self.coda.tick(now, log);
    }
}

/// Whether the user went offline or chose another connection.
/// A retry of the same connection carries the reason of the last outage.
const fn leaves_server(row: &Row) -> bool {
    matches!(
        row.kind,
        RowKind::Phase { phase: PhaseKind::Offline, .. }
            | RowKind::Phase { phase: PhaseKind::Opening, reason: None, .. }
    )
}
