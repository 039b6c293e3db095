//! The browser's part: its lock manager, and the sockets of its tabs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use coda_dashboard::link::ConnId;
use coda_dashboard::sim::PeerId;

/// One lock, for which tabs queue. Each entry is a tab and the number of its request.
#[derive(Debug, Default)]
pub struct Locks {
    held: Option<(usize, u64)>,
    queue: VecDeque<(usize, u64)>,
}

impl Locks {
    pub fn holder(&self) -> Option<usize> {
        self.held.map(|(tab, _)| tab)
    }

    pub fn request(&mut self, tab: usize, request: u64) {
        self.queue.retain(|(waiting, _)| *waiting != tab);
        self.queue.push_back((tab, request));
    }

    /// Takes the lock. Returns who had it.
    pub fn steal(&mut self, tab: usize, request: u64) -> Option<(usize, u64)> {
        self.queue.retain(|(waiting, _)| *waiting != tab);
        self.held.replace((tab, request))
    }

    /// Releases the lock and withdraws the request of this tab.
    pub fn release(&mut self, tab: usize) {
        self.queue.retain(|(waiting, _)| *waiting != tab);
        self.held = self.held.filter(|(holder, _)| *holder != tab);
    }

    /// Releases the lock if it was granted for this request.
    pub fn give_back(&mut self, request: u64) {
        self.held = self.held.filter(|(_, granted)| *granted != request);
    }

    /// Grants the lock to the next in the queue, if it is free.
    pub fn grant_next(&mut self) -> Option<(usize, u64)> {
        if self.held.is_some() {
            return None;
        }
        self.held = Some(self.queue.pop_front()?);
        self.held
    }
}

/// The open sockets.
#[derive(Debug, Default)]
pub struct Sockets {
    open: BTreeMap<PeerId, (usize, ConnId)>,
    /// Half-open ones, which carry nothing any more.
    dead: BTreeSet<PeerId>,
    last: u64,
}

impl Sockets {
    pub fn open_new(&mut self, tab: usize, conn: ConnId) -> PeerId {
        self.last += 1;
        self.open.insert(PeerId(self.last), (tab, conn));
        PeerId(self.last)
    }

    /// Returns the number of sockets that were ever opened.
    pub fn opened(&self) -> u64 {
        self.last
    }

    pub fn open(&self) -> BTreeSet<PeerId> {
        self.open.keys().copied().collect()
    }

    pub fn owner(&self, peer: PeerId) -> Option<(usize, ConnId)> {
        self.open.get(&peer).copied()
    }

    pub fn tab_of(&self, peer: PeerId) -> Option<usize> {
        self.owner(peer).map(|(tab, _)| tab)
    }

    pub fn of_tab(&self, tab: usize) -> Vec<PeerId> {
        self.open.iter().filter(|(_, (owner, _))| *owner == tab).map(|(peer, _)| *peer).collect()
    }

    pub fn peer(&self, tab: usize, conn: ConnId) -> Option<PeerId> {
        self.open.iter().find(|(_, owner)| **owner == (tab, conn)).map(|(peer, _)| *peer)
    }

    pub fn close(&mut self, peer: PeerId) {
        self.open.remove(&peer);
    }

    pub fn go_half_open(&mut self) {
        self.dead.extend(self.open.keys().copied());
    }

    pub fn is_dead(&self, peer: PeerId) -> bool {
        self.dead.contains(&peer)
    }
}
