//! Exports part of a recording as a Rust test of the link against the simulated server.

use std::fmt::Write as _;
use std::time::Duration;

use super::plan::Plan;
use crate::history::{Direction, Entry, scan};

/// Number of answers from the server, by kind.
#[derive(Default)]
struct Answers {
    echoes: usize,
    duplicates: usize,
}

/// Generates a test that sends the recorded messages at the recorded times. It also expects the recorded answers, if
/// the selection has one for each message.
///
/// Save it as `tests/link/copied.rs`, whose harness it uses.
#[must_use]
pub fn as_test(entries: &[Entry]) -> String {
    let plan = Plan::of(entries);
    let sent = plan.steps.len();
    // With an answer missing, it is unknown what else the selection left out.
    let answers = Some(answers(entries)).filter(|answers| answers.echoes + answers.duplicates == sent);
    let imports = if answers.is_some() { "Input, LinkEvent, Origin" } else { "Input, Origin" };
    let mut source = format!(
        "//! Copied from a recording by the debugger. Save it in tests/link, name it in tests/link/main.rs, and give the\n\
         //! test the name of what it shows.\n\n\
         #[cfg(target_arch = \"wasm32\")]\n\
         use wasm_bindgen_test::wasm_bindgen_test as test;\n\n\
         use coda_dashboard::link::{{{imports}}};\n\n\
         use crate::world::{{World, millis}};\n\n\
         #[test]\n\
         fn what_was_recorded_happens_again() {{\n\
         \x20   let mut world = World::ready();\n\
         \x20   let origin = Origin::new(\"recording\", \"copy\");\n\
         \x20   let before = world.server.received().len();\n",
    );
    let mut passed = Duration::ZERO;
    for step in &plan.steps {
        let wait = step.offset.saturating_sub(passed).as_millis();
        passed = step.offset;
        if wait > 0 {
            // Writing to a string cannot fail.
            let _ = writeln!(source, "    world.run_for(millis({wait}));");
        }
        let _ = writeln!(source, "    let text = {}.into();", raw_string(&step.text));
        source.push_str("    world.input(Input::Raw { text, origin: origin.clone() });\n");
    }
    let _ = write!(
        source,
        "    world.run_for(millis(1_000));\n\
         \x20   let received = &world.server.received()[before..];\n\
         \x20   assert_eq!(received.len(), {sent}, \"all were read\");\n"
    );
    if let Some(Answers { echoes, duplicates }) = answers {
        let _ = write!(
            source,
            "    assert_eq!(received.iter().filter(|message| !message.acted).count(), {duplicates}, \"known already\");\n\
             \x20   let texts = world.events.iter().filter_map(|event| match event {{\n\
             \x20       LinkEvent::FrameIn {{ text, .. }} => Some(text),\n\
             \x20       _ => None,\n\
             \x20   }});\n\
             \x20   let echoes = texts.filter(|text| text.contains(\"client_message\") && !text.contains(\"\\\"ping\\\"\"));\n\
             \x20   assert_eq!(echoes.count(), {echoes}, \"echoes\");\n"
        );
    }
    source.push_str("}\n");
    source
}

fn answers(entries: &[Entry]) -> Answers {
    let mut answers = Answers::default();
    for entry in entries.iter().filter(|entry| entry.direction == Direction::In) {
        let of = |field| scan::data_member(&entry.text, field).and_then(scan::string);
        match scan::head(&entry.text).kind.as_deref() {
            Some("client_message") if of("message_type").as_deref() != Some("ping") => answers.echoes += 1,
            Some("duplicate_message") if of("original_type").as_deref() != Some("ping") => answers.duplicates += 1,
            _ => {}
        }
    }
    answers
}

/// A Rust raw string literal with this text.
fn raw_string(text: &str) -> String {
    let longest = text.split(|letter| letter != '#').map(str::len).max().unwrap_or_default();
    let marks = "#".repeat(longest + 1);
    format!("r{marks}\"{text}\"{marks}")
}
