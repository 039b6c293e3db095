//! Formatting of times for display: the `Intl` formatters and when they are created.

use chrono::{DateTime, Utc};
use coda_dashboard::protocol::utc_from_millis;
use coda_dashboard::ui::format;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::page::pause;

const TIME: DateTime<Utc> = utc_from_millis(1_764_000_000_000);

/// A browser whose clock is this many minutes behind UTC, and which counts the formatters created.
struct Elsewhere;

impl Elsewhere {
    fn behind_utc(minutes: i32) -> Self {
        let script = format!(
            "globalThis.__was ??= [Intl.DateTimeFormat, Date.prototype.getTimezoneOffset]; globalThis.__made = 0;
             Intl.DateTimeFormat = new Proxy(globalThis.__was[0], {{ construct(target, given) {{
                 globalThis.__made += 1; return new target(...given);
             }} }});
             Date.prototype.getTimezoneOffset = () => {minutes};"
        );
        js_sys::eval(&script).unwrap();
        Self
    }
}

fn writers_made() -> usize {
    js_sys::eval("String(globalThis.__made)").unwrap().as_string().unwrap().parse().unwrap()
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        js_sys::eval("[Intl.DateTimeFormat, Date.prototype.getTimezoneOffset] = globalThis.__was").unwrap();
    }
}

#[wasm_bindgen_test]
fn times_are_written_anew_where_the_clock_is_another_after_a_journey() {
    let here = Elsewhere::behind_utc(-601);
    assert_eq!(format::clock_time(TIME), format::clock_time(TIME));
    assert_eq!(writers_made(), 1);
    drop(here);
    let _there = Elsewhere::behind_utc(-602);
    assert!(!format::clock_time(TIME).is_empty());
    assert_eq!(writers_made(), 1);
}

#[wasm_bindgen_test]
async fn the_first_entry_waits_for_no_writer_of_times_once_the_browser_had_time() {
    let _browser = Elsewhere::behind_utc(-603);
    format::prepare();
    for _ in 0..1_000 {
        if writers_made() == 3 {
            break;
        }
        pause(5).await;
    }
    assert_eq!(writers_made(), 3, "made within five seconds");
    for write in [format::clock_time, format::day, format::full_time] {
        assert!(!write(TIME).is_empty());
    }
    assert_eq!(writers_made(), 3);
}

#[wasm_bindgen_test]
fn a_time_outside_the_calendar_is_written_as_its_end() {
    let never = utc_from_millis(i64::MAX);
    for write in [format::clock_time, format::day, format::full_time, format::moment] {
        let written = write(never);
        assert!(!written.is_empty() && written != "Invalid Date", "{written}");
    }
}

#[wasm_bindgen_test]
fn the_times_of_a_recording_without_a_date_are_those_since_its_start() {
    let time = utc_from_millis(2_500);
    assert_eq!(format::clock_time(time), "+2.5 s");
    assert_eq!(format::full_time(time), "+2.5 s");
    assert_eq!(format::day(time), "No date");
    assert!(format::full_time(TIME).contains("2025"));
}
