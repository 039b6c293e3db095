//! The pump between the pure link and the browser: sockets, one timer, page hints, and batches of events.
//!
//! There is one driver per page. It is created before the first component and outlives them all. Components
//! reach it only through the context.

mod demo;
mod engine;
mod frames;
mod group;
mod network;
mod socket;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use gloo_timers::callback::Timeout;

use crate::browser::lifecycle::{Lifecycle, Step};
use crate::browser::waiting_texts::{self, WaitingTexts};
use crate::browser::{DEMO_URL, clock_jumps, is_hidden, millis_until, now, own_clients, seed};
use crate::link::{
    Action, ConnId, Input, Link, LinkConfig, LinkEvent, LinkStatus, Metrics, Origin, PersistedMessage, Phase,
    ReceivedEvents,
};
use crate::protocol::Instant;
use crate::tabs;
use demo::Demo;
use engine::Engine;
pub use engine::Sharing;
use frames::Frames;
use group::Group;
use network::BadNetwork;
use socket::Socket;

/// The only close code below 3000 that a page may send.
const NORMAL_CLOSURE: u16 = 1000;

/// What happened since the last frame, or a part of it.
#[derive(Debug)]
pub struct Batch {
    /// In order of occurrence.
    pub events: Vec<LinkEvent>,
    /// Current status of the link.
    pub status: LinkStatus,
    /// What this tab is to the others.
    pub sharing: Sharing,
    /// Whether the link's protections are off for an experiment.
    pub is_unprotected: bool,
    /// Number of texts that a reload of the page would lose.
    pub unpersisted: usize,
    /// Which events of the server have arrived, up to the last of `events`. `None` if more of them follow in another
    /// task: until then, nothing needs to be shown.
    pub received: Option<ReceivedEvents>,
    /// Whether events come faster than anybody reads.
    pub is_flood: bool,
}

/// The page's models, which the driver feeds.
pub trait Listener {
    /// Applies what happened. The last batch of a frame has `received`.
    fn apply(&mut self, batch: Batch);

    /// Writes what the page shows, which is that of all events applied so far, for the page of another tab.
    fn snapshot(&mut self) -> Option<String>;

    /// This tab has left the others, if there were any. They keep what the page has not written down yet.
    fn left(&mut self, others_go_on: bool);

    /// The link is now a copy of another tab's, whose page shows this.
    fn reset(&mut self, snapshot: Option<String>);
}

/// The page's only connection to Coda, which it may share with other tabs. Clones are handles to the same driver.
#[derive(Clone)]
pub struct Driver(Rc<Inner>);

struct Inner {
    engine: RefCell<Engine>,
    group: RefCell<Option<Group>>,
    /// Number of groups joined so far.
    groups: Cell<u32>,
    /// Whether the browser lets tabs share a link.
    can_share: Cell<bool>,
    inputs: RefCell<VecDeque<Work>>,
    is_pumping: Cell<bool>,
    /// Whether the page is put aside or closed. What it wants to connect to waits for its return.
    is_away: Cell<bool>,
    wanted: RefCell<Option<Work>>,
    /// The live socket. Replacing it drops the old one along with its listeners.
    socket: RefCell<Option<Socket>>,
    demo: RefCell<Option<Demo>>,
    network: BadNetwork,
    /// The armed wakeup, with its time and the clock's jumps before.
    timer: RefCell<Option<(Instant, u32, Timeout)>>,
    events: RefCell<Vec<LinkEvent>>,
    frames: Frames,
    listener: RefCell<Option<Box<dyn Listener>>>,
    lifecycle: RefCell<Option<Lifecycle>>,
    /// Whether the texts from before a reload are restored. Nothing is stored before.
    is_restored: Cell<bool>,
    /// Whether texts changed since they were last stored.
    texts_changed: Cell<bool>,
    unpersisted: Cell<usize>,
    /// As the listener knows it.
    sharing: Cell<Sharing>,
    /// The address whose events the listener was last given.
    shown_url: RefCell<Option<String>>,
}

/// What the driver has to do, in order.
enum Work {
    Input(tabs::Input),
    /// Go on alone.
    StopSharing,
    /// Connect to an address, of whose server an earlier visit has received events.
    Connect {
        url: String,
        received: Option<ReceivedEvents>,
        /// Whether the user wants it, so that tabs that were disconnected by hand connect too.
        by_hand: bool,
    },
}

