//! Schedules the flushing of events to the listener, at most once per animation frame.
//!
//! A flush applies the events in slices, between which the browser handles input and draws.
//!
//! While frames are expensive, flushes are throttled so that the page stays responsive instead of drawing what nobody
//! can read. A hidden page has no frames and flushes by a timer. Only what the server sends may be delayed: the state
//! of the connection and of the user's messages comes with the next frame.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use gloo_render::AnimationFrame;
use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;

use super::{Batch, Driver, Listener};
use crate::browser;
use crate::link::LinkEvent;
use crate::protocol::Instant;

/// Flush interval of a hidden page, which has no frames.
const HIDDEN_FRAME_MILLIS: u32 = 500;
const HIDDEN_FRAME: Duration = Duration::from_millis(HIDDEN_FRAME_MILLIS as u64);
/// Frames may take one part in this many of the time, as long as no pause exceeds [`LONGEST_PAUSE`]: a fifth while a
/// reply streams, a twentieth in a flood. In a flood, half of a frame's cost (painting, styles) is the same whatever
/// has changed, and nobody can read along.
const SHARE: u32 = 5;
const SHARE_IN_FLOOD: u32 = 20;
/// A flood has more events than one per interval, faster than anybody reads. Each event of the
/// server is two of the link's.
const FLOOD_INTERVAL: Duration = Duration::from_micros(2_500);
/// Longest pause after a frame has been drawn, however expensive frames are.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// Shorter pauses, of less than half a frame at 60 Hz, are skipped.
const SHORTEST_PAUSE: Duration = Duration::from_millis(8);

/// Longest time for which events are applied without letting the browser do anything else: half a frame at 60 Hz.
const SLICE: Duration = Duration::from_millis(8);
/// Number of events after which the clock is read.
const EVENTS_PER_BATCH: usize = 64;
/// Events in one frame from which on the page shows a flood. The echo of a message and the first stages of its turn can
/// arrive as densely, but they are fewer.
const FLOOD: usize = 100;

/// The scheduled frame, and what the last one cost.
#[derive(Default)]
pub(super) struct Frames {
    next: RefCell<Option<Next>>,
    /// Events of the current flush that are not applied yet.
    backlog: RefCell<VecDeque<LinkEvent>>,
    is_flood: Cell<bool>,
    /// Whether the page shows that it is one.
    shows_flood: Cell<bool>,
    last_start: Cell<Instant>,
    last_cost: Cell<Duration>,
    not_before: Cell<Instant>,
    /// Set when an event is pending that must not be delayed.
    is_urgent: Cell<bool>,
}

/// What the next flush is waiting for. Dropping it cancels the wait.
enum Next {
    /// Until the current one has gone on in another task.
    Slice,
    /// Until the browser has drawn the last frame.
    Drawn {
        _end: Timeout,
    },
    Pause {
        _end: Timeout,
    },
    /// Until the animation frame, or the timer that replaces it in a hidden page.
    Frame {
        _visible: AnimationFrame,
        _hidden: Timeout,
    },
}

impl Driver {
    /// Requests the next animation frame, skipping any pause.
    pub(super) fn request_frame_at_once(&self) {
        self.0.frames.is_urgent.set(true);
        self.request_frame();
    }

    /// Requests a frame, after the pause that the last one requires.
    pub(super) fn request_frame(&self) {
        let frames = &self.0.frames;
        let is_urgent = frames.is_urgent.get();
        let is_on_its_way = match &*frames.next.borrow() {
            None => false,
            Some(Next::Pause { .. }) => !is_urgent,
            Some(Next::Slice | Next::Drawn { .. } | Next::Frame { .. }) => true,
        };
        if is_on_its_way {
            return;
        }
        let not_before = frames.not_before.get();
        if is_urgent || not_before.duration_since(browser::now().mono) < SHORTEST_PAUSE {
            self.await_frame();
        } else {
            let driver = self.clone();
            let end = Timeout::new(browser::millis_until(not_before), move || driver.await_frame());
            self.replace_next(Some(Next::Pause { _end: end }));
        }
    }

