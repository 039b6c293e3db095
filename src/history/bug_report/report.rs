//! What a bug report says besides its rows. The first line of its file.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::history::recorder::Recorder;
use crate::history::redact::redact;
use crate::history::row::{RowKind, Severity};
use crate::protocol::{Instant, or_default};

/// Version of the form. A reader of an older one shows what it knows of it.
pub const REPORT_VERSION: u32 = 1;
/// Upper limit of changes of the connection; the newest are kept.
const MAX_CONNECTIONS: usize = 200;
/// Upper limit of errors of the page; the newest are kept.
const MAX_PAGE_ERRORS: usize = 100;
const MASK: &str = "•••";

/// A bug report without its rows. On import, an unreadable field counts as missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
pub struct BugReport {
    /// [`REPORT_VERSION`] of the page that made it.
    #[serde(deserialize_with = "or_default")]
    pub version: u32,
    #[serde(deserialize_with = "or_default")]
    pub made: DateTime<Utc>,
    /// What happened, in the user's words.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
    pub said: String,
    /// The rows it holds, in words.
    #[serde(deserialize_with = "or_default")]
    pub range: String,
    /// The row that it was made at.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub row: Option<RowPlace>,
    #[serde(deserialize_with = "or_default")]
    pub about: AboutPage,
    /// The settings that differ from the defaults.
    #[serde(deserialize_with = "or_default")]
    pub settings: Map<String, Value>,
    /// The findings that were open.
    #[serde(deserialize_with = "or_default")]
    pub findings: Vec<ReportedFinding>,
    /// The changes of the connection in the whole record.
    #[serde(deserialize_with = "or_default")]
    pub connections: Vec<ConnectionChange>,
    /// Warnings and errors of the page itself in the whole record.
    #[serde(deserialize_with = "or_default")]
    pub page_errors: Vec<PageError>,
}

/// The dashboard and its surroundings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AboutPage {
    /// Version of the dashboard.
    #[serde(deserialize_with = "or_default")]
    pub dashboard: String,
    /// Coda's address, without names and passwords.
    #[serde(deserialize_with = "or_default")]
    pub address: String,
    /// What Coda says of itself and its system, as JSON, with tokens redacted; empty if it has said nothing.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
    pub coda: String,
    /// What this tab was to the others.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
    pub tabs: String,
    /// The browser's name for itself.
    #[serde(deserialize_with = "or_default")]
    pub browser: String,
    /// Size of the window in pixels.
    #[serde(deserialize_with = "or_default")]
    pub window: String,
    /// Number of rows that the record had lost to its limits.
    #[serde(deserialize_with = "or_default")]
    pub evicted_rows: u64,
}

/// Identifies a row wherever its number has changed, as it does by an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowPlace {
    /// The page's monotonic clock at the row.
    pub mono: Instant,
    /// Number of the report's rows before it at the same moment.
    pub nth: usize,
}

impl RowPlace {
    /// The row in the report's record. If a part of the file could not be read, the last row at that moment.
    #[must_use]
    pub fn row(self, recorder: &Recorder) -> Option<u64> {
        let mut here = recorder
            .rows(..)
            .filter(|row| row.at.mono == self.mono)
            .map(|row| row.number)
            .take(self.nth.saturating_add(1));
        here.by_ref().last()
    }
}

/// A finding as plain data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportedFinding {
    #[serde(deserialize_with = "or_default")]
    pub title: String,
    /// A wire type, client or field; may be empty.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
    pub subject: String,
    #[serde(deserialize_with = "or_default")]
    pub words: String,
    #[serde(deserialize_with = "or_default")]
    pub confidence: String,
    #[serde(deserialize_with = "or_default")]
    pub count: u64,
    #[serde(deserialize_with = "or_default")]
    pub first: DateTime<Utc>,
    #[serde(deserialize_with = "or_default")]
    pub last: DateTime<Utc>,
    /// Whether the user had silenced it.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "std::ops::Not::not")]
    pub is_muted: bool,
    #[serde(deserialize_with = "or_default")]
    pub evidence: Vec<ReportedRow>,
}

impl ReportedFinding {
    fn redacted(mut self) -> Self {
        for text in [&mut self.subject, &mut self.words] {
            *text = redact(text).into_owned();
        }
        self
    }
}

/// A row that a finding refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportedRow {
    /// `None` if the row is not in the report.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub place: Option<RowPlace>,
    #[serde(deserialize_with = "or_default")]
    pub at: DateTime<Utc>,
    /// The row in one line.
    #[serde(deserialize_with = "or_default")]
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectionChange {
    #[serde(deserialize_with = "or_default")]
    pub at: DateTime<Utc>,
    /// The new phase, and why there is no connection.
    #[serde(deserialize_with = "or_default")]
    pub text: String,
    /// Generation number of the socket, if there is one.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub conn: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PageError {
    #[serde(deserialize_with = "or_default")]
    pub at: DateTime<Utc>,
    #[serde(deserialize_with = "or_default")]
    pub level: Option<Severity>,
    #[serde(deserialize_with = "or_default")]
    pub text: String,
    /// Raw data, if the page still had it.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

impl BugReport {
    /// What the record says of the connection and of errors of the page, in all its rows. The caller adds the rest.
    #[must_use]
    pub fn of(recorder: &Recorder) -> Self {
        let (mut connections, mut page_errors) = (Vec::new(), Vec::new());
        for row in recorder.rows(..).rev() {
            match &row.kind {
                RowKind::Phase { phase, conn, reason } if connections.len() < MAX_CONNECTIONS => {
                    let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
                    let text = redact(&format!("{}{reason}", phase.name())).into_owned();
                    connections.push(ConnectionChange { at: row.at.wall, text, conn: conn.map(|conn| conn.0) });
                }
                RowKind::Notice { level: level @ (Severity::Warn | Severity::Error), text }
                    if page_errors.len() < MAX_PAGE_ERRORS =>
                {
                    let text = redact(text).into_owned();
                    page_errors.push(PageError { at: row.at.wall, level: Some(*level), text, details: None });
                }
                _ => {}
            }
        }
        connections.reverse();
        page_errors.reverse();
        let about = AboutPage { evicted_rows: recorder.evicted().rows, ..AboutPage::default() };
        Self { version: REPORT_VERSION, connections, page_errors, about, ..Self::default() }
    }

    /// Adds the details of this error of the page to its last occurrence, with their tokens redacted.
    pub fn add_details(&mut self, text: &str, details: &str) {
        let text = redact(text);
        if let Some(error) = self.page_errors.iter_mut().rfind(|error| error.text == text) {
            error.details = Some(redact(details).into_owned());
        }
    }

    /// Adds findings, with their tokens redacted.
    #[must_use]
    pub fn with_findings(self, findings: impl IntoIterator<Item = ReportedFinding>) -> Self {
        Self { findings: findings.into_iter().map(ReportedFinding::redacted).collect(), ..self }
    }
}

/// Masks what may be secret in an address: user, password and query.
#[must_use]
pub fn masked_address(url: &str) -> String {
    let (rest, query) = url.split_once('?').map_or((url, ""), |(rest, _)| (rest, "?•••"));
    let (scheme, rest) = rest.split_once("//").map_or(("", rest), |(scheme, rest)| (scheme, rest));
    let slashes = if url.contains("//") { "//" } else { "" };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or_else(|| host.to_owned(), |(_, host)| format!("{MASK}@{host}"));
    format!("{scheme}{slashes}{host}{path}{query}")
}
