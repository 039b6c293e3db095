//! The pages, one a file.

mod not_found;
mod settings;
mod talk;

pub use not_found::NotFound;
pub use settings::SettingsPage;
pub use talk::TalkPage;
