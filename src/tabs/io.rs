//! What goes into a member and comes out of it.

use std::sync::Arc;

use super::message::SnapshotPost;
use crate::link;

/// An input to a member.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// An input for the link: the user's, the page's, or of the socket that this tab holds. In another role than the
    /// owner's, what the user wants is proposed to the owner, and what a socket reports has no effect.
    ///
    /// [`link::Input::Connect`] to the group's own address connects again. Another address is another group, so another
    /// member.
    Link(link::Input),
    /// A message of another tab arrived.
    Received(Arc<str>),
    /// The browser granted the lock that this tab requested or stole.
    LockGranted,
    /// The answer to [`Action::CheckLock`].
    LockChecked {
        /// Number of the question.
        check: u64,
        /// Whether this tab had the lock when the browser was asked.
        is_held: bool,
    },
    /// Another tab stole the lock that was last granted.
    LockLost,
    /// The page is frozen, hidden for good (`pagehide`) or closed, so another tab takes over at once.
    Leave,
    /// The page is back after [`Input::Leave`].
    Return,
    /// The time of [`Member::next_wakeup`](super::Member::next_wakeup) has come. Extra ticks do no harm.
    Tick,
}

/// An action for the driver to carry out, in order.
#[derive(Debug)]
pub enum Action {
    /// Post this text to all other tabs of the group. Post it before carrying out any later action.
    Post(String),
    /// Attach the page's own state, which is that of all events emitted so far, and post the result.
    PostSnapshot(SnapshotPost),
    /// Request the group's lock and wait in the queue. Answer with [`Input::LockGranted`].
    RequestLock,
    /// Withdraw any request, and take the lock from whoever holds it. Answer with [`Input::LockGranted`].
    StealLock,
    /// Release the lock, and withdraw any request for it.
    ReleaseLock,
    /// Ask the browser whether this tab still holds the lock. Answer with [`Input::LockChecked`].
    CheckLock {
        /// Number of the question, to be named in the answer.
        check: u64,
    },
    /// Carry out an action of the link. Only an owner gets others than [`link::Action::Emit`]. A socket that this tab
    /// does not have needs no closing.
    Link(link::Action),
    /// The link is now a copy of another tab's. Show what that tab's page attached, in place of what events told before.
    Reset {
        /// The attachment; `None` if that page attached nothing.
        page: Option<String>,
    },
}
