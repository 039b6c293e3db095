//! What this tab is to the others that show the same Coda, in words.

use crate::driver::Sharing;
use crate::tabs::Role;

/// The tab's role as an attribute value, for tests and styles.
pub(super) const fn sharing_name(sharing: Sharing) -> &'static str {
    match sharing {
        Sharing::Alone { .. } => "alone",
        Sharing::Shared { role: Role::Joining, .. } => "joining",
        Sharing::Shared { role: Role::Owner, .. } => "owner",
        Sharing::Shared { role: Role::Follower, .. } => "follower",
        Sharing::Shared { role: Role::Incompatible { .. }, .. } => "incompatible",
    }
}

/// Which tab holds the connection.
pub fn sharing_words(sharing: Sharing, is_offline: bool) -> String {
    let Sharing::Shared { role, others, .. } = sharing else { return "not shared with other tabs".to_owned() };
    let tabs = if others == 1 { "tab" } else { "tabs" };
    match role {
        Role::Joining => "looking for other tabs".to_owned(),
        Role::Owner if others == 0 => "only this one".to_owned(),
        Role::Owner | Role::Follower if is_offline => format!("{} of this dashboard", others + 1),
        Role::Owner => format!("{} share this connection; this one holds it", others + 1),
        Role::Follower => format!("{} share this connection; another one holds it", others + 1),
        Role::Incompatible { .. } => format!("{others} other {tabs} with another version"),
    }
}
