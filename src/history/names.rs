//! The names of components and actions that recordings bring along: they live as long as the page, each once.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::link::Origin;

/// So many names are kept. A page has a few dozen; a file with more of them gets the rest as [`OTHER`].
const NAMES: usize = 1_000;
/// So long is a name at most.
const NAME_CHARS: usize = 80;
/// What stands for a name that is not kept.
const OTHER: &str = "(other)";

/// Where a recorded message came from.
#[must_use]
pub(crate) fn origin(component: &str, action: &str) -> Origin {
    Origin { component: name(component), action: name(action) }
}

fn name(text: &str) -> &'static str {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let text: String = text.chars().take(NAME_CHARS).collect();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(name) = known.get(&*text) {
        return name;
    }
    if known.len() == NAMES {
        return OTHER;
    }
    let name: &'static str = Box::leak(text.into_boxed_str());
    known.insert(name);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once_and_cut() {
        assert!(std::ptr::eq(name("composer"), name("composer")));
        assert_eq!(name(&"x".repeat(1_000)).len(), NAME_CHARS);
    }
}
