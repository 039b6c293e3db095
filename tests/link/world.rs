//! One link, one simulated server and the network between them. Time jumps to the next due action.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use coda_dashboard::link::{
    Action, CloseInfo, ConnId, Input, Link, LinkConfig, LinkEvent, MessageId, MessageState, MessageStatus, Origin,
    PhaseKind, ServerEvent, Submission,
};
use coda_dashboard::protocol::{Command, Instant, Moment, utc_from_millis};
use coda_dashboard::sim::{PeerId, Received, Server, ServerConfig, ServerInput, ServerOutput};

/// Wall-clock time at the start, in epoch milliseconds.
const START: i64 = 1_795_374_567_000;
/// Limit on steps without any time passing, which would be an endless loop.
const MAX_STEPS_AT_ONCE: u32 = 10_000;

#[derive(Debug)]
enum Transit {
    ToLink(Input),
    ToServer(ServerInput),
}

pub struct World {
    pub link: Link,
    /// A copy of the link, read back from its serialized form, that must do exactly the same.
    pub twin: Option<Link>,
    pub server: Server,
    pub now: Instant,
    /// One-way delay.
    pub latency: Duration,
    /// Largest random addition to a frame's delay. Frames in one direction never overtake each other.
    pub jitter: Duration,
    rng: fastrand::Rng,
    /// Arrival time of the last frame of each connection and direction (true: to the link).
    last_arrival: HashMap<(u32, bool), Instant>,
    /// Whether new connections succeed.
    pub reachable: bool,
    /// Half-open connections, which no longer carry anything.
    dead: BTreeSet<u32>,
    open: BTreeSet<u32>,
    transit: BTreeMap<(Instant, u64), (u32, Transit)>,
    counter: u64,
    pub events: Vec<LinkEvent>,
    pub states: HashMap<MessageId, Vec<MessageState>>,
    pub messages: Vec<MessageStatus>,
    pub opened: u32,
}

impl World {
    pub fn new(config: ServerConfig, seed: u64) -> Self {
        #[cfg(not(target_arch = "wasm32"))]
        crate::log::install();
        Self {
            link: Link::new(LinkConfig::default(), seed),
            twin: None,
            server: Server::new(config, seed),
            now: Instant::from_millis(1_000),
            latency: Duration::from_millis(1),
            jitter: Duration::ZERO,
            rng: fastrand::Rng::with_seed(seed),
            last_arrival: HashMap::new(),
            reachable: true,
            dead: BTreeSet::new(),
            open: BTreeSet::new(),
            transit: BTreeMap::new(),
            counter: 0,
            events: Vec::new(),
            states: HashMap::new(),
            messages: Vec::new(),
            opened: 0,
        }
    }

    /// A world whose link is connected and idle.
    pub fn ready() -> Self {
        let mut world = Self::new(ServerConfig::quiet(), 7);
        world.connect();
        world.run_for(Duration::from_millis(200));
        assert_eq!(world.phase(), PhaseKind::Ready);
        world
    }

    /// A world whose server has been up long enough for its sequence numbers to reveal a restart.
    pub fn seasoned() -> Self {
        let mut world = Self::ready();
        for number in 0..60 {
            world.say(&format!("warm up {number}"));
            world.run_for(Duration::from_millis(100));
        }
        world
    }

    pub fn clock(&self) -> Moment {
        let millis = i64::try_from(self.now.as_micros() / 1_000).unwrap();
        Moment { mono: self.now, wall: utc_from_millis(START + millis) }
    }

