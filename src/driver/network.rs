//! The experiment with network conditions: a bad network between the link and its connection.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use gloo_timers::callback::Timeout;

use super::{Driver, clock};
use crate::link::{CloseInfo, ConnId, Input};
use crate::sim::{Conditions, Direction, Network, Passed};

#[derive(Default)]
pub(super) struct BadNetwork {
    conditions: Cell<Option<Conditions>>,
    under: RefCell<Option<(ConnId, Network)>>,
    timer: RefCell<Option<Timeout>>,
}

impl BadNetwork {
    /// A new connection begins, under the conditions that are in force.
    pub(super) fn open(&self, conn: ConnId) {
        let network = self.conditions.get().map(|conditions| (conn, made(conditions, conn)));
        *self.under.borrow_mut() = network;
    }

    /// Changes the conditions; `live` is the connection that there is.
    pub(super) fn set(&self, conditions: Option<Conditions>, live: Option<ConnId>) {
        self.conditions.set(conditions);
        let mut under = self.under.borrow_mut();
        match (&mut *under, conditions, live) {
            (Some((conn, network)), _, _) if Some(*conn) == live => {
                network.set_conditions(conditions.unwrap_or_default(), clock::now().mono);
            }
            (under, Some(conditions), Some(conn)) => *under = Some((conn, made(conditions, conn))),
            _ => {}
        }
    }

    /// Takes a frame on its way; `None` where there is no bad network and it goes on as it is.
    fn enter(&self, conn: ConnId, way: Direction, text: Arc<str>) -> Option<Arc<str>> {
        match self.under.borrow_mut().as_mut().filter(|(under, _)| *under == conn) {
            Some((_, network)) => {
                network.enter(clock::now().mono, way, text);
                None
            }
            None => Some(text),
        }
    }

    fn poll(&self) -> Option<(ConnId, Passed)> {
        let mut under = self.under.borrow_mut();
        let (conn, network) = under.as_mut()?;
        network.poll(clock::now().mono).map(|passed| (*conn, passed))
    }
}

fn made(conditions: Conditions, conn: ConnId) -> Network {
    Network::new(conditions, conn.0, clock::now().mono)
}

impl Driver {
    /// Puts a bad network under this connection and all that follow, or takes it away.
    pub fn set_conditions(&self, conditions: Option<Conditions>) {
        let live = self.0.link.borrow().status().phase.conn();
        self.0.network.set(conditions, live);
        self.pump();
    }

    /// A frame for the server, out of the link.
    pub(super) fn send(&self, conn: ConnId, text: Arc<str>) {
        if let Some(text) = self.0.network.enter(conn, Direction::ToServer, text) {
            self.write(conn, &text);
        }
    }

    /// A frame from the server, on its way to the link; whoever calls this pumps afterwards.
    pub(super) fn receive(&self, conn: ConnId, text: Arc<str>) {
        if let Some(text) = self.0.network.enter(conn, Direction::ToPage, text) {
            self.0.inputs.borrow_mut().push_back(Input::Frame(conn, text));
        }
    }

    /// Lets arrive what is due.
    pub(super) fn poll_network(&self) {
        while let Some((conn, passed)) = self.0.network.poll() {
            match passed {
                Passed::Frame(Direction::ToPage, text) => {
                    self.0.inputs.borrow_mut().push_back(Input::Frame(conn, text));
                }
                Passed::Frame(Direction::ToServer, text) => self.write(conn, &text),
                Passed::Lost => {
                    self.close_socket(conn, CloseInfo::BROKEN);
                    let info = CloseInfo::broken("broken by the network experiment");
                    self.0.inputs.borrow_mut().push_back(Input::Closed(conn, info));
                }
            }
        }
    }

    /// Comes back when something arrives next.
    pub(super) fn arm_network(&self) {
        let next = self.0.network.under.borrow().as_ref().and_then(|(_, network)| network.next_wakeup());
        *self.0.network.timer.borrow_mut() = next.map(|at| {
            let driver = self.clone();
            Timeout::new(clock::millis_until(at), move || driver.pump())
        });
    }
}
