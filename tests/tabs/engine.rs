//! The world's machinery: it carries out what members ask for, and brings everything to where it goes, in time.

use std::collections::BTreeSet;
use std::time::Duration;

use coda_dashboard::link::{self, CloseInfo};
use coda_dashboard::protocol::Instant;
use coda_dashboard::sim::{PeerId, ServerInput, ServerOutput};
use coda_dashboard::tabs::{Action, Input};

use crate::page::Page;
use crate::tab::{Effect, Life, Tab, ToTab};
use crate::world::{World, millis};

/// Limit on steps without any time passing, which would be an endless loop.
const MAX_STEPS_AT_ONCE: u32 = 10_000;

/// For how long after a theft the new owner waits for what the other did before it knew.
const LAST_WORDS: Duration = millis(200);

#[derive(Debug)]
pub enum Transit {
    ToTab(usize, ToTab),
    ToServer(PeerId, ServerInput),
    /// A tab crashed a moment ago.
    FreeLocks(usize),
}

impl World {
    pub fn input(&mut self, tab: usize, input: Input) {
        let now = self.clock(tab);
        self.tabs[tab].member.handle(now, input);
        self.drain(tab);
        let wakeup = self.tabs[tab].member.next_wakeup();
        assert!(wakeup.is_none_or(|at| at >= now.mono), "a wakeup in the past: {wakeup:?} at {now:?}");
    }

    pub fn deliver(&mut self, tab: usize, what: ToTab) {
        match self.tabs[tab].life {
            Life::Closed => {}
            Life::Asleep => self.tabs[tab].inbox.push_back(what),
            Life::Running => {
                let input = match what {
                    ToTab::Member(input) => input,
                    ToTab::Granted { request } => {
                        if self.tabs[tab].request != Some(request) {
                            self.locks.give_back(request);
                            self.grant();
                            return;
                        }
                        Input::LockGranted
                    }
                    ToTab::Lost { request } => {
                        self.tabs[tab].robbed_at = None;
                        if self.tabs[tab].request != Some(request) {
                            return;
                        }
                        self.tabs[tab].request = None;
                        Input::LockLost
                    }
                    ToTab::Checked { check, is_held } => {
                        if !is_held {
                            self.tabs[tab].robbed_at = None;
                        }
                        Input::LockChecked { check, is_held }
                    }
                };
                self.input(tab, input);
            }
        }
    }

    pub fn drain(&mut self, tab: usize) {
        while let Some(action) = self.tabs[tab].member.poll_action() {
            match action {
                Action::Post(text) => self.post(tab, &text),
                Action::PostSnapshot(snapshot) => {
                    self.snapshots += 1;
                    let page = serde_json::to_string(&self.tabs[tab].page).unwrap();
                    self.post(tab, &snapshot.into_text(Some(page)));
                }
                Action::RequestLock => {
                    let request = self.new_request(tab);
                    self.locks.request(tab, request);
                    self.grant();
                }
                Action::StealLock => {
                    self.tabs[tab].steals += 1;
                    let request = self.new_request(tab);
                    if let Some((robbed, request)) = self.locks.steal(tab, request) {
                        self.tabs[robbed].robbed_at = Some(self.now);
                        self.tell(robbed, ToTab::Lost { request });
                    }
                    self.tell(tab, ToTab::Granted { request });
                }
                Action::ReleaseLock => {
                    self.tabs[tab].request = None;
                    self.locks.release(tab);
                    self.grant();
                }
                Action::CheckLock { check } => {
                    let is_held = self.locks.holder() == Some(tab);
                    self.tell(tab, ToTab::Checked { check, is_held });
                }
                Action::Link(action) => self.carry_out(tab, action),
                Action::Reset { page } => {
                    let page: Page = serde_json::from_str(&page.expect("a page")).unwrap();
                    let before = std::mem::replace(&mut self.tabs[tab].page, page);
                    self.tabs[tab].past.messages.extend(before.messages);
                }
            }
        }
    }

    fn new_request(&mut self, tab: usize) -> u64 {
        self.requests += 1;
        self.tabs[tab].request = Some(self.requests);
        self.requests
    }

    fn grant(&mut self) {
        if let Some((tab, request)) = self.locks.grant_next() {
            self.tell(tab, ToTab::Granted { request });
        }
    }

    pub fn free_locks(&mut self, tab: usize) {
        self.locks.release(tab);
        self.grant();
    }

