//! Random operations and faults from a seed, with all guarantees checked after each.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use coda_dashboard::link::{Input, MessageId, MessageState, PageHint, PhaseKind};
use coda_dashboard::protocol::{Command, SttStart};
use coda_dashboard::sim::{Challenge, Echo, Received, ServerConfig};
use proptest::prelude::*;

use crate::many_runs::{Report, many_runs};
use crate::world::{World, millis, seconds};

#[derive(Clone, Debug)]
pub enum Operation {
    Say,
    Press,
    Release,
    StopSpeaking,
    Demo,
    Wait(u64),
    Drop,
    HalfOpen,
    Restart,
    LoseEchoes(u32),
    Unreachable(u64),
    Wake,
    Slow(u64),
    Jitter(u64),
    StallChallenge(u64),
}

impl Operation {
    fn is_message(&self) -> bool {
        match self {
            Self::Say | Self::Press | Self::Release | Self::StopSpeaking | Self::Demo => true,
            Self::Wait(_)
            | Self::Drop
            | Self::HalfOpen
            | Self::Restart
            | Self::LoseEchoes(_)
            | Self::Unreachable(_)
            | Self::Wake
            | Self::Slow(_)
            | Self::Jitter(_)
            | Self::StallChallenge(_) => false,
        }
    }

    fn is_fault(&self) -> bool {
        !self.is_message() && !matches!(self, Self::Wait(_) | Self::Wake)
    }
}

pub fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        6 => Just(Operation::Say),
        2 => Just(Operation::Press),
        2 => Just(Operation::Release),
        1 => Just(Operation::StopSpeaking),
        1 => Just(Operation::Demo),
        6 => (1_u64..3_000).prop_map(Operation::Wait),
        2 => Just(Operation::Drop),
        1 => Just(Operation::HalfOpen),
        1 => Just(Operation::Restart),
        1 => (1_u32..3).prop_map(Operation::LoseEchoes),
        1 => (1_u64..8_000).prop_map(Operation::Unreachable),
        1 => Just(Operation::Wake),
        1 => (1_u64..400).prop_map(Operation::Slow),
        1 => (1_u64..300).prop_map(Operation::Jitter),
        1 => (1_u64..15_000).prop_map(Operation::StallChallenge),
    ]
}

pub fn carry_out(world: &mut World, operation: &Operation, number: usize) {
    match operation {
        Operation::Say => drop(world.say(&format!("text {number}"))),
        Operation::Press => drop(world.send(Command::SttStart(SttStart::Continuous))),
        Operation::Release => drop(world.send(Command::SttStop)),
        Operation::StopSpeaking => drop(world.send(Command::TtsStop)),
        Operation::Demo => drop(world.send(Command::DemoFlow)),
        Operation::Wait(span) => world.run_for(millis(*span)),
        Operation::Drop => world.drop_connection(),
        Operation::HalfOpen => world.go_half_open(),
        Operation::Restart => world.restart_server(),
        Operation::LoseEchoes(count) => world.server.config_mut().echo = Echo::SwallowNext(*count),
        Operation::Unreachable(span) => {
            world.reachable = false;
            world.run_for(millis(*span));
            world.reachable = true;
        }
        Operation::Wake => world.input(Input::Hint(PageHint::Visible)),
        Operation::Slow(latency) => world.latency = millis(*latency),
        Operation::Jitter(jitter) => world.jitter = millis(*jitter),
        Operation::StallChallenge(span) => {
            world.server.config_mut().challenge = Challenge::Stall;
            world.run_for(millis(*span));
            world.server.config_mut().challenge = Challenge::Normal;
        }
    }
}

