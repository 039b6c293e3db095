//! The link as this tab uses it: alone, or shared with the other tabs of a group.

use std::collections::VecDeque;

use super::NORMAL_CLOSURE;
use crate::browser::DEMO_URL;
use crate::link::{self, ConnId, Link, PersistedMessage, ReceivedEvents};
use crate::protocol::{Instant, Moment};
use crate::tabs::{Action, Input, Member, Role, TabId};

/// What this tab is to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// It has a connection of its own.
    Alone {
        /// Whether it writes down what it shows.
        keeps: bool,
    },
    /// All tabs with its address have one connection.
    Shared {
        role: Role,
        /// Number of the other tabs.
        others: usize,
        /// Whether this is the tab that calls the user: only one does.
        is_foremost: bool,
        /// Whether this is the tab that writes down what all of them show.
        keeps: bool,
        /// How often the tabs could not be sure that they had missed nothing.
        doubts: u64,
    },
}

impl Sharing {
    /// Whether this tab writes down what it shows. A tab that could share a link, and has none yet, does not know what
    /// others write.
    #[must_use]
    pub const fn keeps(self) -> bool {
        match self {
            Self::Alone { keeps } | Self::Shared { keeps, .. } => keeps,
        }
    }

    #[must_use]
    pub const fn doubts(self) -> u64 {
        match self {
            Self::Alone { .. } => 0,
            Self::Shared { doubts, .. } => doubts,
        }
    }

    /// Whether this tab shows what another one holds.
    #[must_use]
    pub const fn is_follower(self) -> bool {
        matches!(self, Self::Shared { role: Role::Follower, .. })
    }

    /// Whether another tab holds the connection whose messages this one does not understand.
    #[must_use]
    pub const fn is_incompatible(self) -> bool {
        matches!(self, Self::Shared { role: Role::Incompatible { .. }, .. })
    }

    #[must_use]
    pub const fn calls_user(self) -> bool {
        match self {
            Self::Alone { .. } => true,
            Self::Shared { is_foremost, .. } => is_foremost,
        }
    }

    /// Number of the other tabs.
    #[must_use]
    pub const fn others(self) -> usize {
        match self {
            Self::Alone { .. } => 0,
            Self::Shared { others, .. } => others,
        }
    }
}

pub(super) enum Engine {
    Alone(Lone),
    Shared(Box<Member>),
}

/// A link that no other tab shares.
pub(super) struct Lone {
    link: Link,
    keeps: bool,
    actions: VecDeque<Action>,
    /// The connection whose socket was closed when the page was put aside.
    left: Option<ConnId>,
}

impl Engine {
    /// `keeps` is whether the tab writes down what it shows.
    pub(super) const fn alone(link: Link, keeps: bool) -> Self {
        Self::Alone(Lone { link, keeps, actions: VecDeque::new(), left: None })
    }

    pub(super) fn shared(url: String, link: Link, seeds: (u64, u64), is_hidden: bool, now: Moment) -> Self {
        Self::Shared(Box::new(Member::new(TabId(seeds.0), url, link, seeds.1, is_hidden, now)))
    }

    /// Ends the sharing. Returns the link to go on with, and texts to be restored there.
    pub(super) fn into_link(self, now: Moment) -> (Link, Vec<PersistedMessage>) {
        match self {
            Self::Alone(Lone { link, .. }) => (link, Vec::new()),
            Self::Shared(member) => member.into_link(now),
        }
    }

    pub(super) fn link(&self) -> &Link {
        match self {
            Self::Alone(alone) => &alone.link,
            Self::Shared(member) => member.link(),
        }
    }

    /// The address of the group of tabs.
    pub(super) fn group(&self) -> Option<&str> {
        match self {
            Self::Alone(_) => None,
            Self::Shared(member) => Some(member.url()),
        }
    }

    pub(super) fn sharing(&self) -> Sharing {
        match self {
            Self::Alone(alone) => Sharing::Alone { keeps: alone.keeps },
            Self::Shared(member) => Sharing::Shared {
                role: member.role(),
                others: member.others(),
                is_foremost: member.is_foremost(),
                keeps: member.is_certain_owner(),
                doubts: member.doubts(),
            },
        }
    }

    /// Returns the unsettled texts.
    pub(super) fn waiting(&self) -> Vec<PersistedMessage> {
        match self {
            Self::Alone(alone) => alone.link.waiting(),
            Self::Shared(member) => member.waiting(),
        }
    }

    pub(super) fn handle(&mut self, now: Moment, input: Input) {
        match self {
            Self::Alone(alone) => alone.handle(now, input),
            Self::Shared(member) => member.handle(now, input),
        }
    }

    /// Tells the link what an earlier visit has received from the server that it connects to next.
    pub(super) fn recall(&mut self, now: Moment, url: String, received: ReceivedEvents) {
        self.handle(now, Input::Link(link::Input::Recall { url, received }));
    }

    pub(super) fn poll_action(&mut self) -> Option<Action> {
        match self {
            Self::Alone(alone) => alone.actions.pop_front().or_else(|| alone.link.poll_action().map(Action::Link)),
            Self::Shared(member) => member.poll_action(),
        }
    }

    pub(super) fn next_wakeup(&self) -> Option<Instant> {
        match self {
            Self::Alone(alone) => alone.link.next_wakeup().map(|wakeup| wakeup.at),
            Self::Shared(member) => member.next_wakeup(),
        }
    }
}

impl Lone {
    fn handle(&mut self, now: Moment, input: Input) {
        match input {
            Input::Link(input) => self.link.handle(now, input),
            Input::Tick => self.link.handle(now, link::Input::Tick),
            // A page that is put aside would keep a socket that nobody reads, and the browser keeps no page with an open
            // socket.
            Input::Leave => {
                self.left = self.link.live_conn().filter(|_| self.link.status().url.as_deref() != Some(DEMO_URL));
                let close = |conn| Action::Link(link::Action::Close { conn, code: NORMAL_CLOSURE });
                self.actions.extend(self.left.map(close));
            }
            Input::Return => {
                if let Some(conn) = self.left.take() {
                    self.link.handle(now, link::Input::Abandoned(conn));
                }
            }
            Input::Received(_) | Input::LockGranted | Input::LockChecked { .. } | Input::LockLost => {}
        }
    }
}
