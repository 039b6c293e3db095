//! The simulated Coda inside the page, behind the same link as a real one.

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;

use super::{Driver, clock};
use crate::lazy::part;
use crate::link::{CloseInfo, ConnId, Input};
use crate::protocol::{Now, Timestamp};
use crate::sim::{PeerId, Server, ServerConfig, ServerInput, ServerOutput};

/// What the demo needs of the simulated Coda, whose code lies in a part of its own: few pages ever need it.
trait Coda {
    fn handle(&mut self, now: Now, input: ServerInput);
    fn poll_output(&mut self) -> Option<ServerOutput>;
    fn next_wakeup(&self) -> Option<Timestamp>;
}

impl Coda for Server {
    fn handle(&mut self, now: Now, input: ServerInput) {
        self.handle(now, input);
    }

    fn poll_output(&mut self) -> Option<ServerOutput> {
        self.poll_output()
    }

    fn next_wakeup(&self) -> Option<Timestamp> {
        self.next_wakeup()
    }
}

part! {
    in demo: fn coda(seed: u64) -> Box<dyn Coda> { Box::new(Server::new(ServerConfig::default(), seed)) }
}

#[derive(Default)]
pub(super) struct Demo {
    /// None until its part is there.
    coda: Option<Box<dyn Coda>>,
    connected: Option<ConnId>,
    timer: Option<Timeout>,
}

impl Demo {
    pub(super) fn is_connected(&self, conn: ConnId) -> bool {
        self.connected == Some(conn)
    }

    pub(super) fn connect(&mut self, driver: &Driver, conn: ConnId) {
        self.connected = Some(conn);
        if self.coda.is_some() {
            self.open(driver, conn);
        } else {
            spawn_local(fetch(driver.clone(), conn));
        }
    }

    fn open(&mut self, driver: &Driver, conn: ConnId) {
        driver.0.inputs.borrow_mut().push_back(Input::Opened(conn));
        self.feed(driver, ServerInput::Connected(peer(conn)));
    }

    /// The part is there: whoever waits for it by now is let in.
    fn arrive(&mut self, driver: &Driver, coda: Box<dyn Coda>) {
        if self.coda.is_none() {
            self.coda = Some(coda);
            if let Some(conn) = self.connected {
                self.open(driver, conn);
            }
        }
    }

    pub(super) fn send(&mut self, driver: &Driver, conn: ConnId, text: &str) {
        self.feed(driver, ServerInput::Frame(peer(conn), text.to_owned()));
    }

    pub(super) fn disconnect(&mut self, driver: &Driver, conn: ConnId) {
        self.connected = None;
        self.feed(driver, ServerInput::Disconnected(peer(conn)));
    }

    /// Answers go into the driver's queue, which is pumped after whatever calls this.
    fn feed(&mut self, driver: &Driver, input: ServerInput) {
        let Some(simulated) = &mut self.coda else { return };
        let now = clock::now();
        simulated.handle(now, input);
        while let Some(output) = simulated.poll_output() {
            let is_ours = |peer_id| self.connected.filter(|conn| peer(*conn) == peer_id);
            match output {
                ServerOutput::Send(to, text) => {
                    if let Some(conn) = is_ours(to) {
                        driver.receive(conn, text.into());
                    }
                }
                ServerOutput::Close(to, code, reason) => {
                    let closed = is_ours(to).map(|conn| Input::Closed(conn, CloseInfo { code, reason }));
                    driver.0.inputs.borrow_mut().extend(closed);
                }
            }
        }
        self.timer = simulated.next_wakeup().map(|at| {
            let driver = driver.clone();
            Timeout::new(clock::millis_until(at), move || {
                if let Some(demo) = driver.0.demo.borrow_mut().as_mut() {
                    demo.feed(&driver, ServerInput::Tick);
                }
                driver.pump();
            })
        });
    }
}

async fn fetch(driver: Driver, conn: ConnId) {
    match coda(clock::seed()).await {
        Ok(coda) => {
            if let Some(demo) = driver.0.demo.borrow_mut().as_mut() {
                demo.arrive(&driver, coda);
            }
            driver.pump();
        }
        // As for a server that cannot be reached: the link tries again.
        Err(missing) => {
            driver.dispatch(Input::Closed(conn, CloseInfo::broken(missing.to_string())));
        }
    }
}

fn peer(conn: ConnId) -> PeerId {
    PeerId(conn.0.into())
}
