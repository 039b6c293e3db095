//! The network simulation: a simulated bad network between the link and its connection.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use gloo_timers::callback::Timeout;

use super::Driver;
use crate::browser;
use crate::link::{CloseInfo, ConnId, Input};
use crate::sim::{Conditions, Direction, Network, Passed};

#[derive(Default)]
pub(super) struct BadNetwork {
    conditions: Cell<Option<Conditions>>,
    under: RefCell<Option<(ConnId, Network)>>,
    timer: RefCell<Option<Timeout>>,
}

impl BadNetwork {
    /// Starts a connection under the current conditions.
    pub(super) fn open(&self, conn: ConnId) {
        let network = self.conditions.get().map(|conditions| (conn, made(conditions, conn)));
        *self.under.borrow_mut() = network;
    }

    /// Changes the conditions, also for the `live` connection.
    pub(super) fn set(&self, conditions: Option<Conditions>, live: Option<ConnId>) {
        self.conditions.set(conditions);
        let mut under = self.under.borrow_mut();
        match (&mut *under, conditions, live) {
            (Some((conn, network)), _, _) if Some(*conn) == live => {
                network.set_conditions(conditions.unwrap_or_default(), browser::now().mono);
            }
            (under, Some(conditions), Some(conn)) => *under = Some((conn, made(conditions, conn))),
            _ => {}
        }
    }

    /// Passes a frame through the bad network. Returns it unchanged if there is none.
    fn enter(&self, conn: ConnId, direction: Direction, text: Arc<str>) -> Option<Arc<str>> {
        match self.under.borrow_mut().as_mut().filter(|(under, _)| *under == conn) {
            Some((_, network)) => {
                network.enter(browser::now().mono, direction, text);
                None
            }
            None => Some(text),
        }
    }

    fn poll(&self) -> Option<(ConnId, Passed)> {
        let mut under = self.under.borrow_mut();
        let (conn, network) = under.as_mut()?;
        network.poll(browser::now().mono).map(|passed| (*conn, passed))
    }
}

fn made(conditions: Conditions, conn: ConnId) -> Network {
    Network::new(conditions, conn.0, browser::now().mono)
}

impl Driver {
    /// Sets the network conditions for the current and all later connections, or removes them.
    pub fn set_conditions(&self, conditions: Option<Conditions>) {
        let live = self.with_link(|link| link.status().phase.conn());
        self.0.network.set(conditions, live);
        self.pump();
    }

    /// Sends a frame of the link to the server.
    pub(super) fn send(&self, conn: ConnId, text: Arc<str>) {
        if let Some(text) = self.0.network.enter(conn, Direction::ToServer, text) {
            self.write(conn, &text);
        }
    }

    /// Receives a frame from the server for the link. The caller pumps afterwards.
    pub(super) fn receive(&self, conn: ConnId, text: Arc<str>) {
        if let Some(text) = self.0.network.enter(conn, Direction::ToPage, text) {
            self.enqueue(Input::Frame(conn, text));
        }
    }

    /// Delivers every frame that is due.
    pub(super) fn poll_network(&self) {
        while let Some((conn, passed)) = self.0.network.poll() {
            match passed {
                Passed::Frame(Direction::ToPage, text) => {
                    self.enqueue(Input::Frame(conn, text));
                }
                Passed::Frame(Direction::ToServer, text) => self.write(conn, &text),
                Passed::Lost => {
                    self.close_socket(conn, CloseInfo::BROKEN);
                    let info = CloseInfo::broken("closed by the network simulation");
                    self.enqueue(Input::Closed(conn, info));
                }
            }
        }
    }

    /// Arms the timer for the network's next output.
    pub(super) fn arm_network(&self) {
        let next = self.0.network.under.borrow().as_ref().and_then(|(_, network)| network.next_wakeup());
        *self.0.network.timer.borrow_mut() = next.map(|at| {
            let driver = self.clone();
            Timeout::new(browser::millis_until(at), move || driver.pump())
        });
    }
}
