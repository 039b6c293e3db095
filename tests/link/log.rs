//! The link's `tracing` events.

use std::cell::RefCell;
use std::io;
use std::sync::Once;

use tracing::Level;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};

use coda_dashboard::link::Input;
use coda_dashboard::sim::ServerConfig;

use crate::world::{World, millis};

thread_local! {
    /// Log of this thread's test, if it asked for one. Each test has its own thread.
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

struct ThreadLog;

impl io::Write for ThreadLog {
    #[expect(clippy::print_stdout, reason = "the test harness shows it with a test that fails")]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| match log {
            Some(log) => log.extend_from_slice(bytes),
            None => print!("{}", String::from_utf8_lossy(bytes)),
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for ThreadLog {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

/// Installs the one subscriber of all tests. It captures every event for a test that asked for it, and otherwise prints
/// the levels of `CODA_LOG`, as in `CODA_LOG=debug cargo test --test link NAME -- --nocapture`.
///
/// One subscriber per test would lose events: a callsite that another thread reaches first is disabled for good while
/// only one scoped subscriber exists (tracing-core 0.1, `Rebuilder::JustOne`).
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let printed = std::env::var("CODA_LOG").ok().and_then(|level| level.parse::<Level>().ok());
        let wants = move |level: &Level| printed.is_some_and(|printed| *level <= printed);
        let is_wanted = dynamic_filter_fn(move |event, _| wants(event.level()) || LOG.with_borrow(Option::is_some));
        let layer = tracing_subscriber::fmt::layer().without_time().with_ansi(false).with_writer(ThreadLog);
        let subscriber = tracing_subscriber::registry().with(layer.with_filter(is_wanted));
        tracing::subscriber::set_global_default(subscriber).expect("no other subscriber");
    });
}

/// Runs `run` and returns everything that it logged, at every level.
fn logged(run: impl FnOnce()) -> String {
    install();
    LOG.set(Some(Vec::new()));
    run();
    String::from_utf8(LOG.take().unwrap_or_default()).unwrap()
}

#[test]
fn a_message_leaves_a_line_for_each_of_its_states() {
    let mut id = None;
    let log = logged(|| {
        let mut world = World::ready();
        id = Some(world.say("a secret"));
        world.run_for(millis(200));
    });
    let id = id.unwrap().to_string();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(&id)).collect();
    for (level, words) in [("DEBUG", "message queued"), ("DEBUG", "message written"), ("INFO", "message delivered")] {
        let line = lines.iter().find(|line| line.contains(level) && line.contains(words));
        let line = line.unwrap_or_else(|| panic!("{level} {words} in\n{log}"));
        for field in ["\"text_input\"", "component=\"test\"", "action=\"send\"", "state="] {
            assert!(line.contains(field), "{field} in {line}");
        }
    }
    assert!(log.contains("connection changed") && log.contains("\"ready\""), "{log}");
    assert!(!log.contains("a secret"), "what the user writes is nobody else's: {log}");
}

#[test]
fn a_lost_connection_and_an_unreadable_frame_are_warnings() {
    let log = logged(|| {
        let mut world = World::new(ServerConfig::quiet(), 7);
        world.connect();
        world.run_for(millis(200));
        let conn = world.link.status().phase.conn().unwrap();
        world.input(Input::Frame(conn, r#"{"type": "llm_token", "data": {"token": ["private"]}}"#.into()));
        world.drop_connection();
        world.run_for(millis(10));
    });
    let warnings: Vec<&str> = log.lines().filter(|line| line.contains("WARN")).collect();
    assert!(warnings.iter().any(|line| line.contains("frame unreadable") && line.contains("data.token")), "{log}");
    assert!(warnings.iter().any(|line| line.contains("connection lost") && line.contains("reason=")), "{log}");
    assert!(!log.contains("private"), "{log}");
}
