//! Reasons for the end of a connection, explained for the user.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::config::LinkConfig;
use crate::protocol::{Command, Event};

/// Close code and reason, as the browser's `CloseEvent` reports them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseInfo {
    /// Close code of RFC 6455; 1006 if the connection broke.
    pub code: u16,
    /// Reason given by the server, often empty.
    pub reason: String,
}

impl CloseInfo {
    /// Code for a connection that broke without a close frame. It is never sent (RFC 6455).
    pub const BROKEN: u16 = 1006;
    /// The server's code for a frame above its size limit.
    pub const TOO_LARGE: u16 = 1009;

    /// Creates the info for a connection that broke or could not be made, with a reason of the page's own.
    pub fn broken(reason: impl Into<String>) -> Self {
        Self { code: Self::BROKEN, reason: reason.into() }
    }
}

/// Reason why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "info", rename_all = "snake_case")]
pub enum DisconnectReason {
    /// The socket could not be opened.
    Unreachable(CloseInfo),
    /// The socket closed.
    Closed(CloseInfo),
    /// The socket did not open within [`LinkConfig::open_timeout`].
    OpenTimeout,
    /// The server neither accepted nor rejected the page within [`LinkConfig::auth_timeout`].
    AuthTimeout,
    /// The server rejected the page, for this reason.
    Rejected(String),
    /// No frame arrives any more, although the socket is open.
    Silent,
    /// The server answers but sends no broadcasts any more.
    Deaf,
    /// The tab that held the connection was closed or stopped responding.
    TabGone,
    /// A server other than Coda answers at the address.
    NotCoda(ForeignServer),
}

/// Evidence that a server is not Coda.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub enum ForeignServer {
    /// It sent a frame that is not JSON.
    NotJson,
    /// It sent JSON without a type.
    Untyped,
    /// It sent a type that Coda does not have, quoted up to 40 characters.
    Type(String),
    /// It sends back the frames that it receives.
    Echo,
    /// It is Coda v2, which has another protocol.
    CodaV2,
    /// It answers HTTP and opens no WebSocket.
    Http,
}

/// Maximum length of a quoted type, in characters.
const QUOTED_CHARS: usize = 40;

impl ForeignServer {
    /// Returns the evidence in a frame that arrived before the server proved itself, with the `event` decoded from it.
    /// `None` if Coda could have sent it.
    pub(super) fn of(text: &str, event: Option<&Event>) -> Option<Self> {
        if event.is_some_and(|event| !matches!(event, Event::Unknown { .. })) {
            return None;
        }
        let Ok(frame) = serde_json::from_str::<Value>(text) else { return Some(Self::NotJson) };
        let Some(kind) = frame.get("type").and_then(Value::as_str) else { return Some(Self::Untyped) };
        Some(if frame.get("session_id").is_some() && frame.get("version").is_some() && frame.get("data").is_none() {
            Self::CodaV2
        } else if kind == Command::Ping.kind() && frame.pointer("/data/message_id").is_some() {
            Self::Echo
        } else {
            Self::Type(kind.chars().take(QUOTED_CHARS).collect())
        })
    }
}

impl ForeignServer {
    /// Whether it rules out Coda. Other evidence may be a damaged frame or a new type.
    pub(super) const fn is_certain(&self) -> bool {
        match self {
            Self::Echo | Self::CodaV2 => true,
            Self::NotJson | Self::Untyped | Self::Type(_) | Self::Http => false,
        }
    }
}

impl fmt::Display for ForeignServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson => f.write_str("it sent something that is not JSON"),
            Self::Untyped => f.write_str("it sent JSON without a type"),
            Self::Type(kind) => write!(f, "it sent “{kind}”"),
            Self::Echo => f.write_str("it only sends back what it is sent"),
            Self::CodaV2 => f.write_str("it is Coda v2, and this dashboard is for Coda Lite"),
            Self::Http => f.write_str("it answers HTTP but opens no WebSocket"),
        }
    }
}

