//! What the page keeps in the address, so that a link leads to the same view.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;

type Navigate = Box<dyn Fn(&str)>;

/// The address's parameters. What other parts of the page keep there stays.
#[derive(Clone, Copy)]
pub(super) struct Parameters {
    query: Memo<ParamsMap>,
    path: Memo<String>,
    navigate: StoredValue<Navigate, LocalStorage>,
}

impl Parameters {
    /// Those of the page, inside a router.
    pub(super) fn of_page() -> Self {
        let navigate = use_navigate();
        let replace = move |address: &str| {
            navigate(address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        };
        Self {
            query: use_query_map(),
            path: use_location().pathname,
            navigate: StoredValue::new_local(Box::new(replace)),
        }
    }

    /// A parameter's value, now and whenever it changes.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.query.with(|query| query.get(name))
    }

    /// Sets parameters, or takes them away, in place of the address before.
    pub(super) fn set(&self, changes: &[(&'static str, Option<&'static str>)]) {
        let mut query = self.query.get_untracked();
        for (name, value) in changes {
            match value {
                Some(value) => query.replace(*name, (*value).to_owned()),
                None => drop(query.remove(name)),
            }
        }
        let address = format!("{}{}", self.path.get_untracked(), query.to_query_string());
        self.navigate.with_value(|navigate| navigate(&address));
    }
}
