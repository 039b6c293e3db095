//! A keyed list without the per-item leak of leptos' `For`.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;
use leptos::tachys::view::keyed::{SerializableKey, keyed};

/// Items per owner.
const GENERATION: usize = 64;

/// Owner that new items are created under.
struct Generation {
    owner: Owner,
    items: usize,
}

/// Like leptos' `For`, without its per-item owner leak.
///
/// An `Owner` keeps a weak reference to every child it ever had until it is cleaned up itself (reactive_graph 0.2,
/// `OwnerInner::children`). The parent is the page, which may be open for days. Each generation of items therefore has
/// its own owner, dropped with the last of them. Can go once an owner forgets disposed children.
#[component]
pub fn Each<IF, I, T, EF, N, KF, K>(
    /// Reactive source of the items.
    each: IF,
    /// Unique key of an item.
    key: KF,
    /// View of an item, created once per key.
    children: EF,
) -> impl IntoView
where
    IF: Fn() -> I + Send + 'static,
    I: IntoIterator<Item = T> + Send + 'static,
    EF: Fn(T) -> N + Send + Clone + 'static,
    N: IntoView + 'static,
    KF: Fn(&T) -> K + Send + Clone + 'static,
    K: Eq + Hash + SerializableKey + 'static,
    T: Send + 'static,
{
    let parent = Owner::current().unwrap_or_default();
    let generation = Arc::new(Mutex::new(Generation { owner: parent.child(), items: 0 }));
    let children = move |_, item| {
        let owner = owner_of_next(&parent, &generation);
        let view = owner.with(|| children(item));
        (drop, OwnedView::new_with_owner(view, owner))
    };
    move || keyed(each(), key.clone(), children.clone())
}

fn owner_of_next(parent: &Owner, generation: &Mutex<Generation>) -> Owner {
    let mut generation = generation.lock().unwrap_or_else(PoisonError::into_inner);
    if generation.items == GENERATION {
        *generation = Generation { owner: parent.child(), items: 0 };
    }
    generation.items += 1;
    let owner = generation.owner.child();
    let kept = generation.owner.clone();
    owner.with(|| on_cleanup(move || drop(kept)));
    owner
}