    /// Sends a tab a word of the browser. These arrive in order.
    fn tell(&mut self, tab: usize, what: ToTab) {
        let before = self.last_arrival.get(&(usize::MAX, tab)).copied().unwrap_or_default();
        let at = (self.now + Duration::from_millis(self.rng.u64(1..4))).max(before);
        self.last_arrival.insert((usize::MAX, tab), at);
        self.put(at, None, Transit::ToTab(tab, what));
    }

    fn post(&mut self, from: usize, text: &str) {
        self.tabs[from].posts += 1;
        let effect = self.next_effect(from);
        for to in (0..self.tabs.len()).filter(|to| *to != from) {
            if self.tabs[to].life == Life::Closed {
                continue;
            }
            let most = u64::try_from(self.channel_delay.as_micros()).unwrap();
            let before = self.last_arrival.get(&(from, to)).copied().unwrap_or_default();
            let at = (self.now + Duration::from_micros(self.rng.u64(most / 10..=most))).max(before);
            self.last_arrival.insert((from, to), at);
            let input = Input::Received(text.into());
            self.put(at, Some((from, effect)), Transit::ToTab(to, ToTab::Member(input)));
        }
    }

    fn next_effect(&mut self, tab: usize) -> u64 {
        self.tabs[tab].effects += 1;
        self.tabs[tab].effects
    }

    fn carry_out(&mut self, tab: usize, action: link::Action) {
        match action {
            link::Action::Open { conn, .. } => {
                let others = self.sockets.open().into_iter().filter_map(|peer| self.sockets.tab_of(peer));
                for other in others.filter(|other| *other != tab).collect::<BTreeSet<_>>() {
                    if self.tabs[other].life == Life::Running && !self.tabs[other].is_unsure() {
                        self.violations.push(format!("tab {tab} opens a socket while tab {other} has one"));
                    } else {
                        self.overlaps += 1;
                    }
                }
                let peer = self.sockets.open_new(tab, conn);
                self.most_sockets = self.most_sockets.max(self.used_sockets());
                let effect = self.next_effect(tab);
                if self.reachable {
                    self.send_to_server(Some((tab, effect)), peer, ServerInput::Connected(peer));
                    self.send_to_socket(peer, link::Input::Opened(conn));
                } else {
                    self.sockets.close(peer);
                    let info = CloseInfo { code: 1006, reason: String::new() };
                    let closed = ToTab::Member(Input::Link(link::Input::Closed(conn, info)));
                    self.send_in(self.latency, None, Transit::ToTab(tab, closed));
                }
            }
            link::Action::Send { conn, text } => {
                let Some(peer) = self.sockets.peer(tab, conn) else { return };
                let is_late = |robbed_at| self.now.duration_since(robbed_at) > LAST_WORDS;
                if self.locks.holder() != Some(tab) && self.tabs[tab].robbed_at.is_none_or(is_late) {
                    self.violations.push(format!("tab {tab} writes without the lock: {text}"));
                }
                self.tabs[tab].writes += 1;
                let effect = self.next_effect(tab);
                self.send_to_server(Some((tab, effect)), peer, ServerInput::Frame(peer, text.to_string()));
            }
            link::Action::Close { conn, .. } => {
                if let Some(peer) = self.sockets.peer(tab, conn) {
                    self.disconnect(peer, None);
                }
            }
            link::Action::Emit(event) => self.tabs[tab].page.show(&event),
        }
    }

    /// Ends a connection. The tab is told if it is not the one that closed it.
    pub fn disconnect(&mut self, peer: PeerId, told: Option<CloseInfo>) {
        if let (Some((tab, conn)), Some(info)) = (self.sockets.owner(peer), told) {
            let closed = ToTab::Member(Input::Link(link::Input::Closed(conn, info)));
            self.send_in(self.latency, None, Transit::ToTab(tab, closed));
        }
        self.sockets.close(peer);
        self.send_in(self.latency, None, Transit::ToServer(peer, ServerInput::Disconnected(peer)));
    }

    fn send_to_server(&mut self, from: Option<Effect>, peer: PeerId, input: ServerInput) {
        if !self.sockets.is_dead(peer) {
            self.send_in(self.latency, from, Transit::ToServer(peer, input));
        }
    }

