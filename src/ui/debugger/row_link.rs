//! The chosen row in the address, so that a link leads to its details.

use std::time::Duration;

use leptos::prelude::*;

use super::listing::Key;
use super::state::DebuggerState;
use crate::state::Severity;
use crate::ui::address::Address;

/// The name in the address.
const PARAMETER: &str = "row";
/// A key that is held chooses faster than browsers let a page change its address.
const ADDRESS_AFTER: Duration = Duration::from_millis(300);

/// Has the address name the chosen row after a pause.
type WriteSoon = Box<dyn FnMut(())>;

/// The chosen row in the address.
#[derive(Clone, Copy)]
pub struct RowLink {
    page: Address,
    chosen: RwSignal<Option<Key>>,
    write_soon: StoredValue<WriteSoon, LocalStorage>,
}

impl RowLink {
    /// To be made inside the router.
    pub fn new(chosen: RwSignal<Option<Key>>) -> Self {
        let page = Address::of_page();
        let write_soon: WriteSoon = Box::new(debounce(ADDRESS_AFTER, move |()| write(page, chosen)));
        Self { page, chosen, write_soon: StoredValue::new_local(write_soon) }
    }

    /// Has the address name the chosen row.
    pub fn write(&self) {
        write(self.page, self.chosen);
    }

    /// The same once no other row has been chosen for a moment.
    pub fn write_soon(&self) {
        self.write_soon.update_value(|write| write(()));
    }
}

fn write(page: Address, chosen: RwSignal<Option<Key>>) {
    let row = chosen.get_untracked().map(|key| key.number.to_string());
    page.set(PARAMETER, &row.unwrap_or_default());
}

/// A link to a row (`?row=17`) leads to its details.
pub fn follow_link(debugger: DebuggerState) {
    let page = debugger.row_link.page;
    let linked = Memo::new(move |_| page.first(PARAMETER).parse::<u64>().ok());
    Effect::new(move |_| {
        // Without its table the panel has nothing to scroll.
        let (Some(number), Some(_)) = (linked.get(), debugger.scroller.get()) else { return };
        if debugger.chosen.with_untracked(|chosen| chosen.is_some_and(|key| key.number == number)) {
            return;
        }
        if debugger.with_recorder_untracked(|recorder| recorder.get(number).is_some()) {
            // A panel begins by following the newest row.
            debugger.stop_following();
            debugger.jump(number);
        } else {
            let words = format!("Row {number} is not in this record (any more).");
            debugger.app.notices.show(Severity::Info, "linked row", words);
        }
    });
}
