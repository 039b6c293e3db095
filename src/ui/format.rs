//! Formats times, durations and counts for people.

use std::cell::RefCell;
use std::time::Duration;

use chrono::{DateTime, Datelike, Utc};

use js_sys::Intl::DateTimeFormat;
use js_sys::{Array, Date, Function, Object, Reflect};
use serde_json::Value;
use wasm_bindgen::JsValue;

use leptos::prelude::*;

use crate::state::{Clock, WebSocketContext};
use crate::words::{DAY, HOUR, MINUTE, MOST_DAYS};
pub use crate::words::{seconds, span};

#[expect(clippy::cast_precision_loss, reason = "epoch milliseconds fit 53 bits")]
fn date(time: DateTime<Utc>) -> Date {
    Date::new(&JsValue::from_f64(time.timestamp_millis() as f64))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    TimeOfDay,
    Day,
    DateAndTime,
}

impl Form {
    /// Options for `Intl.DateTimeFormat`.
    const fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::TimeOfDay => &[("timeStyle", "short")],
            Self::Day => &[("weekday", "long"), ("month", "long"), ("day", "numeric")],
            Self::DateAndTime => &[("dateStyle", "medium"), ("timeStyle", "medium")],
        }
    }

    /// The `hour12` option. `None` follows the locale; a day has no hours.
    fn hour12(self) -> Option<bool> {
        if self == Self::Day {
            return None;
        }
        let clock =
            use_context::<WebSocketContext>().map(|context| context.settings.current.with(|settings| settings.clock));
        match clock? {
            Clock::Auto => None,
            Clock::Hours12 => Some(true),
            Clock::Hours24 => Some(false),
        }
    }

    /// Formats `time` in the user's language.
    fn write(self, time: DateTime<Utc>) -> String {
        if let Some(offset) = undated(time) {
            return match self {
                Self::Day => "No date".to_owned(),
                Self::TimeOfDay | Self::DateAndTime => format!("+{}", span(offset)),
            };
        }
        let date = date(time);
        let text = formatter(self, self.hour12()).call1(&JsValue::UNDEFINED, &date);
        // `Intl` throws on a time outside the calendar; `Date` prints "Invalid Date".
        text.ok().and_then(|text| text.as_string()).unwrap_or_else(|| date.to_string().into())
    }
}

/// A recording without a date counts its times from 1970 on, where no Coda can have been. Returns the time since its start.
fn undated(time: DateTime<Utc>) -> Option<Duration> {
    (time.year() == 1970).then(|| (time - DateTime::UNIX_EPOCH).to_std().unwrap_or_default())
}

/// Cache key of a formatter. Includes the UTC offset, because a formatter keeps the time zone it was created in and the
/// page may outlive a journey.
#[derive(PartialEq)]
struct FormatterKey {
    form: Form,
    hour12: Option<bool>,
    behind_utc: f64,
}

/// Returns a cached `Intl` formatter, because creating one is slow.
fn formatter(form: Form, hour12: Option<bool>) -> Function {
    thread_local! {
        static FORMATTERS: RefCell<Vec<(FormatterKey, Function)>> = const { RefCell::new(Vec::new()) };
    }
    let wanted = FormatterKey { form, hour12, behind_utc: Date::new_0().get_timezone_offset() };
    FORMATTERS.with_borrow_mut(|writers| {
        if let Some((_, formatter)) = writers.iter().find(|(made_for, _)| *made_for == wanted) {
            return formatter.clone();
        }
        let options = Object::new();
        let pairs = form.options().iter().map(|(key, value)| (*key, JsValue::from(*value)));
        for (key, value) in pairs.chain(hour12.map(|hour12| ("hour12", hour12.into()))) {
            // Setting a property of a fresh plain object cannot fail.
            let _ = Reflect::set(&options, &key.into(), &value);
        }
        let formatter = DateTimeFormat::new(&Array::new(), &options).format();
        writers.push((wanted, formatter.clone()));
        formatter
    })
}

/// Delay before the formatters are created where `requestIdleCallback` is missing (Safari).
const PREPARED_AFTER: Duration = Duration::from_secs(1);

/// Creates the formatters while the browser is idle. The first one takes tens of milliseconds, which would otherwise
/// delay the first entry of the conversation.
pub fn prepare() {
    for form in [Form::TimeOfDay, Form::Day, Form::DateAndTime] {
        let hour12 = untrack(|| form.hour12());
        let make = move || {
            formatter(form, hour12);
        };
        if request_idle_callback_with_handle(make).is_err() {
            set_timeout(make, PREPARED_AFTER);
        }
    }
}

