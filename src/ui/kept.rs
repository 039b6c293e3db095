//! What is kept in the browser, loaded for display.

use std::future::Future;

use leptos::prelude::*;

use crate::state::{Keeping, KeptStore};

/// Loads something from the store, and again after each change. `None` while the store is not open.
pub fn kept_resource<T: 'static, F: Future<Output = T> + 'static>(
    kept: KeptStore,
    load: impl Fn() -> F + 'static,
) -> LocalResource<Option<T>> {
    LocalResource::new(move || {
        kept.revision.track();
        let loading = kept.keeping.with(|keeping| matches!(keeping, Keeping::On | Keeping::Off)).then(&load);
        async move { Some(loading?.await) }
    })
}
