//! The tab of the memory's work: figures, operations, searches, look-ups, snapshots.

use leptos::prelude::*;

use super::figures::Figures;
use super::looks::{Look, Looks};
use super::operations::Operations;
use super::snapshots::Snapshots;
use crate::ui::address::Address;

/// How Coda's memory works, as far as its events tell.
#[component]
pub(super) fn Debug(address: Address) -> impl IntoView {
    view! {
        <Figures />
        <Operations address />
        <Looks look=Look::Searches />
        <Looks look=Look::Retrievals />
        <Snapshots />
    }
}
