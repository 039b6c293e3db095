//! The other tabs, as far as this one has heard of them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::role::TabId;
use super::timing::FORGET_AFTER;
use crate::protocol::Instant;

#[derive(Clone, Copy, Debug)]
struct Tab {
    heard_at: Instant,
    is_hidden: bool,
}

#[derive(Debug, Default)]
pub(super) struct Roster(BTreeMap<TabId, Tab>);

impl Roster {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn ids(&self) -> Vec<TabId> {
        self.0.keys().copied().collect()
    }

    /// Notes a sign of life. Returns whether the tab's page came into view with it.
    pub(super) fn heard(&mut self, tab: TabId, is_hidden: bool, now: Instant) -> bool {
        let before = self.0.insert(tab, Tab { heard_at: now, is_hidden });
        before.is_some_and(|before| before.is_hidden && !is_hidden)
    }

    pub(super) fn remove(&mut self, tab: TabId) {
        self.0.remove(&tab);
    }

    pub(super) fn are_hidden(&self) -> bool {
        self.0.values().all(|tab| tab.is_hidden)
    }

    /// Removes and returns the tabs that have been silent for too long.
    pub(super) fn forget(&mut self, now: Instant) -> Vec<TabId> {
        let is_gone = |tab: &Tab| tab.heard_at + FORGET_AFTER <= now;
        let gone = self.0.iter().filter(|(_, tab)| is_gone(tab)).map(|(id, _)| *id).collect();
        self.0.retain(|_, tab| !is_gone(tab));
        gone
    }

    pub(super) fn next_forget(&self) -> Option<Instant> {
        self.0.values().map(|tab| tab.heard_at + FORGET_AFTER).min()
    }

    /// Disregards a time during which this tab slept and heard nobody.
    pub(super) fn excuse(&mut self, slept: Duration) {
        for tab in self.0.values_mut() {
            tab.heard_at = tab.heard_at + slept;
        }
    }

    /// Returns the place of a tab among the followers, those in view first.
    pub(super) fn rank(&self, me: TabId, is_hidden: bool, owner: Option<TabId>) -> u32 {
        let others = self.0.iter().filter(|(id, _)| Some(**id) != owner);
        let before = others.filter(|(id, tab)| (tab.is_hidden, **id) < (is_hidden, me)).count();
        u32::try_from(before).unwrap_or(u32::MAX)
    }
}
