//! The diagram in docs/ARCHITECTURE.md matches the transition table.

use std::path::Path;

use coda_dashboard::link::{PhaseKind, Transition, Trigger, transition};

/// Returns the phase that a transition leads to.
fn target(from: PhaseKind, step: Transition) -> Option<PhaseKind> {
    Some(match step {
        Transition::Stay => return None,
        Transition::Open => PhaseKind::Opening,
        Transition::Await | Transition::Probe => PhaseKind::Authenticating,
        Transition::Answer if from == PhaseKind::Ready => PhaseKind::Authenticating,
        Transition::Answer => from,
        Transition::Welcome => PhaseKind::Ready,
        Transition::Retreat | Transition::Hurry => PhaseKind::Waiting,
        Transition::Refuse => PhaseKind::Refused,
        Transition::Leave => PhaseKind::Offline,
    })
}

/// Turns `TimeUp` into "time up".
fn words(signal: Trigger) -> String {
    let name = format!("{signal:?}");
    let spaced = name.chars().map(|c| if c.is_uppercase() { format!(" {}", c.to_lowercase()) } else { c.to_string() });
    spaced.collect::<String>().trim().to_owned()
}

fn diagram() -> String {
    let mut lines = vec!["```mermaid".to_owned(), "stateDiagram-v2".to_owned(), "    [*] --> offline".to_owned()];
    for from in PhaseKind::ALL {
        for to in PhaseKind::ALL {
            let leads = |signal: &Trigger| target(from, transition(from, *signal)) == Some(to);
            let names: Vec<String> = Trigger::ALL.into_iter().filter(leads).map(words).collect();
            if !names.is_empty() {
                lines.push(format!("    {} --> {}: {}", from.name(), to.name(), names.join(", ")));
            }
        }
    }
    lines.push("```".to_owned());
    lines.join("\n")
}

#[test]
fn the_documented_diagram_is_the_transition_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once("<!-- transitions -->\n").unwrap();
    let (documented, _) = rest.split_once("\n<!-- end of transitions -->").unwrap();
    assert!(documented == diagram(), "put this into docs/ARCHITECTURE.md:\n{}", diagram());
}
