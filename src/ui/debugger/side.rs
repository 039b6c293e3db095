//! The parts of the debugger beside its table.

/// The part shown beside the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Details,
    Send,
    /// Export and import.
    Recordings,
    Findings,
    /// Compares the record with a second recording.
    Compare,
    /// A part of the record with what the page knows of itself, in one file.
    BugReport,
    /// Frames by type and by client.
    Statistics,
    /// Resends recorded messages.
    Replay,
    /// Gives events to the pages that Coda never sent.
    Inject,
    /// Deliberately bad conditions.
    Experiments,
}
