//! The pump between the pure link and the browser: sockets, one timer, page hints, and batches of events.
//!
//! There is one driver per page. It is created before the first component and outlives them all. Components
//! reach it only through the app.

mod demo;
mod frames;
mod network;
mod socket;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;

use crate::browser::lifecycle::{Lifecycle, Step};
use crate::browser::storage::{self, Area};
use crate::browser::tab::{self, Tab};
use crate::browser::{DEMO_URL, millis_until, now, own_clients, seed, waiting_texts};
use crate::link::{
    Action, ConnId, Input, Link, LinkConfig, LinkEvent, LinkStatus, Metrics, Origin, PersistedMessage, Phase,
    ReceivedEvents,
};
use crate::protocol::Instant;
use demo::Demo;
use frames::Frames;
use network::BadNetwork;
use socket::Socket;

/// The only close code below 3000 that a page may send.
const NORMAL_CLOSURE: u16 = 1000;

/// Everything that happened since the last frame.
#[derive(Debug)]
pub struct Batch {
    /// In order of occurrence.
    pub events: Vec<LinkEvent>,
    /// Current status of the link.
    pub status: LinkStatus,
    /// Number of texts that a reload of the page would lose.
    pub unpersisted: usize,
    /// Number of texts left to the tab that this one is a copy of, which sends them.
    pub left_to_other_tab: usize,
    /// Which events of the server have arrived, up to the last of `events`.
    pub received: ReceivedEvents,
}

type Listener = Box<dyn FnMut(Batch)>;

/// The page's only connection to Coda. Clones are handles to the same driver.
#[derive(Clone)]
pub struct Driver(Rc<Inner>);

struct Inner {
    link: RefCell<Link>,
    inputs: RefCell<VecDeque<Input>>,
    is_pumping: Cell<bool>,
    /// The live socket. Replacing it drops the old one along with its listeners.
    socket: RefCell<Option<Socket>>,
    demo: RefCell<Option<Demo>>,
    network: BadNetwork,
    /// The armed wakeup of the link, with its time.
    timer: RefCell<Option<(Instant, Timeout)>>,
    events: RefCell<Vec<LinkEvent>>,
    frames: Frames,
    listener: RefCell<Option<Listener>>,
    lifecycle: RefCell<Option<Lifecycle>>,
    /// The connection whose socket was closed when the page was put aside.
    left: Cell<Option<ConnId>>,
    /// Progress of restoring texts from before a reload. Nothing is stored until it is done.
    restoring: Cell<Restoring>,
    /// Whether texts changed since they were last stored.
    texts_changed: Cell<bool>,
    unpersisted: Cell<usize>,
    left_to_other_tab: Cell<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Restoring {
    NotBegun,
    Begun,
    Done,
}

impl Driver {
    /// Creates the driver. `listener` receives batches at most once per animation frame.
    #[must_use]
    pub fn start(config: LinkConfig, listener: impl FnMut(Batch) + 'static) -> Self {
        let driver = Self(Rc::new(Inner {
            link: RefCell::new(Link::new(config, seed())),
            inputs: RefCell::default(),
            is_pumping: Cell::new(false),
            socket: RefCell::default(),
            demo: RefCell::default(),
            network: BadNetwork::default(),
            timer: RefCell::default(),
            events: RefCell::default(),
            frames: Frames::default(),
            listener: RefCell::new(Some(Box::new(listener))),
            lifecycle: RefCell::default(),
            left: Cell::default(),
            restoring: Cell::new(Restoring::NotBegun),
            texts_changed: Cell::new(false),
            unpersisted: Cell::new(0),
            left_to_other_tab: Cell::new(0),
        }));
        let told = driver.clone();
        *driver.0.lifecycle.borrow_mut() = Some(Lifecycle::listen(move |step| told.follow(step)));
        driver
    }

    /// Queues an input for the link. May be called from anywhere, even while the link is handling another input.
    pub fn dispatch(&self, input: Input) {
        self.0.inputs.borrow_mut().push_back(input);
        self.pump();
    }

    /// Follows the life of the page. A page that is put aside would keep a socket that nobody reads, and the browser
    /// keeps no page with an open socket.
    fn follow(&self, step: Step) {
        match step {
            Step::Hint(hint) => self.dispatch(Input::Hint(hint)),
            Step::Leave => {
                if let Some(socket) = self.0.socket.take() {
                    self.0.left.set(Some(socket.conn()));
                    socket.close(NORMAL_CLOSURE);
                }
            }
            Step::Return => {
                if let Some(conn) = self.0.left.take() {
                    self.dispatch(Input::Abandoned(conn));
                }
            }
        }
    }

