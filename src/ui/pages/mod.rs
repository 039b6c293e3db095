//! The pages, one per file.

mod debugger;
mod help;
mod history;
mod memory;
mod not_found;
mod performance;
mod settings;
mod system;
mod talk;
mod tools;

pub use debugger::DebuggerPage;
pub use help::HelpPage;
pub use history::HistoryPage;
pub use memory::MemoryPage;
pub use not_found::NotFound;
pub use performance::PerformancePage;
pub use settings::SettingsPage;
pub use system::SystemPage;
pub use talk::TalkPage;
pub use tools::ToolsPage;
