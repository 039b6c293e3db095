//! The transition table, and its diagram in docs/ARCHITECTURE.md.

use std::path::Path;

use coda_dashboard::link::{CloseInfo, ConnectionEvent, DisconnectReason, PhaseKind, Transition, transition};
use coda_dashboard::protocol::Token;

const WORDS: &str = "words";

fn token() -> Token {
    serde_json::from_str("\"t\"").unwrap()
}

/// Returns the event after this one, in the order of the table, so that a new event cannot be left out.
fn next(event: Option<&ConnectionEvent>) -> Option<ConnectionEvent> {
    use ConnectionEvent as On;
    let Some(event) = event else { return Some(On::Connect("ws://a".to_owned())) };
    Some(match event {
        On::Connect(_) => On::Disconnect,
        On::Disconnect => On::Retry,
        On::Retry => On::Woken,
        On::Woken => On::TimeUp,
        On::TimeUp => On::ChallengeOverdue,
        On::ChallengeOverdue => On::Opened,
        On::Opened => On::Challenged(token()),
        On::Challenged(_) => On::Accepted("me".to_owned()),
        On::Accepted(_) => On::Rejected(WORDS.to_owned()),
        On::Rejected(_) => On::RejectedAgain(WORDS.to_owned()),
        On::RejectedAgain(_) => On::Proven,
        On::Proven => On::Closed(CloseInfo::default()),
        On::Closed(_) => On::Abandoned,
        On::Abandoned => On::Dead(DisconnectReason::Silent),
        On::Dead(_) => return None,
    })
}

fn all_events() -> Vec<ConnectionEvent> {
    std::iter::successors(next(None), |event| next(Some(event))).collect()
}

/// Returns the phase that a transition leads to.
fn target(from: PhaseKind, step: &Transition) -> Option<PhaseKind> {
    Some(match step {
        Transition::Ignore => return None,
        Transition::Open(_) | Transition::Reopen(_) => PhaseKind::Opening,
        Transition::AwaitChallenge | Transition::Probe => PhaseKind::Authenticating,
        Transition::AnswerChallenge(_) if from == PhaseKind::Ready => PhaseKind::Authenticating,
        Transition::AnswerChallenge(_) => from,
        Transition::EnterReady(_) => PhaseKind::Ready,
        Transition::BackOff(_) | Transition::RestartBackoff => PhaseKind::Waiting,
        Transition::Refuse(_) => PhaseKind::Refused,
        Transition::GoOffline => PhaseKind::Offline,
    })
}

/// Turns `TimeUp` into "time up".
fn words(event: &ConnectionEvent) -> String {
    let debug = format!("{event:?}");
    let name = debug.split('(').next().unwrap_or_default();
    let spaced = name.chars().map(|c| if c.is_uppercase() { format!(" {}", c.to_lowercase()) } else { c.to_string() });
    spaced.collect::<String>().trim().to_owned()
}

fn diagram() -> String {
    let mut lines = vec!["```mermaid".to_owned(), "stateDiagram-v2".to_owned(), "    [*] --> offline".to_owned()];
    for from in PhaseKind::ALL {
        for to in PhaseKind::ALL {
            let leads = |event: &&ConnectionEvent| target(from, &transition(from, (*event).clone())) == Some(to);
            let names: Vec<String> = all_events().iter().filter(leads).map(words).collect();
            if !names.is_empty() {
                lines.push(format!("    {} --> {}: {}", from.name(), to.name(), names.join(", ")));
            }
        }
    }
    lines.push("```".to_owned());
    lines.join("\n")
}

#[test]
fn every_event_has_its_transition_in_every_phase() {
    use Transition::{AwaitChallenge, GoOffline, Ignore, Probe, RestartBackoff};
    let open = |url: Option<&str>| Transition::Open(url.map(str::to_owned));
    let answer = || Transition::AnswerChallenge(token());
    let welcome = |name: Option<&str>| Transition::EnterReady(name.map(str::to_owned));
    let retreat = Transition::BackOff;
    let rejected = || retreat(DisconnectReason::Rejected(WORDS.to_owned()));
    let refuse = || Transition::Refuse(WORDS.to_owned());
    let closed = || retreat(DisconnectReason::Closed(CloseInfo::default()));
    let unreachable = retreat(DisconnectReason::Unreachable(CloseInfo::default()));
    let silent = || retreat(DisconnectReason::Silent);
    let reopen = || Transition::Reopen(DisconnectReason::TabGone);
    let connect = || open(Some("ws://a"));
    let (open_timeout, auth_timeout) = (retreat(DisconnectReason::OpenTimeout), retreat(DisconnectReason::AuthTimeout));
    // Rows as in `next`; columns as in PhaseKind::ALL: offline, waiting, opening, authenticating, ready, refused.
    let table = [
        [connect(), connect(), connect(), connect(), connect(), connect()],
        [Ignore, GoOffline, GoOffline, GoOffline, GoOffline, GoOffline],
        [open(None), open(None), Ignore, Ignore, Ignore, open(None)],
        [Ignore, RestartBackoff, Ignore, Ignore, Ignore, Ignore],
        [Ignore, open(None), open_timeout, auth_timeout, Ignore, Ignore],
        [Ignore, Ignore, Ignore, Probe, Ignore, Ignore],
        [Ignore, Ignore, AwaitChallenge, Ignore, Ignore, Ignore],
        [Ignore, Ignore, Ignore, answer(), answer(), Ignore],
        [Ignore, Ignore, Ignore, welcome(Some("me")), Ignore, Ignore],
        [Ignore, Ignore, Ignore, rejected(), rejected(), Ignore],
        [Ignore, Ignore, Ignore, refuse(), refuse(), Ignore],
        [Ignore, Ignore, Ignore, welcome(None), Ignore, Ignore],
        [Ignore, Ignore, unreachable, closed(), closed(), Ignore],
        [Ignore, Ignore, reopen(), reopen(), reopen(), Ignore],
        [Ignore, Ignore, Ignore, silent(), silent(), Ignore],
    ];
    assert_eq!(all_events().len(), table.len());
    for (event, row) in all_events().into_iter().zip(table) {
        for (phase, expected) in PhaseKind::ALL.into_iter().zip(row) {
            assert_eq!(transition(phase, event.clone()), expected, "{event:?} in {phase:?}");
        }
    }
}

#[test]
fn the_documented_diagram_is_the_transition_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once("<!-- transitions -->\n").unwrap();
    let (documented, _) = rest.split_once("\n<!-- end of transitions -->").unwrap();
    assert!(documented == diagram(), "put this into docs/ARCHITECTURE.md:\n{}", diagram());
}
