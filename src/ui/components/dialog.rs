//! A modal dialog: opens when mounted, keeps the focus inside, and gives it back when it closes.

use leptos::html;
use leptos::prelude::*;

/// Closes the dialog that it was given to.
#[derive(Clone, Copy, Default)]
pub struct DialogRef(NodeRef<html::Dialog>);

impl DialogRef {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Closes the dialog, which restores the focus. Its `on_close` then runs.
    pub fn close(self) {
        if let Some(dialog) = self.0.get_untracked() {
            dialog.close();
        }
    }
}

#[component]
pub fn Dialog(
    dialog: DialogRef,
    class: &'static str,
    /// Accessible name, unless `labelled_by` names the element that has it.
    #[prop(optional)]
    label: Option<&'static str>,
    #[prop(optional)] labelled_by: Option<&'static str>,
    /// Runs however it is closed.
    on_close: impl Fn() + 'static,
    children: Children,
) -> impl IntoView {
    let element = dialog.0;
    Effect::new(move |_| {
        if let Some(dialog) = element.get() {
            let _ = dialog.show_modal();
        }
    });
    view! {
        <dialog
            class=class
            node_ref=element
            aria-label=label
            aria-labelledby=labelled_by
            on:close=move |_| on_close()
        >
            {children()}
        </dialog>
    }
}
