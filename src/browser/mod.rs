//! What belongs to the browser rather than to the link: storage, clocks, the address, sounds, the log, the report of a panic,
//! and the page's life.

mod address;
mod attention;
pub(crate) mod channel;
mod clock;
mod http;
mod indexed_db;
pub(crate) mod lifecycle;
pub(crate) mod locks;
mod log;
pub(crate) mod own_clients;
mod panic;
mod sound;
pub mod storage;
pub(crate) mod waiting_texts;
mod yielding;

pub use address::{
    Address, AddressError, DEFAULT_URL, DEMO_URL, from_query, is_remembered, parse, remember, remembered, used,
};
pub(crate) use attention::{allow_notifications, is_hidden, notify, on_shown};
pub(crate) use clock::{clock_jumps, seed};
pub use clock::{millis_until, now};
pub(crate) use http::answers_http;
pub use indexed_db::{IndexedDb, use_database_in_tests};
pub use log::{set_log_level, start_log};
pub(crate) use panic::take_panic_of_earlier_visit;
pub use panic::{show_panic_report, show_panics};
pub use sound::{Sound, play};
pub(crate) use yielding::yield_to_browser;
