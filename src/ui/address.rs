//! The page's choices in the address bar, so that a link leads to the same view: the one place that reads and writes them.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_url};
use web_sys::UrlSearchParams;

use crate::driver::{self, DEMO_URL};
use crate::state::{LogLevel, use_app};

/// What the address says on every page: which Coda, and how much is logged.
const ON_EVERY_PAGE: [&str; 3] = ["ws", "backend", "log"];

/// The path that the page is served below, without a slash at its end; empty at a server's root.
pub(in crate::ui) fn base_path() -> String {
    // Set by public/start.js. Only the server knows how it was reached, so the build cannot.
    let base = document().document_element().and_then(|root| root.get_attribute("data-base"));
    base.unwrap_or_default().trim_end_matches('/').to_owned()
}

/// The `href` of a link to a page, as in `/help#topic`, with what the address says on every page.
/// It begins with the base: the router resolves only relative links against it.
pub(in crate::ui) fn page_href(path: &str) -> impl Fn() -> String + Send + Sync + use<> {
    // The location's memo of the query would remember each link that ever was (`state/lasting.rs` says why).
    let (path, url) = (base_path() + path, use_url());
    move || url.with(|url| with_kept(&path, url.search()))
}

/// Goes to a page, as a link to it does.
pub(in crate::ui) fn use_page_navigate() -> impl Fn(&str) {
    let (base, url, navigate) = (base_path(), use_url(), use_navigate());
    move |path: &str| {
        let to = url.with_untracked(|url| with_kept(&format!("{base}{path}"), url.search()));
        navigate(&to, NavigateOptions { resolve: false, ..NavigateOptions::default() });
    }
}

/// A path, which may have a query and a hash of its own, with what `search` says on every page.
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

/// Keeps the address true: what the user chooses by hand takes the place of what the page was opened with.
pub(in crate::ui) fn follow_choices() {
    let (app, address) = (use_app(), Address::of_page());
    Effect::new(move |_| {
        let Some(url) = app.chosen.get() else { return };
        let asked = address.search.with(|search| driver::from_query(search)).and_then(Result::ok);
        if asked.is_none_or(|asked| asked.url != url) {
            // The next visit goes to the remembered address without being told.
            let (ws, backend) = match url.as_str() {
                DEMO_URL => ("", "demo"),
                url if driver::is_remembered(url) => ("", ""),
                url => (url, ""),
            };
            address.set_all(&[("ws", ws), ("backend", backend)]);
        }
    });
    let log_level = Memo::new(move |_| app.settings.current.with(|settings| settings.log_level));
    Effect::new(move |before: Option<LogLevel>| {
        let log_level = log_level.get();
        if before.is_some_and(|before| before != log_level) {
            address.clear(&["log"]);
        }
        log_level
    });
}

/// The path of the current route: without [`base_path`], and without a slash at its end.
pub(in crate::ui) fn use_route_path() -> Memo<String> {
    let (path, base) = (use_location().pathname, base_path());
    Memo::new(move |_| {
        let path = path.get();
        let route = path.strip_prefix(base.as_str()).unwrap_or(&path).trim_end_matches('/');
        if route.is_empty() { "/".to_owned() } else { route.to_owned() }
    })
}

/// Goes to another query of the same page.
type Go = Box<dyn Fn(&str)>;

/// Reads and writes the query of the address; what other parts keep there stays.
///
/// It reads the raw query: the router's own map decodes each value twice, so that a typed `%41` would become `A`.
#[derive(Clone, Copy)]
pub(in crate::ui) struct Address {
    search: Memo<String>,
    go: StoredValue<Go, LocalStorage>,
}

impl Address {
    /// The address of the router that the component is in.
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

    /// The value of this name; empty without any.
    pub(in crate::ui) fn first(&self, name: &str) -> String {
        let query = self.search.with(|search| parse(search));
        query.and_then(|query| query.get(name)).unwrap_or_default()
    }

    /// All values of this name.
    pub(in crate::ui) fn all(&self, name: &str) -> Vec<String> {
        let query = self.search.with(|search| parse(search));
        query
            .map(|query| query.get_all(name).iter().filter_map(|value| value.as_string()).collect())
            .unwrap_or_default()
    }

    /// Puts a value in place of those of this name; an empty one takes them away.
    pub(in crate::ui) fn set(&self, name: &str, value: &str) {
        self.set_all(&[(name, value)]);
    }

    /// The same for several names in one step.
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

    /// Adds a value to those of this name, or takes it away if it is there.
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

    /// Takes all values of these names away.
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
