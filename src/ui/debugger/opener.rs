//! The way from the rest of the page to a part of the debugger.

use leptos::prelude::*;

use super::state::Side;

/// Opens a part in the panel that is on the page, or in the next one.
#[derive(Clone, Copy)]
pub struct SideOpener {
    /// The part beside the table, of the newest panel.
    side: StoredValue<Option<RwSignal<Option<Side>>>>,
    /// What the next panel opens with.
    wanted: StoredValue<Option<Side>>,
}

impl SideOpener {
    /// Makes it reachable for the components below.
    pub fn provide() {
        provide_context(Self { side: StoredValue::new(None), wanted: StoredValue::new(None) });
    }

    /// Opens a part; false where no panel is on the page, so that one has to be gone to.
    #[must_use]
    pub fn open(&self, part: Side) -> bool {
        // The signal of a panel that has gone refuses.
        let is_open = self.side.get_value().is_some_and(|side| side.try_set(Some(part)).is_none());
        if !is_open {
            self.wanted.set_value(Some(part));
        }
        is_open
    }

    /// What stands beside the table of a new panel, which is the one to open parts in from now on.
    pub(super) fn attach(side: RwSignal<Option<Side>>) {
        // Alone, as in a test, a panel has nobody who could ask.
        let Some(opener) = use_context::<Self>() else { return };
        if let Some(wanted) = opener.wanted.try_update_value(Option::take).flatten() {
            side.set(Some(wanted));
        }
        opener.side.set_value(Some(side));
    }
}
