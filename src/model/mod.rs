//! Pure reducers: what the link tells becomes what the pages show. Knows no signals and no browser.

mod avatar;
mod conversation;
mod turn;

pub use avatar::{Avatar, Mode};
pub use conversation::{Changes, Conversation};
pub use turn::{Outgoing, Role, ToolCall, ToolState, Turn, TurnKey, Uptake};
