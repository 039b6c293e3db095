//! The watches: each knows the marks of some faults in the rows of the record.

mod auth;
mod clock;
mod connection;
mod doubles;
mod echoes;
mod errors;
mod frames;
mod traffic;

use super::finding::FindingKind;
use super::finding_log::FindingLog;
use crate::history::{Recorder, Row, RowKind};
use crate::link::PhaseKind;
use crate::protocol::Moment;

/// All watches.
#[derive(Debug, Default)]
pub(super) struct Detectors {
    auth: auth::Auth,
    clock: clock::Clock,
    connection: connection::Connection,
    doubles: doubles::Doubles,
    echoes: echoes::Echoes,
    errors: errors::Errors,
    traffic: traffic::Traffic,
}

impl Detectors {
    pub(super) fn on_row(&mut self, row: &Row, recorder: &Recorder, log: &mut FindingLog) {
        self.clock.on_row(row, recorder, log);
        // Half of all that comes: nothing else is to be learned from it.
        if row.wire_type().is_some_and(|kind| &**kind == "llm_token") && !row.is_error() {
            return;
        }
        if leaves_server(row) {
            for kind in
                [FindingKind::Silent, FindingKind::ChallengeRefused, FindingKind::EchoesSlow, FindingKind::ClockWrong]
            {
                log.resolve(kind, row.at);
            }
            self.clock.forget();
            self.echoes.forget_pace();
        }
        self.auth.on_row(row, log);
        self.connection.on_row(row, log);
        self.doubles.on_row(row, recorder, log);
        self.echoes.on_row(row, recorder, log);
        frames::on_row(row, log);
        self.traffic.on_row(row, recorder, log);
        self.errors.on_row(row, recorder, log);
    }

    pub(super) fn tick(&mut self, now: Moment, log: &mut FindingLog) {
        self.auth.tick(now, log);
    }
}

/// Whether the user went offline or wants another connection, so that nothing more is to be learned of the old server.
/// The next try of the same connection carries the trouble of the last one.
const fn leaves_server(row: &Row) -> bool {
    matches!(
        row.kind,
        RowKind::Phase { phase: PhaseKind::Offline, .. }
            | RowKind::Phase { phase: PhaseKind::Opening, reason: None, .. }
    )
}
