//! Watches which tabs must have heard of a text, so that it is not gone while one of them is there.

use std::collections::BTreeMap;
use std::time::Duration;

use coda_dashboard::link::MessageState;
use coda_dashboard::protocol::Instant;

use crate::tab::Life;
use crate::world::World;

/// Two tabs that are awake for this long tell each other what they know, even if the owner hangs meanwhile.
const ENOUGH: Duration = Duration::from_secs(5);

#[derive(Debug)]
struct Text {
    content: String,
    /// The tabs that must know it, with the time from which they do.
    holders: BTreeMap<usize, Instant>,
    /// Whether a tab has shown how it ended.
    is_settled: bool,
}

#[derive(Debug, Default)]
pub struct TextWatch {
    awake_since: Vec<Option<Instant>>,
    texts: Vec<Text>,
}

impl TextWatch {
    /// Notes the next text.
    pub fn said(&mut self, tab: usize, content: &str, now: Instant) {
        let holders = BTreeMap::from([(tab, now)]);
        self.texts.push(Text { content: content.to_owned(), holders, is_settled: false });
    }

    pub fn see(&mut self, world: &World) {
        self.awake_since.resize(world.tabs.len(), None);
        for (since, tab) in self.awake_since.iter_mut().zip(&world.tabs) {
            *since = (tab.life == Life::Running).then(|| since.unwrap_or(world.now));
        }
        let awake = |tab: usize| self.awake_since[tab];
        for Text { content, holders, is_settled } in self.texts.iter_mut().filter(|text| !text.is_settled) {
            let last_states = world.tabs.iter().filter_map(|tab| tab.page.text(content)?.last());
            *is_settled = last_states.into_iter().any(|state| state.is_final() || *state == MessageState::Unconfirmed);
            let heard: Vec<usize> = (0..world.tabs.len())
                .filter(|tab| !holders.contains_key(tab))
                .filter(|tab| {
                    let Some(listens) = awake(*tab) else { return false };
                    let tells = |(holder, from): (&usize, &Instant)| awake(*holder).map(|since| since.max(*from));
                    let told = holders.iter().filter_map(tells).min();
                    told.is_some_and(|told| world.now.duration_since(told.max(listens)) >= ENOUGH)
                })
                .collect();
            holders.extend(heard.into_iter().map(|tab| (tab, world.now)));
        }
    }

    /// Whether the text with this number has ended in some tab.
    pub fn is_settled(&self, text: usize) -> bool {
        self.texts[text].is_settled
    }

    /// Returns a running tab that must know the text with this number, if there is any.
    pub fn holder(&self, text: usize, world: &World) -> Option<usize> {
        self.texts[text].holders.keys().copied().find(|tab| world.tabs[*tab].life == Life::Running)
    }
}