    fn send_to_socket(&mut self, peer: PeerId, input: link::Input) {
        if let Some((tab, _)) = self.sockets.owner(peer).filter(|_| !self.sockets.is_dead(peer)) {
            self.send_in(self.latency, None, Transit::ToTab(tab, ToTab::Member(Input::Link(input))));
        }
    }

    pub fn send_in(&mut self, delay: Duration, from: Option<Effect>, what: Transit) {
        self.put(self.now + delay, from, what);
    }

    fn put(&mut self, at: Instant, from: Option<Effect>, what: Transit) {
        self.counter += 1;
        self.transit.insert((at, self.counter), (from, what));
    }

    pub fn drain_server(&mut self) {
        while let Some(output) = self.server.poll_output() {
            match output {
                ServerOutput::Send(peer, text) => {
                    if let Some((_, conn)) = self.sockets.owner(peer) {
                        self.send_to_socket(peer, link::Input::Frame(conn, text.into()));
                    }
                }
                ServerOutput::Close(peer, code, reason) => {
                    if let Some((_, conn)) = self.sockets.owner(peer) {
                        self.send_to_socket(peer, link::Input::Closed(conn, CloseInfo { code, reason }));
                        self.sockets.close(peer);
                    }
                }
            }
        }
    }

    fn server_input(&mut self, input: ServerInput) {
        let now = self.moment(self.now);
        self.server.handle(now, input);
        self.drain_server();
    }

    /// Returns when a tab's timer fires. Those of hidden tabs do at full seconds only.
    fn timer(&self, tab: usize) -> Option<Instant> {
        let Tab { member, is_hidden, skew, .. } = &self.tabs[tab];
        let micros = member.next_wakeup()?.as_micros().saturating_sub(u64::try_from(skew.as_micros()).unwrap());
        let micros = micros.max(self.now.as_micros());
        Some(Instant::from_micros(if *is_hidden { micros.div_ceil(1_000_000) * 1_000_000 } else { micros }))
    }

    /// Processes everything due up to `until`, in order. Calls `watch` after each step.
    pub fn run_until(&mut self, until: Instant, mut watch: impl FnMut(&Self)) {
        let mut steps_at_once = 0;
        loop {
            let transit = self.transit.keys().next().map(|(at, _)| *at);
            let server = self.server.next_wakeup();
            let timer = self.running().into_iter().filter_map(|tab| Some((self.timer(tab)?, tab))).min();
            let waking = |tab: usize| Some((self.tabs[tab].wakes_at?, tab));
            let asleep = (0..self.tabs.len()).filter(|tab| self.tabs[*tab].life == Life::Asleep);
            let wakes = asleep.filter_map(waking).min();
            let due = [transit, server, timer.map(|(at, _)| at), wakes.map(|(at, _)| at)];
            let Some(next) = due.into_iter().flatten().min().filter(|at| *at <= until) else { break };
            steps_at_once = if next > self.now { 0 } else { steps_at_once + 1 };
            assert!(steps_at_once < MAX_STEPS_AT_ONCE, "it spins at {:?}: {due:?}", self.now);
            self.now = self.now.max(next);
            if transit == Some(next) {
                let Some((_, (from, what))) = self.transit.pop_first() else { continue };
                if let Some((tab, effect)) = from {
                    self.tabs[tab].noticed = self.tabs[tab].noticed.max(effect);
                }
                match what {
                    Transit::ToTab(tab, what) => self.deliver(tab, what),
                    Transit::ToServer(_, input) => self.server_input(input),
                    Transit::FreeLocks(tab) => self.free_locks(tab),
                }
            } else if server == Some(next) {
                self.server_input(ServerInput::Tick);
            } else if let Some((_, tab)) = timer.filter(|(at, _)| *at == next) {
                self.input(tab, Input::Tick);
            } else if let Some((_, tab)) = wakes {
                self.wake(tab);
            }
            watch(self);
        }
        self.now = self.now.max(until);
        watch(self);
    }

    pub fn run_for(&mut self, span: Duration) {
        self.run_until(self.now + span, |_| {});
    }

    /// Runs until `condition` holds, and returns how long that took.
    pub fn run_until_holds(&mut self, what: &str, limit: Duration, condition: impl Fn(&Self) -> bool) -> Duration {
        let start = self.now;
        while !condition(self) {
            assert!(self.now.duration_since(start) < limit, "{what} did not come about within {limit:?}");
            self.run_for(millis(1));
        }
        self.now.duration_since(start)
    }
}
