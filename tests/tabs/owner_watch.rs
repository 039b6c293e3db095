//! Watches how long tabs are without an owner.

use std::time::Duration;

use coda_dashboard::protocol::Instant;

use crate::tab::Life;
use crate::world::{World, seconds};

/// Watches how long there is no owner although a tab in view could be.
#[derive(Debug, Default)]
pub struct OwnerWatch {
    tabs: Vec<(Life, bool)>,
    since: Option<Instant>,
    /// Whether the lock was with a sleeping tab meanwhile.
    is_about_sleeper: bool,
    steals: u64,
    pub longest_after_end: Duration,
    pub longest_after_sleep: Duration,
    pub most_steals: u64,
    owner: Option<usize>,
    pub takeovers: u64,
}

impl OwnerWatch {
    pub fn see(&mut self, world: &World) -> Result<(), String> {
        let tabs: Vec<(Life, bool)> = world.tabs.iter().map(|tab| (tab.life, tab.is_hidden)).collect();
        let has_changed = tabs != self.tabs;
        self.tabs = tabs;
        let is_in_view = |tab: &usize| !world.tabs[*tab].is_hidden;
        if let Some(owner) = world.owner().filter(|owner| !world.tabs[*owner].is_unsure()) {
            self.takeovers += u64::from(self.owner.replace(owner).is_some_and(|before| before != owner));
        }
        let has_owner = world.owners().into_iter().any(|tab| !world.tabs[tab].is_unsure());
        if has_owner || !world.running().iter().any(is_in_view) {
            self.since = None;
            self.is_about_sleeper = false;
            self.steals = world.steals();
            return Ok(());
        }
        if has_changed || self.since.is_none() {
            // Whoever was taking over may be asleep or gone now, and another takeover begins.
            self.since = Some(world.now);
            self.steals = world.steals();
        }
        self.is_about_sleeper |= world.locks.holder().is_some_and(|tab| world.tabs[tab].life == Life::Asleep);
        let lasted = world.now.duration_since(self.since.unwrap_or(world.now));
        let (longest, limit) = if self.is_about_sleeper {
            (&mut self.longest_after_sleep, seconds(3))
        } else {
            (&mut self.longest_after_end, seconds(1))
        };
        *longest = lasted.max(*longest);
        self.most_steals = self.most_steals.max(world.steals() - self.steals);
        if lasted > limit { Err(format!("no owner for {lasted:?} at {:?}", world.now)) } else { Ok(()) }
    }
}
