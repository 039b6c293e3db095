//! The link's `tracing` events: message states, connection phases, unreadable frames.
//!
//! A disabled event costs one comparison. None contains the content of frames or messages, because texts are private
//! and challenges carry tokens. There are no spans, which would be timed for each frame.

use tracing::field::display;
use tracing::{debug, info, trace, warn};

use super::ids::ConnId;
use super::io::GapReport;
use super::message::{MessageState, MessageStatus};
use super::phase::{Outage, Phase};
use crate::protocol::DecodeError;

/// Logs a new message or message state.
pub(super) fn message(message: &MessageStatus) {
    let state = &message.state;
    let connection = match state {
        MessageState::Written { conn, .. } => Some(display(conn)),
        _ => None,
    };
    macro_rules! event {
        ($level:ident, $words:literal) => {
            $level!(
                message_id = %message.id,
                "type" = message.command.kind(),
                connection,
                component = &*message.origin.component,
                action = &*message.origin.action,
                state = ?state,
                $words
            )
        };
    }
    match state {
        MessageState::Queued => event!(debug, "message queued"),
        MessageState::Held(_) => event!(debug, "message held"),
        MessageState::Written { attempt: 1, .. } => event!(debug, "message written"),
        MessageState::Written { .. } => event!(debug, "message written again"),
        MessageState::Delivered(_) => event!(info, "message delivered"),
        MessageState::Suppressed { .. } => event!(info, "message held back as a duplicate"),
        MessageState::Cancelled(_) => event!(info, "message cancelled"),
        MessageState::Unconfirmed => event!(warn, "message unconfirmed"),
        MessageState::Expired => event!(warn, "message expired"),
        MessageState::Failed(_) => event!(warn, "message failed"),
    }
}

/// Logs a phase of the connection.
pub(super) fn phase(phase: &Phase, outage: Option<&Outage>) {
    let (state, connection) = (phase.kind().name(), phase.conn().map(display));
    match (phase, outage) {
        (Phase::Waiting { attempt, .. }, Some(outage)) => {
            warn!(state, attempt, reason = ?outage.reason, "connection lost");
        }
        (Phase::Authenticating { step, .. }, _) => info!(state, connection, step = ?step, "connection changed"),
        (Phase::Refused { reason }, _) => warn!(state, reason, "connection refused"),
        _ => info!(state, connection, "connection changed"),
    }
}

/// Logs a frame that could not be decoded.
pub(super) fn unreadable(connection: ConnId, text: &str, error: &DecodeError) {
    warn!(%connection, bytes = text.len(), %error, "frame unreadable");
}

/// Logs a received frame.
pub(super) fn frame_in(connection: ConnId, text: &str) {
    trace!(%connection, bytes = text.len(), "frame received");
}

/// Logs a written frame.
pub(super) fn frame_out(connection: ConnId, text: &str) {
    trace!(%connection, bytes = text.len(), "frame written");
}

/// Logs a gap report, after a reconnect or within a connection.
pub(super) fn resumed(resumed: &GapReport) {
    info!(run = resumed.epoch, missed = resumed.missed, recovered = resumed.recovered, "events resumed");
}

/// Logs that queue gap, window and deduplication were turned off or on.
pub(super) fn protections(on: bool) {
    info!(on, "protections changed");
}