    /// Flushes now if the page is hidden and its timer is late: browsers let a hidden page's timers fire once a minute, but
    /// hand it its messages at once.
    pub(super) fn flush_if_hidden(&self) {
        let frames = &self.0.frames;
        // Not from within a flush, whose listener is taken out.
        let is_idle = self.0.listener.borrow().is_some();
        if is_idle
            && !self.0.events.borrow().is_empty()
            && browser::now().mono.duration_since(frames.last_start.get()) > HIDDEN_FRAME
            && browser::is_hidden()
        {
            self.flush();
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
        let frames = &self.0.frames;
        let start = browser::now().mono;
        frames.is_urgent.set(false);
        let events = self.0.events.take();
        let since_last = start.duration_since(frames.last_start.replace(start));
        let many = u32::try_from(events.len()).unwrap_or(u32::MAX);
        let is_flood = since_last < FLOOD_INTERVAL.saturating_mul(many);
        frames.is_flood.set(is_flood);
        frames.shows_flood.set(is_flood && events.len() >= FLOOD);
        frames.backlog.borrow_mut().extend(events);
        self.flush_backlog(Duration::ZERO);
    }

    /// Applies the backlog, for one slice of time. `spent` is what earlier slices of the flush took.
    fn flush_backlog(&self, spent: Duration) {
        let start = browser::now().mono;
        if !self.must_apply_at_once() {
            // In an overload that outlasts any pause, the flush ends with one large batch.
            while let Some(events) = self.next_batch(spent < LONGEST_PAUSE) {
                self.apply(events, false);
                let took = browser::now().mono.duration_since(start);
                if took >= SLICE {
                    self.go_on_later(spent + took);
                    return;
                }
            }
        }
        self.feed();
        // Components update after this task, then the browser draws. A timer runs after both, so it measures all of it.
        let driver = self.clone();
        let end = Timeout::new(0, move || driver.throttle(start, spent));
        self.replace_next(Some(Next::Drawn { _end: end }));
    }

    /// A hidden page has nothing to draw, and its tasks may be far apart. With another address begin other models.
    fn must_apply_at_once(&self) -> bool {
        let url = self.with_link(|link| link.status().url);
        browser::is_hidden() || self.0.shown_url.replace(url.clone()) != url
    }

    /// Takes the next events, whole frames of the server's with all that they led to. Returns `None` if what is left is the
    /// last batch.
    fn next_batch(&self, refills: bool) -> Option<Vec<LinkEvent>> {
        let mut backlog = self.0.frames.backlog.borrow_mut();
        if refills && backlog.len() <= EVENTS_PER_BATCH {
            // What has arrived since the flush began must not all come with the last batch.
            backlog.extend(self.0.events.take());
        }
        let begins_frame = |event: &LinkEvent| matches!(event, LinkEvent::FrameIn { .. });
        let length = EVENTS_PER_BATCH + backlog.iter().skip(EVENTS_PER_BATCH).position(begins_frame)?;
        Some(backlog.drain(..length).collect())
    }

    fn go_on_later(&self, spent: Duration) {
        self.replace_next(Some(Next::Slice));
        let driver = self.clone();
        spawn_local(async move {
            browser::yield_to_browser().await;
            // Unless the page was hidden meanwhile, and has applied everything.
            let is_current = matches!(&*driver.0.frames.next.borrow(), Some(Next::Slice));
            if is_current {
                driver.flush_backlog(spent);
            }
        });
    }

    /// Hands all events to the listener, with the state that they led to.
    pub(super) fn feed(&self) {
        let mut events = Vec::from(self.0.frames.backlog.take());
        events.extend(self.0.events.take());
        self.apply(events, true);
    }

    fn apply(&self, events: Vec<LinkEvent>, is_last: bool) {
        let (status, received, is_unprotected) =
            self.with_link(|link| (link.status(), is_last.then(|| link.received()), link.config().is_unprotected));
        let (sharing, unpersisted) = (self.with_engine(|engine| engine.sharing()), self.0.unpersisted.get());
        let is_flood = self.0.frames.shows_flood.get();
        self.with_listener(|listener| {
            listener.apply(Batch { events, status, sharing, is_unprotected, unpersisted, received, is_flood });
        });
    }

    /// Returns `None` while the listener is busy.
    fn with_listener<R>(&self, act: impl FnOnce(&mut dyn Listener) -> R) -> Option<R> {
        // Taken out while it runs, so that it may dispatch.
        let mut listener = self.0.listener.take()?;
        let result = act(&mut *listener);
        self.0.listener.replace(Some(listener));
        Some(result)
    }

    /// Writes what the page shows once all events are applied.
    pub(super) fn snapshot(&self) -> Option<String> {
        self.feed();
        self.with_listener(|listener| listener.snapshot()).flatten()
    }

    /// Tells the listener that this tab has left the others.
    pub(super) fn tell_left(&self, others_go_on: bool) {
        self.feed();
        self.with_listener(|listener| listener.left(others_go_on));
    }

    /// Replaces what the page shows by that of another tab.
    pub(super) fn reset(&self, snapshot: Option<String>) {
        self.feed();
        self.with_listener(|listener| listener.reset(snapshot));
    }

    /// Delays the frame after one that has been drawn and whose last slice started at `start`, after others that took
    /// `spent`, so that frames take a share of the time. A single expensive frame, as at the end of a long reply, causes
    /// no delay: it takes two in a row.
    fn throttle(&self, start: Instant, spent: Duration) {
        let end = browser::now().mono;
        let share = if self.0.frames.is_flood.get() { SHARE_IN_FLOOD } else { SHARE };
        let cost = spent + end.duration_since(start);
        let lasting_cost = cost.min(self.0.frames.last_cost.replace(cost));
        self.0.frames.not_before.set(end + (lasting_cost * (share - 1)).min(LONGEST_PAUSE));
        self.replace_next(None);
        // A change of state may come without an event, and so does the end of a flood.
        if self.0.frames.is_urgent.get() || self.0.frames.shows_flood.get() || !self.0.events.borrow().is_empty() {
            self.request_frame();
        }
    }

    /// May drop the closure that is running right now, which is safe: wasm-bindgen keeps it alive until it returns.
    fn replace_next(&self, next: Option<Next>) {
        self.0.frames.next.replace(next);
    }
}
