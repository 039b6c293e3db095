//! How often events are flushed to the page, and when the link is woken.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use coda_dashboard::browser::{DEMO_URL, now};
use coda_dashboard::driver::{Batch, Driver};
use coda_dashboard::link::{ConnId, Input, LinkConfig, LinkEvent, Origin, Submission};
use coda_dashboard::protocol::{Command, Instant};
use js_sys::Promise;
use leptos::prelude::window;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::listener::Hears;
use crate::page::pause;

/// Cost of each frame in most tests.
const EXPENSIVE: Duration = Duration::from_millis(20);
const FRAMES: usize = 6;
/// This many events every few milliseconds are a flood.
const IN_A_FLOOD: usize = 20;
/// More events than are applied at once.
const MANY: usize = 1_000;
const ORIGIN: Origin = Origin::new("test", "say");

fn say(driver: &Driver, number: usize) {
    let command = Command::TextInput { text: format!("text {number}") };
    driver.dispatch(Input::Submit(Submission { command, origin: ORIGIN, resend_of: None }));
}

/// Receives a frame from the server, on a connection that is long gone.
fn receive(driver: &Driver) {
    driver.dispatch(Input::Frame(ConnId(u32::MAX), r#"{"type":"llm_token"}"#.into()));
}

pub async fn animation_frame() {
    let promise = Promise::new(&mut |resolve, _| {
        window().request_animation_frame(&resolve).unwrap();
    });
    JsFuture::from(promise).await.unwrap();
}

/// Start times of the frames, and the number of events that they flushed.
#[derive(Clone, Default)]
struct Seen {
    starts: Rc<RefCell<Vec<Instant>>>,
    events: Rc<Cell<usize>>,
}

/// Starts a driver whose frames, counted from 1, have these costs.
fn start_with_costs(cost: impl Fn(usize) -> Duration + 'static) -> (Driver, Seen) {
    let seen = Seen::default();
    let Seen { starts, events } = seen.clone();
    let driver = Driver::start(
        LinkConfig::default(),
        Hears(move |batch: Batch| {
            let start = now().mono;
            events.set(events.get() + batch.events.len());
            if batch.received.is_none() {
                return;
            }
            starts.borrow_mut().push(start);
            let cost = cost(starts.borrow().len());
            while now().mono.duration_since(start) < cost {}
        }),
    );
    (driver, seen)
}

#[wasm_bindgen_test]
async fn a_change_of_the_connection_waits_for_no_pause() {
    let phases = Rc::new(Cell::new(0));
    let driver = Driver::start(LinkConfig::default(), {
        let phases = Rc::clone(&phases);
        Hears(move |batch: Batch| {
            let start = now().mono;
            phases.set(
                phases.get() + batch.events.iter().filter(|event| matches!(event, LinkEvent::Phase { .. })).count(),
            );
            while now().mono.duration_since(start) < EXPENSIVE * 2 {}
        })
    });
    for when in ["while the frame is drawn", "in the pause after it"] {
        receive(&driver);
        animation_frame().await;
        if when == "in the pause after it" {
            pause(10).await;
            receive(&driver);
        }
        let before = phases.get();
        driver.dispatch(Input::Connect { url: DEMO_URL.to_owned() });
        animation_frame().await;
        animation_frame().await;
        assert!(phases.get() > before, "{when}");
        let before = phases.get();
        driver.dispatch(Input::Disconnect);
        while phases.get() == before {
            pause(10).await;
        }
    }
}

#[wasm_bindgen_test]
async fn dear_frames_leave_most_of_the_time_to_the_user_and_nothing_is_lost() {
    // At a twentieth of the time the pauses stay below the longest one.
    let cost = EXPENSIVE / 2;
    let (driver, Seen { starts, events }) = start_with_costs(move |_| cost);
    let mut received = 0;
    while starts.borrow().len() < FRAMES {
        for _ in 0..IN_A_FLOOD {
            receive(&driver);
        }
        received += IN_A_FLOOD;
        pause(3).await;
    }
    while events.get() < received {
        pause(3).await;
    }
    let starts = starts.borrow();
    // A first expensive frame alone causes no pause.
    for pair in starts[1..].windows(2) {
        // A twentieth of the time, minus half a frame at 60 Hz.
        assert!(pair[1].duration_since(pair[0]) + Duration::from_millis(9) > cost * 20, "{starts:?}");
    }
}

#[wasm_bindgen_test]
async fn what_comes_no_faster_than_it_is_read_is_drawn_sooner() {
    let (driver, Seen { starts, .. }) = start_with_costs(|_| EXPENSIVE);
    while starts.borrow().len() < FRAMES {
        receive(&driver);
        pause(30).await;
    }
    let starts = starts.borrow();
    let mut pauses: Vec<_> = starts.windows(2).map(|pair| pair[1].duration_since(pair[0])).collect();
    pauses.sort_unstable();
    // Five times the cost of a frame, plus the lateness of the timers and the frame.
    assert!(pauses[pauses.len() / 2] < EXPENSIVE * 8, "{starts:?}");
}

#[wasm_bindgen_test]
async fn a_dear_frame_among_others_puts_nothing_off() {
    let (driver, Seen { starts, .. }) =
        start_with_costs(|frame| if frame % 3 == 0 { EXPENSIVE * 5 } else { Duration::ZERO });
    while starts.borrow().len() < FRAMES * 2 {
        receive(&driver);
        pause(3).await;
    }
    let starts = starts.borrow();
    // One in three is expensive. A busy machine may delay a frame now and then by itself.
    let put_off = starts
        .iter()
        .zip(&starts[1..])
        .filter(|(before, next)| next.duration_since(**before) >= EXPENSIVE * 11)
        .count();
    assert!(put_off * 6 < starts.len(), "{put_off} were put off: {starts:?}");
}

/// Asks for a task that goes before others, as input does. `window.__turns` counts them.
const ANOTHER_TASK: &str = "window.__turns ??= 0; \
    scheduler.postTask(() => { window.__turns += 1; }, { priority: 'user-blocking' })";

fn turns() -> f64 {
    js_sys::eval("window.__turns").unwrap().as_f64().unwrap()
}

#[wasm_bindgen_test]
async fn many_events_are_applied_in_slices_between_which_the_browser_gets_its_turn() {
    let batches: Rc<RefCell<Vec<(usize, bool, f64)>>> = Rc::default();
    let driver = Driver::start(LinkConfig::default(), {
        let batches = Rc::clone(&batches);
        Hears(move |batch: Batch| {
            let start = now().mono;
            js_sys::eval(ANOTHER_TASK).unwrap();
            batches.borrow_mut().push((batch.events.len(), batch.received.is_some(), turns()));
            while now().mono.duration_since(start) < EXPENSIVE {}
        })
    });
    for _ in 0..MANY {
        receive(&driver);
    }
    while !batches.borrow().iter().any(|(_, is_last, _)| *is_last) {
        pause(3).await;
    }
    let batches = batches.borrow();
    assert_eq!(batches.iter().map(|(events, ..)| events).sum::<usize>(), MANY, "{batches:?}");
    assert!(batches.len() > 2, "{batches:?}");
    for pair in batches.windows(2) {
        assert!(!pair[0].1, "nothing follows the last one: {batches:?}");
        assert!(pair[1].2 > pair[0].2, "another task has run in between: {batches:?}");
    }
}

#[wasm_bindgen_test]
async fn a_flood_is_told_of_and_its_end_too_although_nothing_follows() {
    let floods: Rc<RefCell<Vec<bool>>> = Rc::default();
    let driver = Driver::start(LinkConfig::default(), {
        let floods = Rc::clone(&floods);
        Hears(move |batch: Batch| floods.borrow_mut().push(batch.is_flood))
    });
    // The echo of a message and the first stages of its turn come together.
    for _ in 0..IN_A_FLOOD {
        receive(&driver);
    }
    while floods.borrow().is_empty() {
        pause(3).await;
    }
    assert!(!floods.borrow().contains(&true), "a few at once are no flood");
    while !floods.borrow().contains(&true) {
        for _ in 0..MANY {
            receive(&driver);
        }
        pause(3).await;
    }
    while floods.borrow().last() == Some(&true) {
        pause(3).await;
    }
}

#[wasm_bindgen_test]
async fn what_happens_while_a_frame_is_handed_over_comes_with_the_next() {
    let batches = Rc::new(RefCell::new(Vec::new()));
    let resend_of: Rc<RefCell<Option<Driver>>> = Rc::default();
    let driver = Driver::start(LinkConfig::default(), {
        let (batches, resend_of) = (Rc::clone(&batches), Rc::clone(&resend_of));
        Hears(move |batch: Batch| {
            batches.borrow_mut().push(batch.events.len());
            if let Some(driver) = resend_of.borrow_mut().take() {
                say(&driver, 1);
            }
        })
    });
    *resend_of.borrow_mut() = Some(driver.clone());
    say(&driver, 0);
    while batches.borrow().len() < 2 {
        pause(3).await;
    }
    assert!(batches.borrow().iter().all(|events| *events > 0), "{batches:?}");
}

#[wasm_bindgen_test]
async fn a_timer_that_fires_early_is_armed_again() {
    // Ten milliseconds early. A fraction of one, as in browsers, would be hard to observe.
    let early = "window.__timeout = window.setTimeout; \
                 window.setTimeout = (call, millis) => window.__timeout(call, Math.max(0, millis - 10))";
    js_sys::eval(early).unwrap();
    let written = Rc::new(Cell::new(0));
    let config = LinkConfig { echo_every: Duration::from_millis(50), ..LinkConfig::default() };
    let driver = Driver::start(config, {
        let written = Rc::clone(&written);
        Hears(move |batch: Batch| {
            let frames = batch.events.iter().filter(|event| matches!(event, LinkEvent::FrameOut { .. }));
            written.set(written.get() + frames.count());
        })
    });
    driver.connect(DEMO_URL.to_owned(), None, false);
    let start = now().mono;
    while written.get() < 12 && now().mono.duration_since(start) < Duration::from_secs(5) {
        pause(3).await;
    }
    js_sys::eval("window.setTimeout = window.__timeout").unwrap();
    driver.dispatch(Input::Disconnect);
    assert!(written.get() >= 12, "a ping every 50 ms, but only {} frames were written", written.get());
}
