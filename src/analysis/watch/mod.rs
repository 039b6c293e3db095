//! The watches: each knows the marks of some faults in the rows of the record.

mod auth;
mod clock;
mod connection;
mod doubles;
mod echoes;
mod errors;
mod frames;
mod traffic;

use super::board::Board;
use super::finding::FindingKind;
use crate::history::{Recorder, Row, RowKind};
use crate::link::PhaseKind;
use crate::protocol::Now;

/// All watches.
#[derive(Debug, Default)]
pub(super) struct Watches {
    auth: auth::Auth,
    clock: clock::Clock,
    connection: connection::Connection,
    doubles: doubles::Doubles,
    echoes: echoes::Echoes,
    errors: errors::Errors,
    traffic: traffic::Traffic,
}

impl Watches {
    pub(super) fn see(&mut self, row: &Row, recorder: &Recorder, board: &mut Board) {
        self.clock.see(row, recorder, board);
        // Half of all that comes: nothing else is to be learned from it.
        if row.wire_type().is_some_and(|kind| &**kind == "llm_token") && !row.is_error() {
            return;
        }
        if leaves_server(row) {
            for kind in
                [FindingKind::Silent, FindingKind::ChallengeRefused, FindingKind::EchoesSlow, FindingKind::ClockWrong]
            {
                board.settle(kind, row.at);
            }
            self.clock.forget();
            self.echoes.forget_pace();
        }
        self.auth.see(row, board);
        self.connection.see(row, board);
        self.doubles.see(row, recorder, board);
        self.echoes.see(row, recorder, board);
        frames::see(row, board);
        self.traffic.see(row, recorder, board);
        self.errors.see(row, recorder, board);
    }

    pub(super) fn tick(&mut self, now: Now, board: &mut Board) {
        self.auth.tick(now, board);
    }
}

/// Whether the user went offline or wants another connection, so that nothing more is to be learned of the old server.
/// The next try of the same connection carries the trouble of the last one.
const fn leaves_server(row: &Row) -> bool {
    matches!(
        row.kind,
        RowKind::Phase { phase: PhaseKind::Offline, .. }
            | RowKind::Phase { phase: PhaseKind::Opening, trouble: None, .. }
    )
}
