//! The corpus: faults and healthy runs that look like faults, with labels. Nothing may be missed, and nothing else found.
//!
//! `cargo test --no-default-features --test analysis corpus -- --nocapture` prints the table, which docs/FINDINGS.md keeps.

mod coda;
mod faults;
mod healthy;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use coda_dashboard::analysis::FindingKind;
use coda_dashboard::link::Phase;

use coda::Run;

/// A scenario with its label.
#[derive(Clone, Copy)]
struct Scenario {
    name: &'static str,
    /// What must be found, and nothing else.
    expects: &'static [FindingKind],
    /// Of a healthy run: what it could be taken for.
    looks_like: &'static [FindingKind],
    play: fn(&mut Run),
}

struct Result {
    name: &'static str,
    missed: Vec<FindingKind>,
    wrong: Vec<FindingKind>,
    /// Seconds from the fault to each expected finding.
    times: Vec<(FindingKind, f64)>,
}

fn run(scenario: &Scenario) -> Result {
    let mut run = Run::new();
    (scenario.play)(&mut run);
    run.look();
    let fault = run.fault.unwrap_or_default();
    #[expect(clippy::cast_precision_loss)]
    let time = |kind: &FindingKind| run.found.get(kind).map(|at| (*kind, at.saturating_sub(fault) as f64 / 1_000.0));
    Result {
        name: scenario.name,
        missed: scenario.expects.iter().copied().filter(|kind| !run.found.contains_key(kind)).collect(),
        wrong: run.found.keys().copied().filter(|kind| !scenario.expects.contains(kind)).collect(),
        times: scenario.expects.iter().filter_map(time).collect(),
    }
}

fn table(results: &[Result]) -> String {
    let mut text = String::from("| scenario | found | after |\n| --- | --- | --- |\n");
    for result in results {
        let found: Vec<&str> = result.times.iter().map(|(kind, _)| kind.title()).collect();
        let times: Vec<String> = result.times.iter().map(|(_, time)| format!("{time:.1} s")).collect();
        let _ = writeln!(text, "| {} | {} | {} |", result.name, found.join("; "), times.join("; "));
    }
    text
}

fn scenarios() -> Vec<Scenario> {
    faults::all().into_iter().chain(healthy::all()).collect()
}

#[test]
#[expect(clippy::print_stdout, reason = "its figures are for people")]
fn every_fault_of_the_corpus_is_found_and_nothing_in_its_healthy_runs() {
    let results: Vec<Result> = scenarios().iter().map(run).collect();
    let missed: Vec<_> =
        results.iter().filter(|result| !result.missed.is_empty()).map(|it| (it.name, &it.missed)).collect();
    let wrong: Vec<_> =
        results.iter().filter(|result| !result.wrong.is_empty()).map(|it| (it.name, &it.wrong)).collect();
    let found: usize = results.iter().map(|result| result.times.len()).sum();
    println!("{} scenarios, {found} faults found, {} missed, {} false", results.len(), missed.len(), wrong.len());
    assert!(missed.is_empty() && wrong.is_empty(), "missed: {missed:#?}\nfalse: {wrong:#?}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/FINDINGS.md");
    let document = std::fs::read_to_string(&path).unwrap_or_default();
    let table = table(&results);
    if std::env::var_os("WRITE_TABLE").is_some() {
        let start = document.split("<!-- table -->").next().unwrap_or_default();
        std::fs::write(&path, format!("{start}<!-- table -->\n{table}")).unwrap();
    } else {
        let kept = document.split("<!-- table -->\n").nth(1).unwrap_or_default();
        assert_eq!(kept, table, "docs/FINDINGS.md is out of date: run this test with WRITE_TABLE=1");
    }
}

#[test]
fn the_corpus_is_large_enough_and_every_kind_has_a_fault_and_a_look_alike() {
    let scenarios = scenarios();
    let names: BTreeSet<&str> = scenarios.iter().map(|scenario| scenario.name).collect();
    assert_eq!(names.len(), scenarios.len(), "a name is used twice");
    let faults = scenarios.iter().filter(|scenario| !scenario.expects.is_empty()).count();
    assert!(faults >= 40 && scenarios.len() - faults >= 20, "{faults} of {}", scenarios.len());
    let mut kinds: BTreeMap<FindingKind, (usize, usize)> =
        FindingKind::ALL.iter().map(|kind| (*kind, (0, 0))).collect();
    for scenario in &scenarios {
        scenario.expects.iter().for_each(|kind| kinds.entry(*kind).or_default().0 += 1);
        scenario.looks_like.iter().for_each(|kind| kinds.entry(*kind).or_default().1 += 1);
    }
    let lacking: Vec<_> = kinds.iter().filter(|(_, (faults, alike))| *faults == 0 || *alike == 0).collect();
    assert!(lacking.is_empty(), "kinds without a fault or a look-alike: {lacking:?}");
}

#[test]
fn what_only_the_server_could_settle_ends_when_the_user_leaves_it() {
    for scenario in faults::all() {
        let mut run = Run::new();
        (scenario.play)(&mut run);
        run.trace.phase(Phase::Offline, None);
        run.trace.watch(700);
        let open = run.trace.kinds();
        let stays: Vec<_> = open.iter().filter(|kind| **kind != FindingKind::Unconfirmed).collect();
        assert!(stays.is_empty(), "{}: {stays:?}", scenario.name);
    }
}
