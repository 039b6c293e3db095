//! The simulated Coda inside the page, used through the same link as a real one.

use gloo_timers::callback::Timeout;

use super::Driver;
use crate::browser;
use crate::link::{CloseInfo, ConnId, Input};
use crate::sim::{PeerId, Server, ServerConfig, ServerInput, ServerOutput};

pub(super) struct Demo {
    coda: Server,
    connected: Option<ConnId>,
    timer: Option<Timeout>,
}

impl Demo {
    pub(super) fn new() -> Self {
        Self { coda: Server::new(ServerConfig::default(), browser::seed()), connected: None, timer: None }
    }

    pub(super) fn is_connected(&self, conn: ConnId) -> bool {
        self.connected == Some(conn)
    }

    pub(super) fn connect(&mut self, driver: &Driver, conn: ConnId) {
        self.connected = Some(conn);
        driver.enqueue(Input::Opened(conn));
        self.feed(driver, ServerInput::Connected(peer(conn)));
    }

    pub(super) fn send(&mut self, driver: &Driver, conn: ConnId, text: &str) {
        self.feed(driver, ServerInput::Frame(peer(conn), text.to_owned()));
    }

    pub(super) fn disconnect(&mut self, driver: &Driver, conn: ConnId) {
        self.connected = None;
        self.feed(driver, ServerInput::Disconnected(peer(conn)));
    }

    /// Replies go into the driver's input queue, which the caller pumps afterwards.
    fn feed(&mut self, driver: &Driver, input: ServerInput) {
        self.coda.handle(browser::now(), input);
        while let Some(output) = self.coda.poll_output() {
            let is_ours = |peer_id| self.connected.filter(|conn| peer(*conn) == peer_id);
            match output {
                ServerOutput::Send(to, text) => {
                    if let Some(conn) = is_ours(to) {
                        driver.receive(conn, text.into());
                    }
                }
                ServerOutput::Close(to, code, reason) => {
                    let closed = is_ours(to).map(|conn| Input::Closed(conn, CloseInfo { code, reason }));
                    if let Some(closed) = closed {
                        driver.enqueue(closed);
                    }
                }
            }
        }
        self.timer = self.coda.next_wakeup().map(|at| {
            let driver = driver.clone();
            Timeout::new(browser::millis_until(at), move || {
                if let Some(demo) = driver.0.demo.borrow_mut().as_mut() {
                    demo.feed(&driver, ServerInput::Tick);
                }
                driver.pump();
            })
        });
    }
}

fn peer(conn: ConnId) -> PeerId {
    PeerId(conn.0.into())
}
