//! What the components read. Written from one place only, [`Writer::apply`], once per animation frame.

mod app;
mod appearance;
mod connection;
mod data;
mod draft;
mod experiments;
mod imported;
mod lasting;
mod notices;
mod playback;
mod preferences;
mod replay;
mod settings;
mod talk;
mod talk_key;
mod watched;
mod writer;

pub use crate::history::Level as NoticeLevel;
pub use app::{App, Sender, Start, use_app};
pub use connection::ConnectionStore;
pub use data::DataStore;
pub use experiments::Experiments;
pub use imported::{ImportStore, Loaded};
pub use lasting::let_go_of_readers;
pub(crate) use lasting::tell;
pub use notices::{Notice, Notices};
pub use playback::PlaybackStore;
pub use preferences::{
    CHOICES, Choice, ChoiceValue, Clock, Density, LogLevel, Motion, NUMBERS, NotInRange, Number, Section, Settings,
    TOGGLES, TalkMode, Theme, Toggle,
};
pub use replay::ReplayStore;
pub(crate) use settings::lines as setting_errors;
pub use settings::{SettingError, SettingsStore};
pub use talk::{Row, RowKey, TalkStore};
pub use talk_key::{TalkKey, TalkKeyError};
pub use watched::Watched;
pub use writer::Writer;

use leptos::prelude::*;

/// Sets a signal only where its value changed, so that nothing is rendered anew for nothing.
fn set_if_changed<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}
