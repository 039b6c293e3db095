//! Opens parts of the debugger from the rest of the page.

use leptos::prelude::*;

use crate::ui::debugger::side::Side;

/// Opens a part in the mounted panel, or in the next one to be mounted.
#[derive(Clone, Copy)]
pub struct SideOpener {
    /// Side of the newest panel.
    side: StoredValue<Option<RwSignal<Option<Side>>>>,
    /// Side to open in the next panel: the one asked for, or the one that was open last.
    wanted: StoredValue<Option<Side>>,
}

impl SideOpener {
    /// Provides the context.
    pub fn provide() {
        provide_context(Self { side: StoredValue::new(None), wanted: StoredValue::new(None) });
    }

    /// Opens a part. Returns false if no panel is mounted, so that the caller has to navigate to one.
    #[must_use]
    pub fn open(&self, part: Side) -> bool {
        // `try_set` hands the value back if the panel has been disposed.
        let is_open = self.side.get_value().is_some_and(|side| side.try_set(Some(part)).is_none());
        if !is_open {
            self.wanted.set_value(Some(part));
        }
        is_open
    }

    /// Registers the side of a new panel, and opens the part that was asked for.
    pub(in crate::ui::debugger) fn attach(side: RwSignal<Option<Side>>) {
        // Without a context, as in a test, nobody can ask.
        let Some(opener) = use_context::<Self>() else { return };
        if let Some(wanted) = opener.wanted.try_update_value(Option::take).flatten() {
            side.set(Some(wanted));
        }
        opener.side.set_value(Some(side));
        // The next panel opens as this one was left. Details come back with their row, which the address names.
        on_cleanup(move || {
            let left = side.try_get_untracked().flatten().filter(|side| *side != Side::Details);
            let _ = opener.wanted.try_set_value(left);
        });
    }
}
