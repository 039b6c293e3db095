//! When what happened is handed over: once per animation frame; while frames are dear, seldom enough to leave the page to
//! its user for most of the time, so that what nobody can read is not drawn either; in a hidden page, which has no frames, by a
//! timer. Only what the server sends may wait: the state of the connection and of the user's messages comes with the next frame.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use gloo_render::AnimationFrame;
use gloo_timers::callback::Timeout;

use super::{Batch, Driver, clock};
use crate::protocol::Instant;

/// In a hidden page, which has no frames, events are handed over this often (ms).
const HIDDEN_FRAME_MILLIS: u32 = 500;
/// One part in so many of the time goes to frames, as long as no pause for it is longer than the longest: where an answer
/// streams, and in a flood. There half of a frame's cost is the same whatever is new (painting, styles), and nobody reads.
const SHARE: u32 = 5;
const SHARE_IN_FLOOD: u32 = 20;
/// What comes more often than this is a flood: nobody reads as fast. An event of the server's is two of the link's.
const FLOOD_INTERVAL: Duration = Duration::from_micros(2_500);
/// However dear frames are, the next one may come so long after one has been drawn.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// A pause shorter than half a frame of 60 a second is none.
const SHORTEST_PAUSE: Duration = Duration::from_millis(8);

/// The frame that is asked for, and how dear the last one was.
#[derive(Default)]
pub(super) struct Frames {
    next: RefCell<Option<Next>>,
    last_start: Cell<Instant>,
    last_cost: Cell<Duration>,
    not_before: Cell<Instant>,
    /// Something waits that no pause may hold up.
    is_urgent: Cell<bool>,
}

/// What has to come first, up to the next frame. Dropped, it does not come.
enum Next {
    /// The browser has drawn the last frame.
    Drawn {
        _end: Timeout,
    },
    Pause {
        _end: Timeout,
    },
    /// Whichever comes first: the animation frame, or the timer that stands in for it while the page is hidden.
    Frame {
        _visible: AnimationFrame,
        _hidden: Timeout,
    },
}

impl Driver {
    /// Asks for the next animation frame, whatever the last one cost.
    pub(super) fn request_frame_at_once(&self) {
        self.0.frames.is_urgent.set(true);
        self.request_frame();
    }

    /// Asks for a frame.
    pub(super) fn request_frame(&self) {
        let frames = &self.0.frames;
        let is_urgent = frames.is_urgent.get();
        let is_on_its_way = match &*frames.next.borrow() {
            None => false,
            Some(Next::Pause { .. }) => !is_urgent,
            Some(Next::Drawn { .. } | Next::Frame { .. }) => true,
        };
        if is_on_its_way {
            return;
        }
        let not_before = frames.not_before.get();
        if is_urgent || not_before.duration_since(clock::now().mono) < SHORTEST_PAUSE {
            self.await_frame();
        } else {
            let driver = self.clone();
            let end = Timeout::new(clock::millis_until(not_before), move || driver.await_frame());
            self.replace_next(Some(Next::Pause { _end: end }));
        }
    }

    fn await_frame(&self) {
        let (visible, hidden) = (self.clone(), self.clone());
        let frame = Next::Frame {
            _visible: gloo_render::request_animation_frame(move |_| visible.flush()),
            _hidden: Timeout::new(HIDDEN_FRAME_MILLIS, move || hidden.flush()),
        };
        self.replace_next(Some(frame));
    }

    fn flush(&self) {
        let start = clock::now().mono;
        self.0.frames.is_urgent.set(false);
        let events = self.0.events.take();
        let since_last = start.duration_since(self.0.frames.last_start.replace(start));
        let many = u32::try_from(events.len()).unwrap_or(u32::MAX);
        let share = if since_last < FLOOD_INTERVAL.saturating_mul(many) { SHARE_IN_FLOOD } else { SHARE };
        let status = self.0.link.borrow().status();
        // Taken out while it runs, so that a listener may dispatch.
        let listener = self.0.listener.take();
        if let Some(mut listener) = listener {
            listener(Batch {
                events,
                status,
                unpersisted: self.0.unpersisted.get(),
                left_to_other_tab: self.0.left_to_other_tab.take(),
            });
            self.0.listener.replace(Some(listener));
        }
        // Components are brought up to date after this, and then the browser draws; a timer's turn is after that.
        let driver = self.clone();
        let end = Timeout::new(0, move || driver.throttle(start, share));
        self.replace_next(Some(Next::Drawn { _end: end }));
    }

    /// Puts the next frame off for long enough after one that began at `start` and has been drawn, so that one part in `share` of
    /// the time goes to frames. One dear frame, as for the end of a long answer, is no reason to wait: two in a row are.
    fn throttle(&self, start: Instant, share: u32) {
        let end = clock::now().mono;
        let cost = end.duration_since(start);
        let lasting_cost = cost.min(self.0.frames.last_cost.replace(cost));
        self.0.frames.not_before.set(end + (lasting_cost * (share - 1)).min(LONGEST_PAUSE));
        self.replace_next(None);
        if !self.0.events.borrow().is_empty() {
            self.request_frame();
        }
    }

    /// The callback that runs right now may live in what was to come first: wasm-bindgen keeps it until it returns.
    fn replace_next(&self, next: Option<Next>) {
        self.0.frames.next.replace(next);
    }
}
