//! Several tabs of one browser, its locks and its channel, and one simulated server. Time jumps to the next due action.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use coda_dashboard::link::{self, CloseInfo, Link, LinkConfig, MessageState, Origin, PageHint, PhaseKind, Submission};
use coda_dashboard::protocol::{Command, Instant, Moment, utc_from_millis};
use coda_dashboard::sim::{Server, ServerConfig};
use coda_dashboard::tabs::{Input, Member, Role, TabId};

use crate::browser::{Locks, Sockets};
use crate::engine::Transit;
use crate::page::Page;
use crate::tab::{Effect, Life, Tab, ToTab};

/// Wall-clock time at the start, in epoch milliseconds.
const START: i64 = 1_795_374_567_000;
pub const URL: &str = "ws://localhost:8765";

pub struct World {
    pub tabs: Vec<Tab>,
    pub server: Server,
    pub now: Instant,
    pub rng: fastrand::Rng,
    pub locks: Locks,
    pub sockets: Sockets,
    /// Largest delay of a message between tabs.
    pub channel_delay: Duration,
    pub latency: Duration,
    pub reachable: bool,
    pub transit: BTreeMap<(Instant, u64), (Option<Effect>, Transit)>,
    pub last_arrival: BTreeMap<(usize, usize), Instant>,
    pub counter: u64,
    pub requests: u64,
    /// Number of posted copies of the link.
    pub snapshots: u64,
    /// The most sockets that tabs had at once, but for sleeping ones.
    pub most_sockets: usize,
    /// How often a socket was opened while a sleeping tab still had one, which nobody could close.
    pub overlaps: u64,
    /// Violations of a rule that must always hold.
    pub violations: Vec<String>,
}

impl World {
    pub fn new(config: ServerConfig, seed: u64) -> Self {
        Self {
            tabs: Vec::new(),
            server: Server::new(config, seed),
            now: Instant::from_millis(1_000),
            rng: fastrand::Rng::with_seed(seed),
            locks: Locks::default(),
            sockets: Sockets::default(),
            channel_delay: Duration::from_millis(3),
            latency: Duration::from_millis(1),
            reachable: true,
            transit: BTreeMap::new(),
            last_arrival: BTreeMap::new(),
            counter: 0,
            requests: 0,
            snapshots: 0,
            most_sockets: 0,
            overlaps: 0,
            violations: Vec::new(),
        }
    }

    /// A world with this many tabs that share a ready connection.
    pub fn with_tabs(count: usize) -> Self {
        let mut world = Self::new(ServerConfig::quiet(), 7);
        for _ in 0..count {
            world.open();
        }
        world.run_for(millis(500));
        assert_eq!(world.phase(world.owner().expect("an owner")), PhaseKind::Ready);
        world
    }

    /// A world whose server has been up long enough for its sequence numbers to reveal a restart.
    pub fn seasoned(count: usize) -> Self {
        let mut world = Self::with_tabs(count);
        for number in 0..60 {
            world.say(0, &format!("warm up {number}"));
            world.run_for(millis(100));
        }
        world
    }

    pub fn clock(&self, tab: usize) -> Moment {
        let mono = self.now + self.tabs[tab].skew;
        self.moment(mono)
    }

    pub fn moment(&self, mono: Instant) -> Moment {
        let millis = i64::try_from(self.now.as_micros() / 1_000).unwrap();
        Moment { mono, wall: utc_from_millis(START + millis) }
    }

    // ------------------------------------------------------------ what users and fate do

    pub fn open(&mut self) -> usize {
        self.open_with(false)
    }

    pub fn open_with(&mut self, is_hidden: bool) -> usize {
        let link = Link::new(LinkConfig::default(), self.rng.u64(..));
        self.join(link, is_hidden)
    }

    /// Opens a tab that has used this link alone so far.
    pub fn open_as(&mut self, link: Link) -> usize {
        self.join(link, false)
    }

