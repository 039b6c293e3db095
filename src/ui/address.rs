//! Page state in the address bar, so that every view can be linked to. All reads and writes of the query go through
//! here.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_url};
use web_sys::UrlSearchParams;

use crate::browser::{self, DEMO_URL};
use crate::state::{LogLevel, use_websocket};

/// Query parameters that every link keeps: the server's address and the log level.
const ON_EVERY_PAGE: [&str; 3] = ["ws", "backend", "log"];

/// Path the page is served under, without a trailing slash. Empty at a server's root.
pub(in crate::ui) fn base_path() -> String {
    // Set by `public/start.js`. Only the server knows the path it was reached under, so the build cannot.
    let base = document().document_element().and_then(|root| root.get_attribute("data-base"));
    base.unwrap_or_default().trim_end_matches('/').to_owned()
}

/// Returns the `href` of a page, such as `/help#topic`, with the [`ON_EVERY_PAGE`] parameters.
///
/// Starts with the base path, because the router resolves only relative links against it.
pub(in crate::ui) fn page_href(path: &str) -> impl Fn() -> String + Send + Sync + use<> {
    // Not the location's query memo: it would remember every link ever created (see `state/page_signal.rs`).
    let (path, url) = (base_path() + path, use_url());
    move || url.with(|url| with_kept(&path, url.search()))
}

/// Returns a function that navigates to the same address as [`page_href`].
pub(in crate::ui) fn use_page_navigate() -> impl Fn(&str) {
    let (base, url, navigate) = (base_path(), use_url(), use_navigate());
    move |path: &str| {
        let to = url.with_untracked(|url| with_kept(&format!("{base}{path}"), url.search()));
        navigate(&to, NavigateOptions { resolve: false, ..NavigateOptions::default() });
    }
}

/// Appends the [`ON_EVERY_PAGE`] parameters of `search` to `path`, which may have a query and a hash of its own.
fn with_kept(path: &str, search: &str) -> String {
    let (path, hash) = path.split_at(path.find('#').unwrap_or(path.len()));
    let is_kept = |pair: &&str| ON_EVERY_PAGE.contains(&pair.split('=').next().unwrap_or_default());
    let mut address = path.to_owned();
    for pair in search.split('&').filter(is_kept) {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(pair);
    }
    address + hash
}

/// Returns the query `search` without the [`ON_EVERY_PAGE`] parameters.
pub(in crate::ui) fn without_kept(search: &str) -> String {
    let is_own = |pair: &&str| !pair.is_empty() && !ON_EVERY_PAGE.contains(&pair.split('=').next().unwrap_or_default());
    search.split('&').filter(is_own).collect::<Vec<_>>().join("&")
}

/// Updates the address when the user picks another server or log level than the one the page was opened with.
pub(in crate::ui) fn follow_choices() {
    let (context, address) = (use_websocket(), Address::of_page());
    Effect::new(move |_| {
        let Some(url) = context.chosen.get() else { return };
        let asked = address.search.with(|search| browser::from_query(search)).and_then(Result::ok);
        if asked.is_none_or(|asked| asked.url != url) {
            // A remembered address needs no parameter: the next visit uses it anyway.
            let (ws, backend) = match url.as_str() {
                DEMO_URL => ("", "demo"),
                url if browser::is_remembered(url) => ("", ""),
                url => (url, ""),
            };
            address.set_all(&[("ws", ws), ("backend", backend)]);
        }
    });
    let log_level = Memo::new(move |_| context.settings.current.with(|settings| settings.log_level));
    Effect::new(move |before: Option<LogLevel>| {
        let log_level = log_level.get();
        if before.is_some_and(|before| before != log_level) {
            address.clear(&["log"]);
        }
        log_level
    });
}

/// Path of the current route, without [`base_path`] and without a trailing slash.
pub(in crate::ui) fn use_route_path() -> Memo<String> {
    let (path, base) = (use_location().pathname, base_path());
    Memo::new(move |_| {
        let path = path.get();
        let route = path.strip_prefix(base.as_str()).unwrap_or(&path).trim_end_matches('/');
        if route.is_empty() { "/".to_owned() } else { route.to_owned() }
    })
}

/// Navigates to another query of the same page.
type Go = Box<dyn Fn(&str)>;

/// Reads and writes the query of the address, leaving other parameters alone.
///
/// Uses the raw query, because the router's map decodes each value twice: a typed `%41` would become `A`.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Address {
    search: Memo<String>,
    go: StoredValue<Go, LocalStorage>,
}

impl Address {
    pub(in crate::ui) fn of_page() -> Self {
        let (location, navigate) = (use_location(), use_navigate());
        let (path, hash) = (location.pathname, location.hash);
        let go = move |query: &str| {
            let to = format!("{}{query}{}", path.get_untracked(), hash.get_untracked());
            let options =
                NavigateOptions { replace: true, scroll: false, resolve: false, ..NavigateOptions::default() };
            navigate(&to, options);
        };
        Self { search: location.search, go: StoredValue::new_local(Box::new(go)) }
    }

    /// First value of the parameter, or an empty string.
    pub(in crate::ui) fn first(&self, name: &str) -> String {
        let query = self.search.with(|search| parse(search));
        query.and_then(|query| query.get(name)).unwrap_or_default()
    }

    pub(in crate::ui) fn all(&self, name: &str) -> Vec<String> {
        let query = self.search.with(|search| parse(search));
        query
            .map(|query| query.get_all(name).iter().filter_map(|value| value.as_string()).collect())
            .unwrap_or_default()
    }

    /// Replaces all values of the parameter. An empty value removes it.
    pub(in crate::ui) fn set(&self, name: &str, value: &str) {
        self.set_all(&[(name, value)]);
    }

    /// Like [`set`](Self::set) for several parameters, in one navigation.
    pub(in crate::ui) fn set_all(&self, values: &[(&str, &str)]) {
        self.change(|query| {
            for (name, value) in values {
                query.delete(name);
                if !value.is_empty() {
                    query.append(name, value);
                }
            }
        });
    }

    /// Adds the value, or removes it if it is there.
    pub(in crate::ui) fn toggle(&self, name: &str, value: &str) {
        let mut values = untrack(|| self.all(name));
        let before = values.len();
        values.retain(|known| known != value);
        if values.len() == before {
            values.push(value.to_owned());
        }
        self.change(|query| {
            query.delete(name);
            for value in &values {
                query.append(name, value);
            }
        });
    }

    pub(in crate::ui) fn clear(&self, names: &[&str]) {
        self.change(|query| names.iter().for_each(|name| query.delete(name)));
    }

    fn change(&self, edit: impl FnOnce(&UrlSearchParams)) {
        let Some(query) = self.search.with_untracked(|search| parse(search)) else { return };
        let before = String::from(query.to_string());
        edit(&query);
        let query = String::from(query.to_string());
        if query == before {
            return;
        }
        let query = if query.is_empty() { query } else { format!("?{query}") };
        self.go.with_value(|go| go(&query));
    }
}

fn parse(search: &str) -> Option<UrlSearchParams> {
    UrlSearchParams::new_with_str(search).ok()
}
