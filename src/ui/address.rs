//! The page's choices in the address bar, so that a link leads to the same view: the one place that reads and writes them.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use web_sys::UrlSearchParams;

/// The path that the page is served below, without a slash at its end; empty at a server's root.
pub(in crate::ui) fn base_path() -> String {
    // Set by public/start.js. Only the server knows how it was reached, so the build cannot.
    let base = document().document_element().and_then(|root| root.get_attribute("data-base"));
    base.unwrap_or_default().trim_end_matches('/').to_owned()
}

/// The address of a page, as in `/help#topic`. The router resolves only relative links against its base.
pub(in crate::ui) fn page_href(path: &str) -> String {
    format!("{}{path}", base_path())
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
        edit(&query);
        let query = String::from(query.to_string());
        let query = if query.is_empty() { query } else { format!("?{query}") };
        self.go.with_value(|go| go(&query));
    }
}

fn parse(search: &str) -> Option<UrlSearchParams> {
    UrlSearchParams::new_with_str(search).ok()
}
