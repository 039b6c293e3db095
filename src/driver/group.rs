//! The browser's part in sharing the link: the channel between the tabs with one address, and the lock that one of them
//! holds.

use std::cell::RefCell;

use wasm_bindgen_futures::spawn_local;

use super::Driver;
use crate::browser::channel::Channel;
use crate::browser::locks::{self, Lock, LockEvent};
use crate::browser::seed;
use crate::tabs::Input;

/// The name shared by the channel and the lock of the tabs with this address.
fn name_of(url: &str) -> String {
    format!("coda link {url}")
}

/// Whether tabs of this browser can share a link. It takes a secure context, as is `localhost`.
pub(super) fn is_available() -> bool {
    locks::are_available() && Channel::is_available()
}

pub(super) struct Group {
    /// Tells what comes for this group from what still comes for an earlier one.
    pub(super) number: u32,
    /// Open while the page is not put aside.
    channel: RefCell<Option<Channel>>,
    lock: Lock,
    /// Held by this tab alone, so that it finds itself among the holders of locks.
    identity: Lock,
}

impl Group {
    pub(super) fn join(driver: &Driver, url: &str, number: u32) -> Self {
        let told = driver.clone();
        let lock = Lock::new(name_of(url), move |event| match event {
            LockEvent::Granted => told.hear(number, Input::LockGranted),
            LockEvent::Stolen => told.hear(number, Input::LockLost),
            LockEvent::Denied => told.stop_sharing(number),
        });
        let identity = Lock::new(format!("coda tab {:016x}", seed()), |_| {});
        let group = Self { number, channel: RefCell::default(), lock, identity };
        group.open(driver);
        group
    }

    /// Takes part again after [`Self::close`].
    pub(super) fn open(&self, driver: &Driver) {
        self.identity.request();
        let (told, number) = (driver.clone(), self.number);
        let channel = Channel::open(self.lock.name(), move |text| told.hear(number, Input::Received(text.into())));
        self.channel.replace(channel);
    }

    /// Stops listening, since browsers do not cache a page that does.
    pub(super) fn close(&self) {
        self.channel.take();
        self.identity.release();
    }

    pub(super) fn post(&self, text: &str) {
        if let Some(channel) = &*self.channel.borrow() {
            channel.post(text);
        }
    }

    pub(super) const fn lock(&self) -> &Lock {
        &self.lock
    }

    /// Finds out whether this tab has the lock.
    pub(super) fn check_lock(&self, driver: &Driver, check: u64) {
        let (name, identity) = (self.lock.name().to_owned(), self.identity.name().to_owned());
        let (told, number) = (driver.clone(), self.number);
        spawn_local(async move {
            let is_held = Lock::is_held(&name, &identity).await;
            told.hear(number, Input::LockChecked { check, is_held });
        });
    }
}
