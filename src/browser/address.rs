//! The server's address: from the address bar, from the last visit, or typed in. Validated before use.

use web_sys::{Url, UrlSearchParams};

use super::storage::{self, Area};

/// Coda's default address.
pub const DEFAULT_URL: &str = "ws://localhost:8765";
/// Pseudo-address of the simulated Coda inside the page.
pub const DEMO_URL: &str = "demo:";

const STORAGE_KEY: &str = "coda.address";

/// A valid address for a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// A `ws:` or `wss:` URL, or [`DEMO_URL`].
    pub url: String,
    /// The host, unless it is this machine or the page's own host. The user confirms a foreign host, since
    /// typed text would go there.
    pub foreign_host: Option<String>,
}

/// Why a text is not a valid address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not a URL.
    #[error("“{0}” is not an address. It should look like {DEFAULT_URL}")]
    Unreadable(String),
    /// A URL of another scheme than WebSocket's.
    #[error("“{given}” starts with {scheme}, but Coda needs ws:// or wss://")]
    Scheme {
        /// The text as given.
        given: String,
        scheme: String,
    },
    /// A URL with a fragment, which WebSocket does not allow.
    #[error("“{0}” has a part after #, which such an address cannot have")]
    Fragment(String),
}

/// Validates an address as typed.
pub fn parse(text: &str) -> Result<Address, AddressError> {
    let given = text.trim().to_owned();
    if given == DEMO_URL {
        return Ok(Address { url: given, foreign_host: None });
    }
    let Ok(url) = Url::new(&given) else { return Err(AddressError::Unreadable(given)) };
    if url.protocol() != "ws:" && url.protocol() != "wss:" {
        // `localhost:8765` reads as the scheme `localhost:`.
        let scheme = url.protocol();
        return Err(AddressError::Scheme { given, scheme });
    }
    if !url.hash().is_empty() {
        return Err(AddressError::Fragment(given));
    }
    let host = url.hostname();
    let page_host = web_sys::window().and_then(|window| window.location().hostname().ok()).unwrap_or_default();
    let is_near = host == page_host || is_this_machine(&host);
    Ok(Address { url: url.href(), foreign_host: (!is_near).then_some(host) })
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || is_loopback_v4(host)
}

/// Needs no parsing of other notations: the browser has already normalized the host.
fn is_loopback_v4(host: &str) -> bool {
    host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// Returns the address that the query string sets for this visit: `?ws=URL` or `?backend=demo`.
#[must_use]
pub fn from_query(query: &str) -> Option<Result<Address, AddressError>> {
    let query = UrlSearchParams::new_with_str(query).ok()?;
    if query.get("backend").is_some_and(|backend| backend == "demo") {
        return Some(parse(DEMO_URL));
    }
    query.get("ws").map(|url| parse(&url))
}

/// Returns the address that the user chose last.
#[must_use]
pub fn remembered() -> Option<Address> {
    let stored = storage::read(Area::Local, STORAGE_KEY)?;
    parse(&stored).ok()
}

/// Whether the user chose this address last, so that the next visit connects to it by itself.
#[must_use]
pub fn is_remembered(url: &str) -> bool {
    remembered().is_some_and(|address| address.url == url)
}

/// Number of past addresses that are offered again.
const MAX_USED: usize = 5;
const USED_KEY: &str = "coda.addresses";

/// Returns the addresses that the user chose before, most recent first.
#[must_use]
pub fn used() -> Vec<String> {
    let stored = storage::read(Area::Local, USED_KEY).unwrap_or_default();
    stored.lines().filter(|line| parse(line).is_ok()).take(MAX_USED).map(str::to_owned).collect()
}

/// Stores the address for the next visit. Without storage, the next visit uses the default again.
pub fn remember(url: &str) {
    storage::write(Area::Local, STORAGE_KEY, url);
    let others = used().into_iter().filter(|other| other != url);
    let all: Vec<String> = std::iter::once(url.to_owned()).chain(others).take(MAX_USED).collect();
    storage::write(Area::Local, USED_KEY, &all.join("\n"));
}
