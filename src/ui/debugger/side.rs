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
    /// Frames by type and by client.
    Statistics,
    /// Resends recorded messages.
    Replay,
    /// Deliberately bad conditions.
    Experiments,
}
