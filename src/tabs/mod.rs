//! One link for all tabs of a browser that show the same Coda, as a pure state machine.
//!
//! A tab's [`Member`] contains its [`Link`](crate::link::Link). The link is deterministic, so tabs replicate its inputs
//! and not its state. One tab, the *owner*, holds the browser's lock. It numbers every input of the link, posts it to
//! the other tabs before it handles it itself, and carries the actions out. The others, the *followers*, give the same
//! inputs to their own links and so emit the same events. What a follower's user wants is a *proposal*, which the owner
//! puts into the log. Another owner is only a lost connection to the link, whose own rules then lose nothing and send
//! nothing twice.
//!
//! # How a driver uses it
//!
//! A group is named by the origin and Coda's address. The driver opens a `BroadcastChannel` of that name, creates a
//! [`Member`] with a random [`TabId`] (new at each start, so that a duplicated tab has its own), and then, for each input:
//! [`Member::handle`], [`Member::poll_action`] until it returns `None`, one timer for [`Member::next_wakeup`].
//!
//! | from the browser | input |
//! | --- | --- |
//! | a message on the channel | [`Input::Received`] |
//! | the Web Lock of the group's name is granted, or stolen | [`Input::LockGranted`], [`Input::LockLost`] |
//! | `navigator.locks.query()` after [`Action::CheckLock`] | [`Input::LockChecked`] |
//! | the user, the socket, `visibilitychange`, `online` | [`Input::Link`] |
//! | `pagehide`, `freeze`; `pageshow`, `resume` | [`Input::Leave`]; [`Input::Return`] |
//!
//! The page reads [`Member::link`] and the events in [`Action::Link`], whoever the owner is. It shows [`Member::role`] and
//! [`Member::others`] if it likes. On [`Action::Reset`] it replaces its models by those of the attachment, which another
//! tab's page made for [`Action::PostSnapshot`].

mod follower;
mod io;
mod letters;
mod lifecycle;
mod lock;
mod log;
mod member;
mod message;
mod owner;
mod proposals;
mod replica;
mod role;
mod roster;
mod takeover;
mod tenure;
mod timing;
mod watch;
mod wishes;

pub use io::{Action, Input};
pub use member::Member;
pub use message::SnapshotPost;
pub use role::{Role, TabId};
