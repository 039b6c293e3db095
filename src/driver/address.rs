//! The address of the server: from the address bar, from the last visit, or typed in; checked before it is used.

use web_sys::{Storage, Url, UrlSearchParams};

/// Where Coda listens unless told otherwise.
pub const DEFAULT_URL: &str = "ws://localhost:8765";
/// Stands for the simulated Coda inside the page.
pub const DEMO_URL: &str = "demo:";

const STORAGE_KEY: &str = "coda.address";

/// An address that a socket can be opened to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// A `ws:` or `wss:` address, or [`DEMO_URL`].
    pub url: String,
    /// The host, where it is neither this machine nor the one that the page came from: typed text would go there.
    pub foreign_host: Option<String>,
}

/// Why something is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not an address at all.
    #[error("“{0}” is not an address. It should look like {DEFAULT_URL}")]
    Unreadable(String),
    /// An address for something else than WebSocket.
    #[error("“{given}” begins with {scheme}, but Coda is reached by ws:// or wss://")]
    Scheme {
        /// What was given.
        given: String,
        /// Its scheme.
        scheme: String,
    },
    /// The part after `#`, which WebSocket does not know.
    #[error("“{0}” has a part after #, which such an address cannot have")]
    Fragment(String),
}

/// Checks an address as it was typed.
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

/// The browser has already written the host in its canonical form.
fn is_loopback_v4(host: &str) -> bool {
    host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// What the address bar asks for, for this visit: `?ws=URL` or `?backend=demo`.
#[must_use]
pub fn from_query(query: &str) -> Option<Result<Address, AddressError>> {
    let query = UrlSearchParams::new_with_str(query).ok()?;
    if query.get("backend").is_some_and(|backend| backend == "demo") {
        return Some(parse(DEMO_URL));
    }
    query.get("ws").map(|url| parse(&url))
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// The address that the user chose last.
#[must_use]
pub fn remembered() -> Option<Address> {
    let stored = storage()?.get_item(STORAGE_KEY).ok()??;
    parse(&stored).ok()
}

/// Whether the user chose this address last: the next visit goes there without being told.
#[must_use]
pub fn is_remembered(url: &str) -> bool {
    remembered().is_some_and(|address| address.url == url)
}

/// How many addresses are offered again.
const MAX_USED: usize = 5;
const USED_KEY: &str = "coda.addresses";

/// The addresses that the user chose before, the last first.
#[must_use]
pub fn used() -> Vec<String> {
    let stored = storage().and_then(|storage| storage.get_item(USED_KEY).ok().flatten()).unwrap_or_default();
    stored.lines().filter(|line| parse(line).is_ok()).take(MAX_USED).map(str::to_owned).collect()
}

/// Keeps the address for the next visit. Where the browser keeps nothing, the default is used again.
pub fn remember(url: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(STORAGE_KEY, url);
        let others = used().into_iter().filter(|other| other != url);
        let all: Vec<String> = std::iter::once(url.to_owned()).chain(others).take(MAX_USED).collect();
        let _ = storage.set_item(USED_KEY, &all.join("\n"));
    }
}
