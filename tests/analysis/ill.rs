//! A link and a simulated Coda that falls ill: the illness is found, whatever else goes on.

use std::time::Duration;

use coda_dashboard::analysis::{Analyzer, FindingKind};
use coda_dashboard::sim::{Illness, ServerConfig};

use crate::world::World;

/// Runs healthy turns, then turns with an illness, and returns what was found.
fn found_with(illness: Illness) -> Vec<FindingKind> {
    let config =
        ServerConfig { error_every: None, metrics_interval: Some(Duration::from_secs(1)), ..ServerConfig::default() };
    let mut world = World::ready(config);
    let mut analyzer = Analyzer::default();
    let mut run = |world: &mut World, turns: u32| {
        for turn in 0..turns {
            world.say(&format!("what is the weather {turn}"));
            for _ in 0..25 {
                world.run_for(Duration::from_secs(1));
                analyzer.catch_up(&world.recorder);
                analyzer.tick(world.clock());
            }
        }
        let log = analyzer.log();
        log.open().chain(log.closed()).map(|finding| finding.kind).collect::<Vec<_>>()
    };
    assert_eq!(run(&mut world, 12), [], "healthy so far");
    world.server.config_mut().illness = illness;
    run(&mut world, 4)
}

#[test]
fn each_illness_of_the_simulated_coda_is_found() {
    let illnesses = [
        (FindingKind::StageStuck, Illness { hangs_before: Some("llm_token"), ..Illness::default() }),
        (FindingKind::StageStuck, Illness { hangs_before: Some("tool_result"), ..Illness::default() }),
        (FindingKind::StageStuck, Illness { hangs_before: Some("tts_progress"), ..Illness::default() }),
        (FindingKind::AnswerCutOff, Illness { hangs_before: Some("conversation_turn"), ..Illness::default() }),
        (FindingKind::Slower, Illness { late: vec![("tool_result", Duration::from_secs(2))], ..Illness::default() }),
        (FindingKind::EventsRepeated, Illness { twice: vec!["memory_retrieve"], ..Illness::default() }),
        (FindingKind::SchemaDrift, Illness { without: vec![("llm_start", "prompt_tokens")], ..Illness::default() }),
        (FindingKind::ClockStands, Illness { clock_stands: true, ..Illness::default() }),
        (FindingKind::ResourceGrows, Illness { memory_growth_mb: 8.0, ..Illness::default() }),
    ];
    for (kind, illness) in illnesses {
        let found = found_with(illness.clone());
        assert!(found.contains(&kind), "{illness:?}: {found:?}");
    }
}
