//! Every kind of finding has a trace that raises it; the compiler asks for that of a new kind.

use coda_dashboard::analysis::FindingKind;
use coda_dashboard::link::{DisconnectReason, MessageState, Phase};

use crate::trace::{COMPOSER, SHORTCUT, Trace};

const CHALLENGE: &str = r#"{"type": "auth_challenge", "data": {"token": "a:1:b:c"}}"#;

/// Lets happen what a finding of this kind is about.
fn raise(kind: FindingKind, trace: &mut Trace) {
    match kind {
        FindingKind::DoubleListener => {
            let original = trace.write("hello");
            let copy = trace.new_message();
            trace.message(copy, "hello", SHORTCUT, MessageState::Suppressed { original });
        }
        FindingKind::Burst | FindingKind::Overlap => {
            for number in 0..8 {
                trace.write(&number.to_string());
            }
        }
        FindingKind::DroppedDuplicate => {
            trace.control(r#"{"type": "duplicate_message", "data": {"original_type": "stt_start", "count": 2}}"#);
        }
        FindingKind::Silent => trace.lose(DisconnectReason::Silent),
        FindingKind::Deaf => trace.lose(DisconnectReason::Deaf),
        FindingKind::Restarted => trace.resumed(true, 0, 0),
        FindingKind::Missed => trace.resumed(false, 1, 0),
        FindingKind::ChallengeMissing => {
            trace.lose(Trace::broken());
            trace.authenticating();
            trace.lose(DisconnectReason::AuthTimeout);
        }
        FindingKind::ChallengeRefused => {
            trace.lose(Trace::broken());
            trace.authenticating();
            trace.control(r#"{"type": "auth_result", "data": {"success": false, "message": "no"}}"#);
            trace.phase(Phase::Refused { reason: "no".into() }, None);
        }
        FindingKind::ChallengeLate => {
            trace.lose(Trace::broken());
            trace.authenticating();
            trace.wait(1_500);
            trace.control(CHALLENGE);
        }
        FindingKind::EchoesSlow => {
            for echo_after in [3; 10].into_iter().chain([400; 3]) {
                trace.say("hello", echo_after);
                trace.wait(1_000);
            }
        }
        FindingKind::Unreadable => trace.control("not json"),
        FindingKind::TooLarge => trace.event("llm_result", &format!(r#"{{"text": "{}"}}"#, "x".repeat(2 << 20))),
        FindingKind::ClockJump => {
            for ahead in [0.0, 0.0, 60.0] {
                trace.event_ahead("llm_start", "{}", ahead);
                trace.wait(1_000);
            }
        }
        FindingKind::ClockWrong => {
            trace.event_by_wall_clock("llm_start", "{}", 45_000);
            trace.wait(1_000);
            trace.event_by_wall_clock("llm_start", "{}", 45_000);
        }
        FindingKind::ReconnectStorm => {
            for _ in 0..4 {
                trace.lose(Trace::broken());
                trace.connect();
            }
        }
        FindingKind::Unconfirmed => {
            let id = trace.write("hello");
            trace.message(id, "hello", COMPOSER, MessageState::Unconfirmed);
        }
        FindingKind::OtherDashboard => trace.other_client("hello"),
        FindingKind::ServerError => trace.event("system_error", r#"{"message": "Event loop is closed"}"#),
    }
}

#[test]
fn every_kind_of_finding_is_raised_by_its_trace() {
    for kind in FindingKind::ALL {
        let mut trace = Trace::ready();
        assert_eq!(trace.found(), []);
        raise(*kind, &mut trace);
        assert!(trace.kinds().contains(kind), "{kind:?} is not among {:?}", trace.kinds());
    }
}

#[test]
fn what_only_the_server_could_settle_ends_when_the_user_leaves_it() {
    for kind in FindingKind::ALL {
        let mut trace = Trace::ready();
        raise(*kind, &mut trace);
        trace.phase(Phase::Offline, None);
        trace.watch(400);
        let stays = *kind == FindingKind::Unconfirmed;
        assert_eq!(trace.kinds().contains(kind), stays, "{kind:?}: {:?}", trace.kinds());
    }
}
