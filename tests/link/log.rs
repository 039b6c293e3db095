//! The link's `tracing` events.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use coda_dashboard::link::Input;
use coda_dashboard::sim::ServerConfig;

use crate::world::{World, millis};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Returns everything logged while `run` runs, at every level.
fn logged(run: impl FnOnce()) -> String {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .without_time()
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, run);
    let bytes = log.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

/// Prints the log of all tests if `CODA_LOG` names a level: `CODA_LOG=debug cargo test --test
/// link NAME -- --nocapture`.
pub fn show_if_asked() {
    if let Some(level) = std::env::var("CODA_LOG").ok().and_then(|level| level.parse::<tracing::Level>().ok()) {
        // Later calls fail as intended: there can be only one subscriber.
        let _ = tracing_subscriber::fmt().with_max_level(level).without_time().with_test_writer().try_init();
    }
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
