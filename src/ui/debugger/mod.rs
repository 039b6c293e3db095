//! The debugger: finds the cause of a fault without the console. Fills its container.

mod banner;
mod details;
mod filter;
mod opener;
mod panel;
mod row_button;
mod row_link;
mod side;
mod state;
mod table;
mod toolbar;
mod tools;

pub use filter::filter_state::message_href;
pub use opener::SideOpener;
pub use panel::DebuggerPanel;
pub use side::Side;
