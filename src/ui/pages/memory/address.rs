//! The page's choices in the address bar, so that a link leads to the same view.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use web_sys::UrlSearchParams;

/// Goes to a query of the same page.
type Go = Box<dyn Fn(&str)>;

/// Reads and writes the query of the address; what other parts keep there stays.
///
/// It reads the raw query: the router's own map decodes each value twice, so that a typed `%41` would become `A`.
#[derive(Clone, Copy)]
pub(super) struct Address {
    search: Memo<String>,
    go: StoredValue<Go, LocalStorage>,
}

impl Address {
    /// The address of the router that the component is in.
    pub(super) fn of_page() -> Self {
        let navigate = use_navigate();
        let go = move |query: &str| {
            navigate(query, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        };
        Self { search: use_location().search, go: StoredValue::new_local(Box::new(go)) }
    }

    /// The value of this name; empty without any.
    pub(super) fn first(&self, name: &str) -> String {
        let query = self.search.with(|search| parse(search));
        query.and_then(|query| query.get(name)).unwrap_or_default()
    }

    /// All values of this name.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let query = self.search.with(|search| parse(search));
        query
            .map(|query| query.get_all(name).iter().filter_map(|value| value.as_string()).collect())
            .unwrap_or_default()
    }

    /// Puts a value in place of those of this name; an empty one takes them away.
    pub(super) fn set(&self, name: &str, value: &str) {
        let values: &[&str] = if value.is_empty() { &[] } else { &[value] };
        self.change(&[(name, values)]);
    }

    /// Adds a value to those of this name, or takes it away if it is there.
    pub(super) fn toggle(&self, name: &str, value: &str) {
        let mut values = untrack(|| self.all(name));
        let before = values.len();
        values.retain(|known| known != value);
        if values.len() == before {
            values.push(value.to_owned());
        }
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        self.change(&[(name, &values)]);
    }

    /// Takes all values of these names away.
    pub(super) fn clear(&self, names: &[&str]) {
        let nothing: Vec<(&str, &[&str])> = names.iter().map(|name| (*name, [].as_slice())).collect();
        self.change(&nothing);
    }

    fn change(&self, changes: &[(&str, &[&str])]) {
        let Some(query) = self.search.with_untracked(|search| parse(search)) else { return };
        for (name, values) in changes {
            query.delete(name);
            for value in *values {
                query.append(name, value);
            }
        }
        let query = String::from(query.to_string());
        let query = if query.is_empty() { query } else { format!("?{query}") };
        self.go.with_value(|go| go(&query));
    }
}

fn parse(search: &str) -> Option<UrlSearchParams> {
    UrlSearchParams::new_with_str(search).ok()
}
