//! What the components read. Written from one place only, [`Writer::apply`], once per animation frame.

mod app;
mod connection;
mod data;
mod notices;
mod settings;
mod talk;
mod watched;
mod writer;

pub use app::{App, Start, use_app};
pub use connection::ConnectionStore;
pub use data::DataStore;
pub use notices::{Level as NoticeLevel, Notice, Notices};
pub use settings::{GAP_RANGE, Settings, SettingsStore};
pub use talk::{Row, TalkStore};
pub use watched::Watched;
pub use writer::Writer;

use leptos::prelude::*;

/// Sets a signal only where its value changed, so that nothing is rendered anew for nothing.
fn set_if_changed<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}
