//! What the page does on opening: what it connects to, and at which level it logs.

use super::preferences::{ChoiceValue, LogLevel};
use crate::browser::{self, Address, DEFAULT_URL};

/// What to connect to when the page opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Connect to this URL.
    Connect(String),
    /// Ask the user first: typed text would go to a foreign host.
    Ask {
        url: String,
        /// Host of `url`, named in the question.
        host: String,
    },
    /// Connect to nothing: the address in the query string is invalid.
    Invalid(String),
}

impl Start {
    /// Chooses between the query string, the last visit and the default, in this order.
    #[must_use]
    pub fn choose(query: &str) -> Self {
        match browser::from_query(query) {
            Some(Err(error)) => Self::Invalid(error.to_string()),
            // The user confirmed the remembered address when choosing it.
            Some(Ok(Address { url, foreign_host: Some(host) })) if !browser::is_remembered(&url) => {
                Self::Ask { url, host }
            }
            Some(Ok(address)) => Self::Connect(address.url),
            None => Self::Connect(browser::remembered().map_or_else(|| DEFAULT_URL.to_owned(), |address| address.url)),
        }
    }
}

/// Value of `?log=` that adds events to the browser's performance timeline.
const TIMELINE: &str = "timeline";

/// The query string names an unknown log level.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is not a log level. Use one of: {known}, {TIMELINE}.", known = LogLevel::ALL.iter().map(ChoiceValue::name).collect::<Vec<_>>().join(", "))]
pub(super) struct UnknownLogLevel(String);

/// Starts logging for this visit at the level of `?log=`, or else at the one from the settings.
pub(super) fn start_log(query: &str, set: LogLevel) -> Result<(), UnknownLogLevel> {
    let asked = web_sys::UrlSearchParams::new_with_str(query).ok().and_then(|query| query.get("log"));
    let timeline = asked.as_deref() == Some(TIMELINE);
    browser::start_log(timeline);
    let mut level = if timeline { LogLevel::Debug } else { set };
    let is_known = timeline || asked.as_deref().is_none_or(|name| level.choose(name));
    browser::set_log_level(level.into());
    if is_known {
        return Ok(());
    }
    Err(UnknownLogLevel(asked.unwrap_or_default()))
}
