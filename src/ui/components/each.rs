//! A list whose items come and go all day, and leave nothing.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;
use leptos::tachys::view::keyed::{SerializableKey, keyed};

/// So many items have one owner in common.
const GENERATION: usize = 64;

/// The owner of the items that are made at the moment.
struct Generation {
    owner: Owner,
    items: usize,
}

/// A view for each item, kept for as long as there is an item with its key: leptos' own `For`, but for what stays behind.
///
/// An owner keeps a little of each child that it ever had. The items' parent is the page here, which may be open for days; so
/// the items of a generation have an owner between them and the page, which goes with the last of them.
#[component]
pub fn Each<IF, I, T, EF, N, KF, K>(
    /// What is listed; read again whenever it changes.
    each: IF,
    /// What tells an item from the others.
    key: KF,
    /// The view of an item, made once.
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
