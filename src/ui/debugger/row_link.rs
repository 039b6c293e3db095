//! The chosen row in the address, so that its details can be linked to.

use std::time::Duration;

use leptos::prelude::*;

use crate::history::Key;
use crate::ui::address::Address;

/// Query parameter.
const PARAMETER: &str = "row";
/// Debounce, because a held key moves faster than browsers let a page change its address.
const ADDRESS_AFTER: Duration = Duration::from_millis(300);

/// Debounced write of the address.
type WriteSoon = Box<dyn FnMut(())>;

#[derive(Clone, Copy)]
pub struct RowLink {
    page: Address,
    chosen: RwSignal<Option<Key>>,
    write_soon: StoredValue<WriteSoon, LocalStorage>,
}

impl RowLink {
    /// Must be called inside the router.
    pub fn new(chosen: RwSignal<Option<Key>>) -> Self {
        let page = Address::of_page();
        let write_soon: WriteSoon = Box::new(debounce(ADDRESS_AFTER, move |()| write(page, chosen)));
        Self { page, chosen, write_soon: StoredValue::new_local(write_soon) }
    }

    /// The row that the address names.
    pub fn linked(&self) -> Memo<Option<u64>> {
        let page = self.page;
        Memo::new(move |_| page.first(PARAMETER).parse::<u64>().ok())
    }

    /// Writes the chosen row to the address.
    pub fn write(&self) {
        write(self.page, self.chosen);
    }

    /// Like [`write`](Self::write), debounced.
    pub fn write_soon(&self) {
        self.write_soon.update_value(|write| write(()));
    }
}

fn write(page: Address, chosen: RwSignal<Option<Key>>) {
    let row = chosen.get_untracked().map(|key| key.number.to_string());
    page.set(PARAMETER, &row.unwrap_or_default());
}
