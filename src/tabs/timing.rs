//! Times of the agreement between tabs. Together they bound a takeover: one second after a tab is closed, three after it
//! hangs.

use std::time::Duration;

/// How long a new owner waits for entries that it lacks. Messages between tabs take some milliseconds, in a busy browser
/// some tens.
pub(super) const CATCH_UP: Duration = Duration::from_millis(200);

/// How late the end of [`CATCH_UP`] may be noticed by a tab that did not hang.
pub(super) const TIMELY: Duration = Duration::from_millis(20);

/// How much longer than [`CATCH_UP`] the others wait for the new owner's first entry before they poke it.
pub(super) const BEGIN_MARGIN: Duration = Duration::from_millis(50);

/// Silence of the owner after which a follower asks whether it is alive. Timers of hidden tabs run once a second.
pub(super) const POKE_AFTER: Duration = Duration::from_secs(1);

/// How long a poke must have been unanswered before the lock is stolen.
pub(super) const POKE_PATIENCE: Duration = Duration::from_millis(900);

/// What a tab that was asleep leaves of that patience, for the answers that wait in its queue.
pub(super) const WOKEN_PATIENCE: Duration = Duration::from_millis(300);

/// Silence of the owner after which its lock is stolen.
pub(super) const SILENCE: Duration = Duration::from_secs(2);

/// By how much each further follower waits longer, so that the first one's claim reaches it before it steals too.
pub(super) const STEAL_STAGGER: Duration = Duration::from_millis(150);

/// Limit of the stagger, so that a takeover stays below three seconds.
pub(super) const MAX_STAGGER: Duration = Duration::from_millis(600);

/// By how much each further follower pokes later, so that usually only one does.
pub(super) const POKE_STAGGER: Duration = Duration::from_millis(40);

/// How long an owner is certain of its lock after a sign of life. Others steal it after [`SILENCE`] only.
pub(super) const LEASE: Duration = Duration::from_millis(1_500);

/// How long it may take until all others have heard a sign of life, so that none of them steals any more.
pub(super) const HEARING: Duration = Duration::from_millis(100);

/// How late a tab's timer, or its next input, must be for the tab to have been asleep.
pub(super) const ASLEEP: Duration = Duration::from_millis(1_500);

/// How long a request to the browser, or for a snapshot, may stay unanswered before it is repeated.
pub(super) const REPEAT_AFTER: Duration = Duration::from_secs(1);

/// How often a tab of another version than the owner asks whether that is still so.
pub(super) const INCOMPATIBLE_RETRY: Duration = Duration::from_secs(5);

/// An owner does not answer a poke if it posted anything within this time.
pub(super) const RECENT_POST: Duration = Duration::from_millis(250);

/// Own silence after which a follower answers the owner's next message.
pub(super) const HERE_AFTER: Duration = Duration::from_secs(3);

/// Silence after which a tab counts as gone. It must exceed [`HERE_AFTER`] by some of the owner's signs of life.
pub(super) const FORGET_AFTER: Duration = Duration::from_secs(10);