    /// Replaces the twin by a copy of the link as it is now.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn copy_link(&mut self) {
        let text = serde_json::to_string(&self.link).expect("a link can be written");
        let twin: Link = serde_json::from_str(&text).expect("and read back");
        assert_eq!(serde_json::to_string(&twin).expect("and written again"), text);
        self.twin = Some(twin);
    }

    pub fn phase(&self) -> PhaseKind {
        self.link.status().phase.kind()
    }

    pub fn connect(&mut self) {
        self.input(Input::Connect { url: "ws://localhost:8765".into() });
    }

    pub fn send(&mut self, command: Command) -> MessageId {
        let origin = Origin::new("test", "send");
        self.input(Input::Submit(Submission { command, origin, resend_of: None }));
        self.last_message()
    }

    pub fn say(&mut self, text: &str) -> MessageId {
        self.send(Command::TextInput { text: text.into() })
    }

    /// Sends again in place of the message `resend_of`, as the user does.
    pub fn send_again(&mut self, text: &str, resend_of: MessageId) -> MessageId {
        let origin = Origin::new("test", "send again");
        let command = Command::TextInput { text: text.into() };
        self.input(Input::Submit(Submission { command, origin, resend_of: Some(resend_of) }));
        self.last_message()
    }

    pub fn last_message(&self) -> MessageId {
        let created = self.messages.iter().rev().find(|message| message.origin.component == "test");
        created.expect("a message was sent").id
    }

    pub fn state(&self, id: MessageId) -> &MessageState {
        self.states[&id].last().expect("a state")
    }

    pub fn is_delivered(&self, id: MessageId) -> bool {
        matches!(self.state(id), MessageState::Delivered(_))
    }

    /// Returns how often the server received a message, and how often it executed it.
    pub fn received(&self, id: MessageId) -> (usize, usize) {
        let id = id.to_string();
        let copies: Vec<&Received> =
            self.server.received().iter().filter(|message| message.id.as_deref() == Some(&id)).collect();
        (copies.len(), copies.iter().filter(|message| message.acted).count())
    }

    pub fn server_events(&self) -> impl Iterator<Item = &ServerEvent> {
        self.events.iter().filter_map(|event| match event {
            LinkEvent::Event(event) => Some(event),
            _ => None,
        })
    }

    /// Receives a frame over the live connection.
    pub fn receive(&mut self, text: &str) {
        let conn = self.link.status().phase.conn().expect("a connection");
        self.input(Input::Frame(conn, text.into()));
    }

    /// Breaks the connection. Everything in transit is lost.
    pub fn drop_connection(&mut self) {
        let dropped = std::mem::take(&mut self.open);
        self.transit.retain(|_, (conn, _)| !dropped.contains(conn));
        for conn in dropped {
            self.send_in(conn, Transit::ToServer(ServerInput::Disconnected(PeerId(conn.into()))));
            let info = CloseInfo { code: 1006, reason: String::new() };
            self.send_in(conn, Transit::ToLink(Input::Closed(ConnId(conn), info)));
        }
    }

    /// Makes the connection half-open: it carries nothing any more, and neither side is informed.
    pub fn go_half_open(&mut self) {
        self.dead.extend(self.open.iter().copied());
        self.transit.retain(|_, (conn, _)| !self.dead.contains(conn));
    }

    pub fn restart_server(&mut self) {
        let now = self.clock();
        self.drop_connection();
        self.server.restart(now);
        self.drain_server();
    }

    pub fn input(&mut self, input: Input) {
        let now = self.clock();
        let mut twin = self.twin.take();
        if let Some(twin) = &mut twin {
            twin.handle(now, input.clone());
        }
        self.link.handle(now, input);
        while let Some(action) = self.link.poll_action() {
            if let Some(twin) = &mut twin {
                assert_eq!(twin.poll_action().as_ref(), Some(&action), "a link that was read back acts differently");
            }
            self.carry_out(action);
        }
        if let Some(twin) = &mut twin {
            assert_eq!(twin.poll_action(), None, "a link that was read back acts differently");
            assert_eq!(twin.next_wakeup(), self.link.next_wakeup());
        }
        self.twin = twin;
        let wakeup = self.link.next_wakeup();
        assert!(wakeup.is_none_or(|wakeup| wakeup.at >= now.mono), "a wakeup in the past: {wakeup:?} at {now:?}");
    }

    fn carry_out(&mut self, action: Action) {
        match action {
            Action::Open { conn, .. } => {
                assert!(self.open.is_subset(&self.dead), "a second socket while {:?} is open", self.open);
                self.opened += 1;
                if self.reachable {
                    self.open.insert(conn.0);
                    self.send_in(conn.0, Transit::ToServer(ServerInput::Connected(PeerId(conn.0.into()))));
                    self.send_in(conn.0, Transit::ToLink(Input::Opened(conn)));
                } else {
                    let info = CloseInfo { code: 1006, reason: String::new() };
                    self.send_in(conn.0, Transit::ToLink(Input::Closed(conn, info)));
                }
            }
            Action::Send { conn, text } => {
                if self.open.contains(&conn.0) {
                    let frame = ServerInput::Frame(PeerId(conn.0.into()), text.to_string());
                    self.send_in(conn.0, Transit::ToServer(frame));
                }
            }
            Action::Close { conn, .. } => {
                if self.open.remove(&conn.0) {
                    self.send_in(conn.0, Transit::ToServer(ServerInput::Disconnected(PeerId(conn.0.into()))));
                }
            }
            Action::Emit(event) => {
                if let LinkEvent::Message(status) = &event {
                    self.states.entry(status.id).or_default().push(status.state.clone());
                    self.messages.push(status.clone());
                }
                self.events.push(event);
            }
        }
    }

    fn send_in(&mut self, conn: u32, what: Transit) {
        let is_news = matches!(what, Transit::ToServer(ServerInput::Disconnected(_)));
        if self.dead.contains(&conn) && !is_news {
            return;
        }
        self.counter += 1;
        let jitter = Duration::from_micros(self.rng.u64(0..=u64::try_from(self.jitter.as_micros()).unwrap_or(0)));
        let direction = (conn, matches!(what, Transit::ToLink(_)));
        let before = self.last_arrival.get(&direction).copied().unwrap_or_default();
        let at = (self.now + self.latency + jitter).max(before);
        self.last_arrival.insert(direction, at);
        self.transit.insert((at, self.counter), (conn, what));
    }

    fn drain_server(&mut self) {
        while let Some(output) = self.server.poll_output() {
            match output {
                ServerOutput::Send(PeerId(peer), text) => {
                    let conn = u32::try_from(peer).unwrap();
                    if self.open.contains(&conn) {
                        self.send_in(conn, Transit::ToLink(Input::Frame(ConnId(conn), text.into())));
                    }
                }
                ServerOutput::Close(PeerId(peer), code, reason) => {
                    let conn = u32::try_from(peer).unwrap();
                    self.open.remove(&conn);
                    self.send_in(conn, Transit::ToLink(Input::Closed(ConnId(conn), CloseInfo { code, reason })));
                }
            }
        }
    }

    /// Processes everything due up to `until`, in order.
    pub fn run_until(&mut self, until: Instant) {
        let mut steps_at_once = 0;
        loop {
            let transit = self.transit.keys().next().map(|(at, _)| *at);
            let link = self.link.next_wakeup().map(|wakeup| wakeup.at);
            let server = self.server.next_wakeup();
            let Some(next) = [transit, link, server].into_iter().flatten().min().filter(|at| *at <= until) else {
                break;
            };
            steps_at_once = if next > self.now { 0 } else { steps_at_once + 1 };
            assert!(steps_at_once < MAX_STEPS_AT_ONCE, "it spins at {:?}: link {link:?}, server {server:?}", self.now);
            self.now = self.now.max(next);
            if transit == Some(next) {
                let Some(((_, _), (_, what))) = self.transit.pop_first() else { continue };
                match what {
                    Transit::ToLink(input) => self.input(input),
                    Transit::ToServer(input) => {
                        let now = self.clock();
                        self.server.handle(now, input);
                        self.drain_server();
                    }
                }
            } else if server == Some(next) {
                let now = self.clock();
                self.server.handle(now, ServerInput::Tick);
                self.drain_server();
            } else {
                self.input(Input::Tick);
            }
        }
        self.now = self.now.max(until);
    }

    pub fn run_for(&mut self, span: Duration) {
        self.run_until(self.now + span);
    }

    /// Runs until `condition` holds, and returns how long that took.
    pub fn run_until_holds(&mut self, what: &str, limit: Duration, condition: impl Fn(&Self) -> bool) -> Duration {
        let start = self.now;
        while !condition(self) {
            assert!(self.now.duration_since(start) < limit, "{what} did not come about within {limit:?}");
            self.run_for(Duration::from_millis(1));
        }
        self.now.duration_since(start)
    }
}

pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
