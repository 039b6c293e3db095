//! State that components read. Only [`Writer`] writes what comes from the link, at most once per animation frame.

mod app;
mod appearance;
mod connection;
mod data;
mod draft;
mod experiments;
mod imported;
mod model_signal;
mod models;
mod notices;
mod page_signal;
mod playback;
mod preferences;
mod replay;
mod reporter;
mod settings;
mod talk;
mod talk_key;
mod writer;

pub use crate::history::Severity;
pub use app::{App, Sender, Start, use_app};
pub use connection::ConnectionStore;
pub use data::DataStore;
pub use experiments::Experiments;
pub use imported::{ImportStore, Loaded};
pub use model_signal::ModelSignal;
pub use notices::{Notice, Notices};
pub(crate) use page_signal::notify;
pub use page_signal::prune_subscribers;
pub use playback::PlaybackStore;
pub use preferences::{
    CHOICES, ChoiceSetting, ChoiceValue, Clock, Density, LogLevel, Motion, NUMBERS, NotInRange, Number, Section,
    Settings, TOGGLES, TalkMode, Theme, Toggle,
};
pub use replay::ReplayStore;
pub(crate) use settings::lines as setting_errors;
pub use settings::{SettingError, SettingsStore};
pub use talk::{RowKey, TalkStore, TurnRow};
pub use talk_key::{TalkKey, TalkKeyError};
pub use writer::Writer;

use leptos::prelude::*;

/// Sets a signal only if its value changed, to avoid needless rendering.
fn set_if_changed<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|known| *known != value) {
        signal.set(value);
    }
}
