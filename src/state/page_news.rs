//! What the pages of this origin tell each other, whatever Coda they show.

use std::cell::RefCell;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::browser::channel::Channel;
use crate::link::MessageId;
use crate::store::SessionId;

const CHANNEL: &str = "coda pages";

/// Something that another page must know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum PageNews {
    /// Other settings are stored.
    Settings,
    /// The stored data changed.
    Kept(KeptNews),
}

/// A change to what is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum KeptNews {
    /// Something was added, changed or deleted.
    Changed,
    /// This conversation was deleted.
    Deleted(SessionId),
    /// Everything was erased.
    Erased,
    /// The user gave up a text of an earlier visit whose outcome is unknown.
    Left(MessageId),
}

/// Tells the other pages, as far as the browser has channels.
#[derive(Clone, Default)]
pub(super) struct OtherPages(Rc<RefCell<Option<Channel>>>);

impl OtherPages {
    pub(super) fn listen(&self, on_news: impl Fn(PageNews) + 'static) {
        let channel = Channel::open(CHANNEL, move |text| {
            // Another build may have news that this one does not know.
            if let Ok(news) = serde_json::from_str(&text) {
                on_news(news);
            }
        });
        self.0.replace(channel);
    }

    pub(super) fn tell(&self, news: &PageNews) {
        if let (Some(channel), Ok(text)) = (&*self.0.borrow(), serde_json::to_string(news)) {
            channel.post(&text);
        }
    }
}