/// Time of day in the user's language, such as `14:05`. Reads the clock setting reactively.
#[must_use]
pub fn clock_time(time: DateTime<Utc>) -> String {
    Form::TimeOfDay.write(time)
}

/// Time of day, with the date unless it is today.
#[must_use]
pub fn moment(time: DateTime<Utc>) -> String {
    let is_today = date(time).to_date_string() == Date::new_0().to_date_string();
    if is_today { clock_time(time) } else { full_time(time) }
}

/// How long ago a time was, such as `2 min ago`; the time itself from a day on.
#[must_use]
pub fn ago(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (now - time).num_seconds() {
        ..5 => "just now".to_owned(),
        seconds @ 5..60 => format!("{seconds} s ago"),
        seconds @ 60..3_600 => format!("{} min ago", seconds / 60),
        seconds @ 3_600..86_400 => format!("{} h ago", seconds / 3_600),
        _ => full_time(time),
    }
}

/// Day in the user's language, such as `Monday, November 23`.
#[must_use]
pub fn day(time: DateTime<Utc>) -> String {
    Form::Day.write(time)
}

/// Local day, counted from 1970-01-01.
#[must_use]
pub fn local_day(time: DateTime<Utc>) -> i64 {
    const DAY_MILLIS: i64 = 86_400_000;
    #[expect(clippy::cast_possible_truncation, reason = "some hours in minutes")]
    let behind_utc = date(time).get_timezone_offset() as i64 * 60_000;
    time.timestamp_millis().saturating_sub(behind_utc).div_euclid(DAY_MILLIS)
}

/// Date and time to the second, in the user's language.
#[must_use]
pub fn full_time(time: DateTime<Utc>) -> String {
    Form::DateAndTime.write(time)
}

/// Shown in place of a value that is not known.
pub const UNKNOWN: &str = "–";

/// Formats a share of one core.
#[must_use]
pub fn percent(value: f64) -> String {
    if value < 1e6 { format!("{} %", decimals(value)) } else { format!("{value:.0e} %") }
}

/// Formats an amount of memory.
#[must_use]
pub fn megabytes(value: f64) -> String {
    if value < 10_000.0 {
        format!("{} MB", decimals(value))
    } else if value < 1e9 {
        format!("{} GB", decimals(value / 1_000.0))
    } else {
        format!("{value:.0e} MB")
    }
}

/// Formats a number with one decimal below 100, unless it is whole.
#[must_use]
pub fn decimals(value: f64) -> String {
    if value >= 100.0 || value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

/// A 95th percentile of fewer values says nothing.
const P95_NEEDS: usize = 20;

/// The 95th percentile, if it stands on enough values.
#[must_use]
pub fn p95(count: usize, value: f64) -> Option<f64> {
    (count >= P95_NEEDS).then_some(value)
}

/// Formats the server's seconds, if they are known.
#[must_use]
pub fn maybe_seconds(value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), seconds)
}

/// Truncates to `chars` characters.
#[must_use]
pub fn cut(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[must_use]
pub fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{count} times"),
    }
}

/// Formats a count with thousands separators, such as `9,087`.
#[must_use]
pub fn number(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Formats a count with its noun, such as `1 row` or `9,087 rows`.
#[must_use]
pub fn counted(count: usize, thing: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {thing}{ending}", number(count))
}

/// Formats the number of a search's matches.
#[must_use]
pub fn matches(count: usize) -> String {
    match count {
        0 => "No matches".to_owned(),
        1 => "1 match".to_owned(),
        count => format!("{} matches", number(count)),
    }
}

/// Formats a free-form value from the server: strings as they are, anything else as JSON.
#[must_use]
pub fn value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

/// Formats an uptime, such as `3 hours 12 minutes`.
#[must_use]
pub fn uptime(seconds: f64) -> String {
    if seconds >= MOST_DAYS * DAY {
        return format!("over {MOST_DAYS} days");
    }
    let counted =
        |count: f64, name: &str| format!("{count} {name}{}", if (count - 1.0).abs() < 0.5 { "" } else { "s" });
    let whole = seconds.floor();
    let (days, hours) = ((whole / DAY).floor(), (whole % DAY / HOUR).floor());
    let (minutes, rest) = ((whole % HOUR / MINUTE).floor(), whole % MINUTE);
    if days > 0.0 {
        format!("{} {}", counted(days, "day"), counted(hours, "hour"))
    } else if hours > 0.0 {
        format!("{} {}", counted(hours, "hour"), counted(minutes, "minute"))
    } else if minutes > 0.0 {
        format!("{} {}", counted(minutes, "minute"), counted(rest, "second"))
    } else {
        counted(rest, "second")
    }
}