    fn join(&mut self, link: Link, is_hidden: bool) -> usize {
        let skew = Duration::from_micros(self.rng.u64(0..5_000));
        let (id, seed) = (TabId(self.rng.u64(..)), self.rng.u64(..));
        let now = self.moment(self.now + skew);
        let member = Member::new(id, URL.into(), link, seed, is_hidden, now);
        self.tabs.push(Tab {
            member,
            life: Life::Running,
            is_hidden,
            page: Page::default(),
            past: Page::default(),
            request: None,
            inbox: VecDeque::new(),
            skew,
            effects: 0,
            noticed: 0,
            robbed_at: None,
            wakes_at: None,
            returns: false,
            posts: 0,
            steals: 0,
            writes: 0,
        });
        let tab = self.tabs.len() - 1;
        self.drain(tab);
        tab
    }

    /// Closes a tab as a user does.
    pub fn close(&mut self, tab: usize) {
        self.input(tab, Input::Leave);
        self.end(tab);
        self.free_locks(tab);
    }

    /// Has a tab leave the others. Returns the link that it goes on with.
    pub fn part(&mut self, tab: usize) -> Link {
        self.close(tab);
        let (url, link) = (URL.into(), Link::new(LinkConfig::default(), 1));
        let none = Member::new(TabId(1), url, link, 1, false, self.moment(self.now));
        let member = std::mem::replace(&mut self.tabs[tab].member, none);
        let (link, unheard) = member.into_link(self.moment(self.now));
        assert_eq!(unheard, []);
        link
    }

    /// Ends a tab without a word. Of what it did last, an end may be lost with it.
    pub fn crash(&mut self, tab: usize, loses_words: bool) {
        if loses_words {
            let Tab { noticed, effects, .. } = self.tabs[tab];
            let kept = noticed + self.rng.u64(0..=effects - noticed);
            self.transit.retain(|_, (from, _)| from.is_none_or(|(from, effect)| from != tab || effect <= kept));
        }
        self.end(tab);
        let delay = Duration::from_millis(self.rng.u64(1..30));
        self.send_in(delay, None, Transit::FreeLocks(tab));
    }

    fn end(&mut self, tab: usize) {
        self.tabs[tab].life = Life::Closed;
        self.tabs[tab].inbox.clear();
        for peer in self.sockets.of_tab(tab) {
            self.disconnect(peer, None);
        }
    }

    /// Puts a tab to sleep, with a word before or without. It wakes after `span`.
    pub fn sleep(&mut self, tab: usize, span: Duration, is_told: bool) {
        if is_told {
            self.input(tab, Input::Leave);
        }
        self.tabs[tab].life = Life::Asleep;
        self.tabs[tab].wakes_at = Some(self.now + span);
        self.tabs[tab].returns = is_told;
    }

    pub fn wake(&mut self, tab: usize) {
        self.tabs[tab].life = Life::Running;
        self.tabs[tab].wakes_at = None;
        if std::mem::take(&mut self.tabs[tab].returns) {
            self.input(tab, Input::Return);
        } else if self.rng.bool() {
            self.input(tab, Input::Tick);
        }
        while self.tabs[tab].life == Life::Running
            && let Some(what) = self.tabs[tab].inbox.pop_front()
        {
            self.deliver(tab, what);
        }
    }

    pub fn send(&mut self, tab: usize, command: Command) {
        let submission = Submission { command, origin: Origin::new("test", "send"), resend_of: None };
        self.link_input(tab, link::Input::Submit(submission));
    }

    pub fn say(&mut self, tab: usize, text: &str) {
        self.send(tab, Command::TextInput { text: text.into() });
    }

    pub fn show(&mut self, tab: usize, is_visible: bool) {
        self.tabs[tab].is_hidden = !is_visible;
        self.link_input(tab, link::Input::Hint(if is_visible { PageHint::Visible } else { PageHint::Hidden }));
    }

    pub fn link_input(&mut self, tab: usize, input: link::Input) {
        self.input(tab, Input::Link(input));
    }