impl DisconnectReason {
    /// Explains the reason and suggests a remedy, in whole sentences.
    #[must_use]
    pub fn explain(&self, config: &LinkConfig) -> String {
        match self {
            Self::Unreachable(_) => {
                "No WebSocket server answers at this address. Check that Coda is running and the address is correct."
                    .into()
            }
            Self::Closed(info) => explain_close(info),
            Self::OpenTimeout => format!(
                "The address did not answer within {} seconds. A firewall, a machine that is asleep, or a program that \
                 hangs?",
                config.open_timeout.as_secs()
            ),
            Self::AuthTimeout => format!(
                "A server answers at this address, but it did not accept the dashboard within {} seconds. Coda may be busy or \
                 stuck, or it is another program.",
                config.auth_timeout.as_secs()
            ),
            Self::Rejected(words) => format!("Coda refused the dashboard: {words}."),
            Self::Silent => "Coda stopped responding on an open connection.".into(),
            Self::TabGone => {
                "The tab that held the connection was closed or stopped responding. Another tab reconnects.".into()
            }
            Self::NotCoda(foreign) => format!(
                "Something answers at this address, but it is not Coda: {foreign}. Check the address, or start Coda there."
            ),
            Self::Deaf => "Coda responded but stopped sending events: it lost track of this dashboard.".into(),
        }
    }
}

fn explain_close(info: &CloseInfo) -> String {
    let meaning = match info.code {
        1000 => "The server closed the connection.",
        1001 => "The server is shutting down.",
        1002 | 1003 | 1007 => "The server could not read what the dashboard sent.",
        CloseInfo::BROKEN => "The connection broke.",
        1008 => "The server closed the connection because of its rules.",
        CloseInfo::TOO_LARGE => "A message was larger than the server takes.",
        1011 => "The server had an internal error.",
        1012 => "The server is restarting.",
        1013 => "The server is too busy.",
        1015 => "The secure connection could not be made: the certificate is not trusted.",
        _ => "The connection ended.",
    };
    if info.reason.is_empty() {
        format!("{meaning} (code {})", info.code)
    } else {
        format!("{meaning} (code {}: {})", info.code, info.reason)
    }
}

impl fmt::Display for DisconnectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(info) => write!(f, "no connection, code {info}"),
            Self::Closed(info) => write!(f, "closed, code {info}"),
            Self::OpenTimeout => f.write_str("did not open in time"),
            Self::AuthTimeout => f.write_str("authentication timed out"),
            Self::Rejected(reason) => write!(f, "refused: {reason}"),
            Self::Silent => f.write_str("stopped responding"),
            Self::Deaf => f.write_str("answers, but sends no events"),
            Self::TabGone => f.write_str("its tab is gone"),
            Self::NotCoda(foreign) => write!(f, "not Coda: {foreign}"),
        }
    }
}

impl fmt::Display for CloseInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.reason.is_empty() { write!(f, "{}", self.code) } else { write!(f, "{} {}", self.code, self.reason) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_reason_survives_being_written_and_read() {
        let info = CloseInfo { code: 1009, reason: "too big".to_owned() };
        for (reason, written) in [
            (
                DisconnectReason::Unreachable(info.clone()),
                json!({ "kind": "unreachable", "info": { "code": 1009, "reason": "too big" } }),
            ),
            (
                DisconnectReason::Closed(info),
                json!({ "kind": "closed", "info": { "code": 1009, "reason": "too big" } }),
            ),
            (DisconnectReason::OpenTimeout, json!({ "kind": "open_timeout" })),
            (DisconnectReason::AuthTimeout, json!({ "kind": "auth_timeout" })),
            (DisconnectReason::Rejected("no".to_owned()), json!({ "kind": "rejected", "info": "no" })),
            (DisconnectReason::Silent, json!({ "kind": "silent" })),
            (DisconnectReason::TabGone, json!({ "kind": "tab_gone" })),
            (DisconnectReason::Deaf, json!({ "kind": "deaf" })),
            (
                DisconnectReason::NotCoda(ForeignServer::Type("foo".to_owned())),
                json!({ "kind": "not_coda", "info": { "kind": "type", "name": "foo" } }),
            ),
            (
                DisconnectReason::NotCoda(ForeignServer::CodaV2),
                json!({ "kind": "not_coda", "info": { "kind": "coda_v2" } }),
            ),
        ] {
            assert_eq!(serde_json::to_value(&reason).expect("written"), written);
            assert_eq!(serde_json::from_value::<DisconnectReason>(written).expect("read"), reason);
        }
    }
}