/// Checks the invariants that hold at all times.
fn check(world: &World) -> Result<(), TestCaseError> {
    let mut acted: HashMap<&str, usize> = HashMap::new();
    for message in world.server.received().iter().filter(|message| message.acted) {
        *acted.entry(message.id.as_deref().unwrap_or_default()).or_default() += 1;
    }
    for (id, states) in &world.states {
        let times = acted.get(id.to_string().as_str()).copied().unwrap_or_default();
        let command = command_of(world, *id);
        let outcomes = states.iter().filter(|state| state.is_final()).count();
        prop_assert!(outcomes <= 1, "{command:?} ended {outcomes} times: {states:?}");
        let safe_twice = command.rules().is_safe_twice;
        prop_assert!(times <= 1 || safe_twice, "the server acted {times} times on {command:?}: {states:?}");
        let last = states.last();
        if matches!(last, Some(MessageState::Delivered(_))) {
            prop_assert!(times >= 1, "{command:?} is called delivered, but the server never acted on it: {states:?}");
        }
        let not_sent =
            matches!(last, Some(MessageState::Failed(_) | MessageState::Expired | MessageState::Suppressed { .. }));
        prop_assert!(!not_sent || times == 0, "{command:?} is called not sent, but the server acted on it: {states:?}");
    }
    Ok(())
}

fn command_of(world: &World, id: MessageId) -> Command {
    let status = world.messages.iter().find(|status| status.id == id);
    status.map_or(Command::Ping, |status| (*status.command).clone())
}

/// Checks that texts reach the server in the order in which they were sent. Unconfirmed ones are exempt: nothing waits
/// for them, and their frames may still be in transit on a lost connection.
fn check_order(world: &World) -> Result<(), TestCaseError> {
    let unconfirmed = world.states.iter().filter(|(_, states)| states.contains(&MessageState::Unconfirmed));
    let unconfirmed: HashSet<String> = unconfirmed.map(|(id, _)| id.to_string()).collect();
    let is_ordered = |message: &&Received| !message.id.as_ref().is_some_and(|id| unconfirmed.contains(id));
    let acted = world.server.received().iter().filter(|message| message.acted && message.kind == "text_input");
    let numbers: Vec<usize> = acted
        .filter(is_ordered)
        .filter_map(|message| message.data["text"].as_str()?.strip_prefix("text ")?.parse().ok())
        .collect();
    prop_assert!(numbers.is_sorted(), "out of order: {numbers:?}");
    Ok(())
}

/// Totals of one or more runs.
#[derive(Clone, Copy, Debug, Default)]
struct ChaosReport {
    messages: usize,
    faults: usize,
    longest_recovery: Duration,
}

impl Report for ChaosReport {
    fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.faults += other.faults;
        self.longest_recovery = self.longest_recovery.max(other.longest_recovery);
    }
}

/// Executes the operations, checks all guarantees after each, and then lets the world settle.
fn run(seed: u64, operations: &[Operation]) -> Result<ChaosReport, TestCaseError> {
    let mut world = World::new(ServerConfig::quiet(), seed);
    world.connect();
    for (number, operation) in operations.iter().enumerate() {
        carry_out(&mut world, operation, number);
        check(&world)?;
    }
    world.latency = millis(1);
    world.jitter = millis(0);
    world.server.config_mut().echo = Echo::Faithful;
    world.run_for(seconds(120));
    // A ping may be in flight at any moment.
    world.run_until_holds("an idle moment", seconds(5), |world| world.link.status().in_flight == 0);
    check(&world)?;
    check_order(&world)?;
    prop_assert_eq!(world.phase(), PhaseKind::Ready, "it recovers");
    for (id, states) in &world.states {
        let settled = states.last().is_some_and(|state| state.is_final() || *state == MessageState::Unconfirmed);
        prop_assert!(settled, "{:?} never ended: {:?}", command_of(&world, *id), states);
    }
    Ok(ChaosReport {
        messages: operations.iter().filter(|operation| operation.is_message()).count(),
        faults: operations.iter().filter(|operation| operation.is_fault()).count(),
        longest_recovery: world.link.metrics(world.clock()).recovery.max,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_every_message_ends_and_none_acts_twice(
        seed in any::<u64>(),
        operations in prop::collection::vec(operation(), 1..40),
    ) {
        run(seed, &operations)?;
    }
}

/// Run by `make chaos`.
#[test]
#[ignore = "minutes; run by `make chaos`"]
fn figures_of_many_runs() {
    let (runs, took, total) = many_runs(operation, run);
    eprintln!(
        "chaos: {} runs in {:.0?}: {} messages, {} faults; lost 0, doubled 0, falsely claimed 0; longest recovery {:.1?}",
        runs, took, total.messages, total.faults, total.longest_recovery,
    );
}