    /// Loses what other tabs have posted and this one has not read.
    pub fn lose_posts_to(&mut self, tab: usize) {
        let is_post =
            |what: &Transit| matches!(what, Transit::ToTab(to, ToTab::Member(Input::Received(_))) if *to == tab);
        self.transit.retain(|_, (_, what)| !is_post(what));
    }

    pub fn drop_connections(&mut self) {
        let open = self.sockets.open();
        self.transit.retain(|_, (_, what)| !matches!(what, Transit::ToServer(peer, _) if open.contains(peer)));
        for peer in open {
            self.disconnect(peer, Some(CloseInfo { code: 1006, reason: String::new() }));
        }
    }

    pub fn go_half_open(&mut self) {
        self.sockets.go_half_open();
        let sockets = &self.sockets;
        self.transit.retain(|_, (_, what)| !matches!(what, Transit::ToServer(peer, _) if sockets.is_dead(*peer)));
    }

    pub fn restart_server(&mut self) {
        self.drop_connections();
        let now = self.moment(self.now);
        self.server.restart(now);
        self.drain_server();
    }

    // ------------------------------------------------------------ what there is

    pub fn running(&self) -> Vec<usize> {
        (0..self.tabs.len()).filter(|tab| self.tabs[*tab].life == Life::Running).collect()
    }

    pub fn owners(&self) -> Vec<usize> {
        self.running().into_iter().filter(|tab| self.tabs[*tab].member.role() == Role::Owner).collect()
    }

    pub fn owner(&self) -> Option<usize> {
        self.owners().first().copied()
    }

    pub fn role(&self, tab: usize) -> Role {
        self.tabs[tab].member.role()
    }

    pub fn phase(&self, tab: usize) -> PhaseKind {
        self.tabs[tab].member.link().status().phase.kind()
    }

    /// Returns the number of sockets whose tabs know that they have them and are awake.
    pub fn used_sockets(&self) -> usize {
        let tabs = self.sockets.open().into_iter().filter_map(|peer| self.sockets.tab_of(peer));
        tabs.filter(|tab| self.tabs[*tab].life == Life::Running && !self.tabs[*tab].is_unsure()).count()
    }

    pub fn steals(&self) -> u64 {
        self.tabs.iter().map(|tab| tab.steals).sum()
    }

    /// Returns how often the server received this text, and how often it acted on it.
    pub fn received(&self, text: &str) -> (usize, usize) {
        let copies = self.server.received().iter().filter(|message| message.data["text"] == text);
        let acted: Vec<bool> = copies.map(|message| message.acted).collect();
        (acted.len(), acted.iter().filter(|acted| **acted).count())
    }

    pub fn is_delivered(&self, tab: usize, text: &str) -> bool {
        let states = self.tabs[tab].page.text(text);
        states.and_then(<[_]>::last).is_some_and(|state| matches!(state, MessageState::Delivered(_)))
    }

    /// Checks that all running tabs show the same, and that their links are equal.
    pub fn assert_agreement(&self) {
        if let Some(difference) = self.disagreement() {
            panic!("{difference}");
        }
    }

    pub fn assert_no_violation(&self) {
        assert!(self.violations.is_empty(), "{:?}", self.violations);
    }

    pub fn disagreement(&self) -> Option<String> {
        let running = self.running();
        let (first, rest) = running.split_first()?;
        let link = |tab: usize| serde_json::to_string(self.tabs[tab].member.link()).unwrap();
        let expected = link(*first);
        for tab in rest {
            if link(*tab) != expected {
                return Some(format!("tabs {first} and {tab} have different links: {expected}\n{}", link(*tab)));
            }
            if self.tabs[*tab].page != self.tabs[*first].page {
                let (page, other) = (&self.tabs[*first].page, &self.tabs[*tab].page);
                return Some(format!("tabs {first} and {tab} show something else: {page:#?}\n{other:#?}"));
            }
        }
        None
    }
}

pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
