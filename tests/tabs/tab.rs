//! A tab of the simulated browser, and what is on its way to it.

use std::collections::VecDeque;
use std::time::Duration;

use coda_dashboard::protocol::Instant;
use coda_dashboard::tabs::{Input, Member};

use crate::page::Page;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Running,
    /// Processes nothing; what arrives waits.
    Asleep,
    Closed,
}

/// Something that a tab did and others can notice: the tab and its number there.
pub type Effect = (usize, u64);

/// What is on its way to a tab.
#[derive(Clone, Debug)]
pub enum ToTab {
    Member(Input),
    Granted {
        request: u64,
    },
    /// The lock granted with this request was stolen.
    Lost {
        request: u64,
    },
    Checked {
        check: u64,
        is_held: bool,
    },
}

pub struct Tab {
    pub member: Member,
    pub life: Life,
    pub is_hidden: bool,
    pub page: Page,
    /// What the page showed before it was given another tab's state.
    pub past: Page,
    /// The request for the lock that counts, as the driver knows.
    pub request: Option<u64>,
    pub inbox: VecDeque<ToTab>,
    /// How far its clock is ahead.
    pub skew: Duration,
    /// Number of things it did that others can notice.
    pub effects: u64,
    /// The last of them that anybody has noticed.
    pub noticed: u64,
    /// When the lock was stolen from it, until it is told.
    pub robbed_at: Option<Instant>,
    pub wakes_at: Option<Instant>,
    pub returns: bool,
    pub posts: u64,
    pub steals: u64,
    /// Number of frames written.
    pub writes: u64,
}

impl Tab {
    /// Whether it may believe wrongly that it is the owner.
    pub fn is_unsure(&self) -> bool {
        self.robbed_at.is_some()
    }
}