impl Driver {
    /// Creates the driver, which feeds `listener`.
    #[must_use]
    pub fn start(config: LinkConfig, listener: impl Listener + 'static) -> Self {
        let can_share = group::is_available();
        let driver = Self(Rc::new(Inner {
            engine: RefCell::new(Engine::alone(Link::new(config, seed()), !can_share)),
            group: RefCell::default(),
            groups: Cell::default(),
            can_share: Cell::new(can_share),
            inputs: RefCell::default(),
            is_pumping: Cell::new(false),
            is_away: Cell::new(false),
            wanted: RefCell::default(),
            socket: RefCell::default(),
            demo: RefCell::default(),
            network: BadNetwork::default(),
            timer: RefCell::default(),
            events: RefCell::default(),
            frames: Frames::default(),
            listener: RefCell::new(Some(Box::new(listener))),
            lifecycle: RefCell::default(),
            is_restored: Cell::new(false),
            texts_changed: Cell::new(false),
            unpersisted: Cell::new(0),
            sharing: Cell::new(Sharing::Alone { keeps: !can_share }),
            shown_url: RefCell::default(),
        }));
        let told = driver.clone();
        *driver.0.lifecycle.borrow_mut() = Some(Lifecycle::listen(move |step| told.follow(step)));
        driver
    }

    /// Queues an input for the link. May be called from anywhere, even while the link is handling another input.
    pub fn dispatch(&self, input: Input) {
        self.enqueue(input);
        self.pump();
    }

    fn enqueue(&self, input: Input) {
        self.0.inputs.borrow_mut().push_back(Work::Input(tabs::Input::Link(input)));
    }

    /// Handles what comes from the other tabs or the lock, unless this tab has left that group.
    fn hear(&self, group: u32, input: tabs::Input) {
        if self.0.group.borrow().as_ref().is_some_and(|current| current.number == group) {
            self.0.inputs.borrow_mut().push_back(Work::Input(input));
            self.pump();
        }
    }

    /// Goes on alone, because the browser gives this page no locks.
    fn stop_sharing(&self, group: u32) {
        if self.0.group.borrow().as_ref().is_some_and(|current| current.number == group) {
            self.0.can_share.set(false);
            self.0.inputs.borrow_mut().push_back(Work::StopSharing);
            self.pump();
        }
    }

    /// Follows the life of the page.
    fn follow(&self, step: Step) {
        let input = match step {
            Step::Hint(hint) => tabs::Input::Link(Input::Hint(hint)),
            Step::Leave => tabs::Input::Leave,
            Step::Return => tabs::Input::Return,
        };
        if step == Step::Return {
            self.0.is_away.set(false);
            self.0.group.borrow().iter().for_each(|group| group.open(self));
        }
        self.0.inputs.borrow_mut().push_back(Work::Input(input));
        if step == Step::Return {
            self.0.inputs.borrow_mut().extend(self.0.wanted.take());
        }
        self.pump();
        if step == Step::Leave {
            self.0.is_away.set(true);
            if self.0.is_restored.get() {
                self.store_texts();
            }
            self.0.group.borrow().iter().for_each(Group::close);
        }
    }

    /// Connects to this address, replacing any connection. `received` is what an earlier visit has received from there.
    /// `by_hand` is whether the user has just asked for it.
    pub fn connect(&self, url: String, received: Option<ReceivedEvents>, by_hand: bool) {
        let work = Work::Connect { url, received, by_hand };
        if self.0.is_away.get() {
            self.0.wanted.replace(Some(work));
        } else {
            self.0.inputs.borrow_mut().push_back(work);
            self.pump();
        }
    }

    /// Takes the link to another address: alone for the demo, and where tabs cannot share it.
    fn change_address(&self, url: String, received: Option<ReceivedEvents>, by_hand: bool) {
        let group = self.with_engine(|engine| engine.group().map(str::to_owned));
        let shares = url != DEMO_URL && self.0.can_share.get();
        // What has come so far is of the address before, as the status still says.
        if self.0.listener.borrow().is_some() {
            self.feed();
        }
        if group.is_some() && group.as_ref() != Some(&url) {
            self.leave_group();
        }
        if let Some(received) = received {
            self.with_engine(|engine| engine.recall(now(), url.clone(), received));
        }
        if shares && group.as_ref() != Some(&url) {
            self.join_group(url);
            if by_hand {
                self.handle(tabs::Input::Link(Input::RetryNow));
            }
        } else {
            self.handle(tabs::Input::Link(Input::Connect { url }));
        }
    }

