//! What happened while nobody looked at the page: counted in the window's title, and notified if the user wants that.

use super::page_signal::PageSignal;
use crate::browser;

/// Longest text in a notification, in characters.
const BODY_CHARS: usize = 200;

#[derive(Clone, Copy, Debug)]
pub struct Attention {
    /// Number of answers and errors since the page was hidden.
    pub unseen: PageSignal<u32>,
}

impl Attention {
    pub(super) fn new() -> Self {
        let attention = Self { unseen: PageSignal::new(0) };
        browser::on_shown(move || attention.unseen.set_if_changed(0));
        attention
    }

    /// Counts an answer or an error, if nobody sees it.
    pub(super) fn call(&self, title: &str, text: &str, notify: bool) {
        if browser::is_hidden() {
            self.unseen.update(|unseen| *unseen = unseen.saturating_add(1));
            if notify {
                browser::notify(title, &crate::history::shorten(text, BODY_CHARS));
            }
        }
    }
}
