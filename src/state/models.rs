//! The models of the page, and the suspended live ones during playback or while synthetic events are shown.

use super::data::DataStore;
use crate::link::{LinkEvent, PhaseKind, ServerEvent};
use crate::model::{Avatar, Conversation};

/// The models on display.
pub(super) struct Models {
    pub(super) conversation: Conversation,
    pub(super) avatar: Avatar,
    data: DataStore,
    /// The live conversation and avatar while others are on display. [`DataStore`] keeps its own.
    suspended: Option<(Conversation, Avatar)>,
    /// Whether the models on display are a copy of the suspended ones, with synthetic events besides.
    is_forked: bool,
}

impl Models {
    pub(super) fn new(data: DataStore) -> Self {
        Self {
            conversation: Conversation::default(),
            avatar: Avatar::default(),
            data,
            suspended: None,
            is_forked: false,
        }
    }

    /// Applies an event to the models on display.
    pub(super) fn apply(&mut self, event: &LinkEvent) {
        match event {
            LinkEvent::Event(happened) => {
                self.conversation.apply_event(happened);
                self.avatar.apply(&happened.event, happened.at.mono);
                self.data.apply(happened);
            }
            LinkEvent::Message(status) => {
                self.conversation.apply_message(status);
                self.data.apply_message(status);
            }
            LinkEvent::Phase { phase, .. } if phase.kind() != PhaseKind::Ready => {
                self.conversation.disconnected();
                self.avatar.disconnected();
                self.data.disconnected();
            }
            _ => {}
        }
    }

    /// Applies an event that the user gave to the page to the models on display.
    pub(super) fn apply_synthetic(&mut self, happened: &ServerEvent) {
        self.conversation.apply_synthetic(happened);
        self.avatar.apply(&happened.event, happened.at.mono);
        self.data.apply(happened);
    }

    pub(super) const fn data(&self) -> &DataStore {
        &self.data
    }

    /// Tells which clients are pages of this browser.
    pub(super) fn set_own_clients(&mut self, names: &[String]) {
        self.with_live(|models| models.conversation.set_own_clients(names.to_vec()));
        if self.is_forked {
            self.conversation.set_own_clients(names.to_vec());
        }
    }

    /// Applies the link's events to the live models, and to their copy with synthetic events. Calls `note` after each one.
    pub(super) fn apply_live(&mut self, events: &[LinkEvent], mut note: impl FnMut(&mut Conversation)) {
        self.with_live(|models| {
            for event in events {
                models.apply(event);
                note(&mut models.conversation);
            }
        });
        if self.is_forked {
            for event in events {
                self.apply(event);
            }
        }
    }

    /// Sets the live models aside and shows a copy of them, which may take synthetic events.
    pub(super) fn fork(&mut self) {
        if self.suspended.is_none() {
            self.suspended = Some((self.conversation.clone(), self.avatar.clone()));
            self.data.fork();
            self.is_forked = true;
        }
    }

    pub(super) const fn is_forked(&self) -> bool {
        self.is_forked
    }

    /// Changes the live models, whichever are on display.
    pub(super) fn with_live(&mut self, change: impl FnOnce(&mut Self)) {
        self.swap();
        change(self);
        self.swap();
    }

    /// Prepares for another server. Only the conversation continues, below a line that names the server.
    pub(super) fn change_server(&mut self, from: &str, to: &str) {
        self.conversation.change_server(to);
        self.avatar = Avatar::default();
        self.data.change_server(from, to);
    }

    /// Removes everything that was said or measured so far.
    pub(super) fn erase(&mut self) {
        self.conversation.remove(|_| true);
        self.data.reset();
    }

    /// Suspends the live models and shows empty ones for a recording.
    pub(super) fn suspend(&mut self) {
        if self.suspended.is_none() {
            self.suspended = Some((Conversation::default(), Avatar::default()));
            self.data.suspend();
            self.swap();
        }
    }

    /// Empties the models on display, for playback from the start.
    pub(super) fn rewind(&mut self) {
        self.conversation = Conversation::default();
        self.avatar = Avatar::default();
        self.data.reset();
    }

    /// Shows the live models again.
    pub(super) fn resume(&mut self) {
        self.swap();
        self.suspended = None;
        self.is_forked = false;
        self.data.resume();
    }

    /// Swaps the models on display with the live ones if these are suspended. A second call swaps them back.
    fn swap(&mut self) {
        if let Some((conversation, avatar)) = &mut self.suspended {
            std::mem::swap(&mut self.conversation, conversation);
            std::mem::swap(&mut self.avatar, avatar);
            self.data.swap();
        }
    }
}
