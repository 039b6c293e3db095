//! State that components read. Only [`Writer`] writes what comes from the link, at most once per animation frame.

mod appearance;
mod attention;
mod compared;
mod connection;
mod data;
mod draft;
mod experiments;
mod feed;
mod imported;
mod keeper;
mod kept;
mod model_signal;
mod models;
mod notices;
mod page_news;
mod page_signal;
mod playback;
mod preferences;
mod replay;
mod reporter;
mod settings;
mod snapshot;
mod start;
mod synthetic;
mod talk;
mod talk_key;
mod websocket_context;
mod writer;

pub use crate::history::Severity;
pub use attention::Attention;
pub use compared::{CompareStore, Compared};
pub use connection::ConnectionStore;
pub use data::DataStore;
pub use experiments::Experiments;
pub use imported::{ImportStore, Loaded};
pub use kept::{Keeping, KeptStore};
pub use model_signal::ModelSignal;
pub use notices::{Notice, Notices};
pub(crate) use page_signal::notify;
pub use page_signal::{PageSignal, prune_subscribers};
pub use playback::PlaybackStore;
pub use preferences::{
    CHOICES, ChoiceSetting, ChoiceValue, Clock, Density, LogLevel, Motion, NUMBERS, NotInRange, Number, Section,
    Settings, TOGGLES, TalkMode, Theme, Toggle,
};
pub use replay::ReplayStore;
pub(crate) use settings::lines as setting_errors;
pub use settings::{SettingError, SettingsStore};
pub use start::Start;
pub use synthetic::SyntheticStore;
pub use talk::{RowKey, TalkStore, TurnRow};
pub use talk_key::{TalkKey, TalkKeyError};
pub use websocket_context::{Sender, WebSocketContext, use_websocket};
pub use writer::Writer;
