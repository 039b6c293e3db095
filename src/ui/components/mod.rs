//! Parts of pages, one a file.

mod avatar;
mod chip;
mod composer;
mod confirm;
mod conversation;
mod copy;
mod markdown;
mod notices;
mod outgoing;
mod theme;
mod tool;
mod trouble;
mod turn;
mod voice;

pub use avatar::AvatarFace;
pub use chip::{AddressForm, ConnectionChip};
pub use composer::Composer;
pub use confirm::Confirm;
pub use conversation::ConversationView;
pub use copy::CopyButton;
pub use markdown::Markdown;
pub use notices::NoticeList;
pub use outgoing::OutgoingState;
pub use theme::ThemeButton;
pub use tool::ToolView;
pub use trouble::TroubleBanner;
pub use turn::TurnView;
pub use voice::VoiceControls;