    /// Connects to this address, replacing any connection.
    pub fn connect(&self, url: String) {
        self.dispatch(Input::Connect { url });
    }

    /// Restores the texts from before a reload. Until then none are stored, so that they are not overwritten.
    pub fn restore_texts(&self) {
        if self.0.restoring.get() == Restoring::NotBegun {
            self.0.restoring.set(Restoring::Begun);
            spawn_local(self.clone().restore());
        }
    }

    async fn restore(self) {
        if storage::is_available(Area::Session) {
            let tab = tab::identify().await;
            let kept = waiting_texts::kept();
            match tab {
                Tab::Own if !kept.is_empty() => self.dispatch(Input::Restore { waiting: kept, ask: false }),
                Tab::Unknown if !kept.is_empty() => self.dispatch(Input::Restore { waiting: kept, ask: true }),
                Tab::Own | Tab::Unknown => {}
                Tab::Copy(original) => {
                    waiting_texts::forget();
                    if !kept.is_empty() {
                        self.0.left_to_other_tab.set(kept.len());
                        self.request_frame_at_once();
                        spawn_local(self.clone().take_over(original, kept));
                    }
                }
            }
        }
        self.0.restoring.set(Restoring::Done);
        self.pump();
    }

    /// Waits until the original of this copied tab is closed and can no longer send its texts. Whether it sent them is
    /// unknown, so the user decides.
    async fn take_over(self, original: String, waiting: Vec<PersistedMessage>) {
        tab::until_closed(&original).await;
        self.dispatch(Input::Restore { waiting, ask: true });
    }

    /// Writes a frame as it is, bypassing queue and deduplication. Returns false without a ready connection.
    pub fn send_raw(&self, text: &str, origin: Origin) -> bool {
        let is_ready = matches!(self.0.link.borrow().status().phase, Phase::Ready { .. });
        if is_ready {
            self.dispatch(Input::Raw { text: text.into(), origin });
        }
        is_ready
    }

    /// Whether any text for a real server is waiting that was never written.
    fn has_unsent_texts(&self) -> bool {
        let waiting = self.0.link.borrow().waiting();
        waiting.iter().any(|waiting| !waiting.was_written && &*waiting.url != DEMO_URL)
    }

    /// Returns the link's current metrics.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.0.link.borrow().metrics(now())
    }

    fn pump(&self) {
        if self.0.is_pumping.replace(true) {
            return;
        }
        loop {
            self.poll_network();
            let Some(input) = self.0.inputs.borrow_mut().pop_front() else { break };
            self.0.link.borrow_mut().handle(now(), input);
            loop {
                let Some(action) = self.0.link.borrow_mut().poll_action() else { break };
                self.carry_out(action);
            }
        }
        self.0.is_pumping.set(false);
        self.arm_timer();
        self.arm_network();
        if self.0.restoring.get() == Restoring::Done && self.0.texts_changed.replace(false) {
            self.0.unpersisted.set(waiting_texts::keep(&self.0.link.borrow().waiting()));
            if let Some(lifecycle) = &*self.0.lifecycle.borrow() {
                lifecycle.guard(self.has_unsent_texts());
            }
        }
        self.flush_if_hidden();
    }

    fn carry_out(&self, action: Action) {
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
            self.0.inputs.borrow_mut().push_back(Input::Buffered(conn, buffered));
        }
    }

    /// Arms the timer for the link's next wakeup. Waking early is harmless, so an earlier timer is left in place:
    /// frames keep postponing the wakeup, and rearming each time would be wasteful.
    fn arm_timer(&self) {
        let mut timer = self.0.timer.borrow_mut();
        let Some(wakeup) = self.0.link.borrow().next_wakeup() else {
            *timer = None;
            return;
        };
        if timer.as_ref().is_none_or(|(armed_for, _)| wakeup.at < *armed_for) {
            let driver = self.clone();
            let wake = move || {
                // Browsers may fire timers early, so a fired timer is cleared regardless of the clock.
                driver.0.timer.take();
                driver.dispatch(Input::Tick);
            };
            *timer = Some((wakeup.at, Timeout::new(millis_until(wakeup.at), wake)));
        }
    }
}