    fn leave_group(&self) {
        let has_others = self.with_engine(|engine| engine.sharing()).others() > 0;
        self.handle(tabs::Input::Leave);
        self.0.group.take();
        let (link, unheard) = self.take_link();
        self.0.engine.replace(Engine::alone(link, !self.0.can_share.get()));
        self.drain();
        self.tell_left(has_others);
        if !unheard.is_empty() {
            self.handle(tabs::Input::Link(Input::Restore { waiting: unheard, ask: false }));
        }
    }

    fn go_on_alone(&self) {
        if let Some(url) = self.with_engine(|engine| engine.group().map(str::to_owned)) {
            self.leave_group();
            self.handle(tabs::Input::Link(Input::Connect { url }));
        }
    }

    fn join_group(&self, url: String) {
        let number = self.0.groups.get() + 1;
        self.0.groups.set(number);
        *self.0.group.borrow_mut() = Some(Group::join(self, &url, number));
        // The group's link knows nothing of this tab's connection.
        if let Some(conn) = self.with_link(Link::live_conn) {
            self.close_socket(conn, NORMAL_CLOSURE);
        }
        let (link, _) = self.take_link();
        self.0.engine.replace(Engine::shared(url, link, (seed(), seed()), is_hidden(), now()));
        self.drain();
    }

    /// Takes the link out of its engine, with texts to be restored. Give it a new engine at once.
    fn take_link(&self) -> (Link, Vec<PersistedMessage>) {
        let none = Engine::alone(Link::new(LinkConfig::default(), seed()), false);
        self.0.engine.replace(none).into_link(now())
    }

    /// Restores the texts from before a reload. Until then none are stored, so that they are not overwritten.
    pub fn restore_texts(&self) {
        if !self.0.is_restored.replace(true) {
            let WaitingTexts { texts: waiting, may_be_sent } = waiting_texts::kept();
            // Where tabs do not know of each other, this may be the copy of one that sends them.
            let ask = may_be_sent || !self.0.can_share.get();
            if !waiting.is_empty() {
                self.dispatch(Input::Restore { waiting, ask });
            }
        }
    }

    /// Writes a frame as it is, bypassing queue and deduplication. Returns false without a ready connection.
    pub fn send_raw(&self, text: &str, origin: Origin) -> bool {
        let is_ready = self.with_link(|link| matches!(link.status().phase, Phase::Ready { .. }));
        if is_ready {
            self.dispatch(Input::Raw { text: text.into(), origin });
        }
        is_ready
    }

