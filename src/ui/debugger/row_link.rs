//! The chosen row in the address, so that its details can be linked to.

use std::time::Duration;

use leptos::prelude::*;

use super::listing::Key;
use super::state::DebuggerState;
use crate::state::Severity;
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

/// Follows links to a row (`?row=17`).
pub fn follow_link(debugger: DebuggerState) {
    let page = debugger.row_link.page;
    let linked = Memo::new(move |_| page.first(PARAMETER).parse::<u64>().ok());
    Effect::new(move |_| {
        // Waits for the table, without which there is nothing to scroll.
        let (Some(number), Some(_)) = (linked.get(), debugger.scroller.get()) else { return };
        if debugger.chosen.with_untracked(|chosen| chosen.is_some_and(|key| key.number == number)) {
            return;
        }
        if debugger.with_recorder_untracked(|recorder| recorder.get(number).is_some()) {
            // A new panel follows the newest row.
            debugger.stop_following();
            debugger.jump(number);
        } else {
            let words = format!("Row {number} is not in this record (any more).");
            debugger.app.notices.show(Severity::Info, "linked row", words);
        }
    });
}
