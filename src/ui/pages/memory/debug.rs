//! The Debug tab: totals, operations, searches, retrievals and snapshots.

use leptos::prelude::*;

use super::figures::MemoryTotals;
use super::operations::Operations;
use super::search_log::{SearchLog, SearchLogKind};
use super::snapshots::Snapshots;
use crate::ui::address::Address;

#[component]
pub(super) fn Debug(address: Address) -> impl IntoView {
    view! {
        <MemoryTotals />
        <Operations address />
        <SearchLog kind=SearchLogKind::Searches />
        <SearchLog kind=SearchLogKind::Retrievals />
        <Snapshots />
    }
}