    /// Returns the link's current metrics.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.with_link(|link| link.metrics(now()))
    }

    fn with_engine<R>(&self, act: impl FnOnce(&mut Engine) -> R) -> R {
        act(&mut self.0.engine.borrow_mut())
    }

    fn with_link<R>(&self, read: impl FnOnce(&Link) -> R) -> R {
        self.with_engine(|engine| read(engine.link()))
    }

    fn pump(&self) {
        if self.0.is_pumping.replace(true) {
            return;
        }
        loop {
            self.poll_network();
            let Some(work) = self.0.inputs.borrow_mut().pop_front() else { break };
            match work {
                Work::Input(input) => self.handle(input),
                Work::StopSharing => self.go_on_alone(),
                Work::Connect { url, received, by_hand } => self.change_address(url, received, by_hand),
            }
        }
        self.0.is_pumping.set(false);
        self.arm_timer();
        self.arm_network();
        let sharing = self.with_engine(|engine| engine.sharing());
        let has_changed = self.0.sharing.replace(sharing) != sharing;
        if has_changed {
            self.request_frame_at_once();
        }
        if self.0.is_restored.get() && (self.0.texts_changed.replace(false) || has_changed) {
            self.store_texts();
        }
        self.flush_if_hidden();
    }

    fn handle(&self, input: tabs::Input) {
        if let tabs::Input::Link(Input::Submit(_) | Input::Restore { .. }) = &input {
            self.0.texts_changed.set(true);
        }
        self.with_engine(|engine| engine.handle(now(), input));
        self.drain();
    }

    fn drain(&self) {
        while let Some(action) = self.with_engine(Engine::poll_action) {
            self.carry_out(action);
        }
    }

    fn store_texts(&self) {
        let (waiting, sharing) = self.with_engine(|engine| (engine.waiting(), engine.sharing()));
        let is_shared = sharing.others() > 0;
        self.0.unpersisted.set(waiting_texts::keep(&waiting, is_shared));
        if let Some(lifecycle) = &*self.0.lifecycle.borrow() {
            let is_unsent = waiting.iter().any(|waiting| !waiting.was_written && &*waiting.url != DEMO_URL);
            lifecycle.guard(is_unsent && !is_shared);
        }
    }

    fn carry_out(&self, action: tabs::Action) {
        let group = || self.0.group.borrow();
        match action {
            tabs::Action::Link(action) => self.carry_out_for_link(action),
            tabs::Action::Post(text) => group().iter().for_each(|group| group.post(&text)),
            tabs::Action::PostSnapshot(snapshot) => {
                let page = self.snapshot();
                let text = snapshot.into_text(page);
                group().iter().for_each(|group| group.post(&text));
            }
            tabs::Action::RequestLock => group().iter().for_each(|group| group.lock().request()),
            tabs::Action::StealLock => group().iter().for_each(|group| group.lock().steal()),
            tabs::Action::ReleaseLock => group().iter().for_each(|group| group.lock().release()),
            tabs::Action::CheckLock { check } => group().iter().for_each(|group| group.check_lock(self, check)),
            tabs::Action::Reset { page } => self.reset(page),
        }
    }

    fn carry_out_for_link(&self, action: Action) {
        match action {
            Action::Open { conn, url } if url == DEMO_URL => {
                self.0.network.open(conn);
                self.0.demo.borrow_mut().get_or_insert_with(Demo::new).connect(self, conn);
            }
            Action::Open { conn, url } => {
                self.0.network.open(conn);
                *self.0.socket.borrow_mut() = Socket::open(self, conn, &url);
            }
            Action::Send { conn, text } => self.send(conn, text),
            Action::Close { conn, code } => self.close_socket(conn, code),
            Action::Emit(event) => {
                if let LinkEvent::Message(status) = &event
                    && status.command.text().is_some()
                {
                    self.0.texts_changed.set(true);
                }
                if let LinkEvent::Phase { phase: Phase::Ready { client_id: Some(name), .. }, .. } = &event {
                    own_clients::add(name);
                }
                let may_wait = matches!(event, LinkEvent::FrameIn { .. } | LinkEvent::Event(_));
                self.0.events.borrow_mut().push(event);
                if may_wait {
                    self.request_frame();
                } else {
                    self.request_frame_at_once();
                }
            }
        }
    }

    fn write(&self, conn: ConnId, text: &str) {
        if !self.with_demo(conn, |demo| demo.send(self, conn, text)) {
            self.send_to_socket(conn, text);
        }
    }

    fn close_socket(&self, conn: ConnId, code: u16) {
        self.with_demo(conn, |demo| demo.disconnect(self, conn));
        let mut socket = self.0.socket.borrow_mut();
        if let Some(open) = socket.take_if(|socket| socket.conn() == conn) {
            open.close(code);
        }
    }

    fn with_demo(&self, conn: ConnId, act: impl FnOnce(&mut Demo)) -> bool {
        let mut demo = self.0.demo.borrow_mut();
        let live = demo.as_mut().filter(|demo| demo.is_connected(conn));
        live.map(act).is_some()
    }

    fn send_to_socket(&self, conn: ConnId, text: &str) {
        let mut socket = self.0.socket.borrow_mut();
        if let Some(socket) = socket.as_mut().filter(|socket| socket.conn() == conn) {
            let buffered = socket.send(text);
            self.enqueue(Input::Buffered(conn, buffered));
        }
    }

    /// Arms the timer for the next wakeup. Waking early is harmless, so an earlier timer is left in place:
    /// frames keep postponing the wakeup, and rearming each time would be wasteful.
    fn arm_timer(&self) {
        let mut timer = self.0.timer.borrow_mut();
        let Some(at) = self.with_engine(|engine| engine.next_wakeup()) else {
            *timer = None;
            return;
        };
        let jumps = clock_jumps();
        if timer.as_ref().is_none_or(|(armed_for, before, _)| at < *armed_for || *before != jumps) {
            let driver = self.clone();
            let wake = move || {
                // Browsers may fire timers early, so a fired timer is cleared regardless of the clock.
                driver.0.timer.take();
                driver.0.inputs.borrow_mut().push_back(Work::Input(tabs::Input::Tick));
                driver.pump();
            };
            *timer = Some((at, jumps, Timeout::new(millis_until(at), wake)));
        }
    }
}
