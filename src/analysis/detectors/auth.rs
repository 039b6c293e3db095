//! Detects a challenge that never came, was refused, or was late.

use std::time::Duration;

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::history::{FrameClass, Row, RowKind};
use crate::link::{DisconnectReason, FramePurpose, PhaseKind};
use crate::protocol::{Control, Moment};

/// A challenge takes 10 ms, so this is late.
const CHALLENGE_LATE: Duration = Duration::from_secs(1);
/// A challenge missing for this long is reported, though the link keeps waiting.
const CHALLENGE_MISSING: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
pub(super) struct Auth {
    /// Time and row at which the socket opened, until it is authenticated.
    waits: Option<(Moment, u64)>,
    challenge: Option<(Moment, u64)>,
    /// Time and row of the answer to the challenge, until Coda accepts or rejects it.
    answered: Option<(Moment, u64)>,
    /// Whether this connection has already been reported.
    is_reported: bool,
}

impl Auth {
    pub(super) fn on_row(&mut self, row: &Row, log: &mut FindingLog) {
        match &row.kind {
            RowKind::Phase { phase, reason, .. } => self.phase(row, *phase, reason.as_ref(), log),
            RowKind::FrameIn { class: FrameClass::Control(control), .. } => match &**control {
                Control::Challenge { .. } => self.on_challenge(row, log),
                Control::AuthResult { result } => self.on_auth_result(row, result.is_ok(), log),
                Control::Duplicate { .. } => {}
            },
            RowKind::FrameOut { purpose: FramePurpose::ChallengeAnswer, .. } => {
                self.answered = Some((row.at, row.number));
                let Some((since, number)) = self.challenge else { return };
                let took = row.at.mono.duration_since(since.mono);
                if took >= CHALLENGE_LATE {
                    let words = format!("The challenge was answered after {:.1} s only.", took.as_secs_f64());
                    raise(log, FindingKind::ChallengeLate, words, &[number, row.number], row.at);
                }
            }
            _ => {}
        }
    }

    fn on_challenge(&mut self, row: &Row, log: &mut FindingLog) {
        if let Some((since, number)) = self.waits {
            let took = row.at.mono.duration_since(since.mono);
            if took >= CHALLENGE_LATE {
                let words = format!("The challenge came {:.1} s after the socket was open.", took.as_secs_f64());
                raise(log, FindingKind::ChallengeLate, words, &[number, row.number], row.at);
            }
        }
        self.challenge = Some((row.at, row.number));
    }

    fn on_auth_result(&mut self, row: &Row, is_accepted: bool, log: &mut FindingLog) {
        if let Some((since, _)) = self.answered.take()
            && row.at.mono.duration_since(since.mono) >= CHALLENGE_MISSING
        {
            let took = row.at.mono.duration_since(since.mono).as_secs_f64();
            let words = format!("Coda took {took:.1} s to say whether it lets this page in.");
            log.set_description(FindingKind::ChallengeLate, "", words);
        }
        if !is_accepted {
            let words = "Coda did not accept the answer to its challenge.".to_owned();
            raise(log, FindingKind::ChallengeRefused, words, &[row.number], row.at);
        }
    }

    fn phase(&mut self, row: &Row, phase: PhaseKind, reason: Option<&DisconnectReason>, log: &mut FindingLog) {
        match phase {
            PhaseKind::Authenticating if self.waits.is_none() => self.waits = Some((row.at, row.number)),
            PhaseKind::Authenticating => {}
            PhaseKind::Ready => {
                log.resolve(FindingKind::ChallengeRefused, row.at);
                if self.challenge.is_some() {
                    log.resolve(FindingKind::ChallengeMissing, row.at);
                } else if let Some((_, number)) = self.waits {
                    let words = "Coda let this page in without a challenge: it is 0.1.1, or its authentication is off.";
                    raise(log, FindingKind::ChallengeMissing, words.to_owned(), &[number, row.number], row.at);
                }
                *self = Self::default();
            }
            PhaseKind::Waiting | PhaseKind::Offline | PhaseKind::Opening | PhaseKind::Refused => {
                if reason == Some(&DisconnectReason::AuthTimeout)
                    && self.challenge.is_none()
                    && let Some((_, number)) = self.waits.filter(|_| !self.is_reported)
                {
                    never_came(log, &[number, row.number], row.at);
                }
                *self = Self::default();
            }
        }
    }

    pub(super) fn tick(&mut self, now: Moment, log: &mut FindingLog) {
        if let (Some((since, number)), None, false) = (self.waits, self.challenge, self.is_reported)
            && now.mono.duration_since(since.mono) >= CHALLENGE_MISSING
        {
            self.is_reported = true;
            never_came(log, &[number], now);
        }
        if let (Some((since, number)), false) = (self.answered, self.is_reported)
            && now.mono.duration_since(since.mono) >= CHALLENGE_MISSING
        {
            self.is_reported = true;
            let words = "The challenge was answered, but Coda does not say whether it lets this page in.".to_owned();
            raise(log, FindingKind::ChallengeLate, words, &[number], now);
        }
    }
}

fn never_came(log: &mut FindingLog, rows: &[u64], at: Moment) {
    let words = "The socket is open, but Coda sends no challenge and does not answer.".to_owned();
    raise(log, FindingKind::ChallengeMissing, words, rows, at);
}

fn raise(log: &mut FindingLog, kind: FindingKind, words: String, rows: &[u64], at: Moment) {
    log.raise(Occurrence { kind, subject: "", confidence: Confidence::Certain, words, rows, at });
}
