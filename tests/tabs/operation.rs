//! What can happen to tabs, their browser and Coda.

use proptest::prelude::*;

/// Numbers name a tab: one of those that are there then.
#[derive(Clone, Copy, Debug)]
pub enum Operation {
    Say(usize),
    Press(usize),
    Release(usize),
    StopSpeaking(usize),
    Open { is_hidden: bool },
    Close(usize),
    Crash { tab: usize, loses_words: bool },
    Sleep { tab: usize, span: u64, is_told: bool },
    Show { tab: usize, is_visible: bool },
    Wait(u64),
    Drop,
    HalfOpen,
    Restart,
    LoseEchoes(u32),
    Unreachable(u64),
    Slow(u64),
    SlowChannel(u64),
}

impl Operation {
    /// Returns the number of the tab that it befalls.
    pub const fn tab(&self) -> Option<usize> {
        match self {
            Self::Say(tab)
            | Self::Press(tab)
            | Self::Release(tab)
            | Self::StopSpeaking(tab)
            | Self::Close(tab)
            | Self::Crash { tab, .. }
            | Self::Sleep { tab, .. }
            | Self::Show { tab, .. } => Some(*tab),
            _ => None,
        }
    }

    pub const fn is_message(&self) -> bool {
        matches!(self, Self::Say(_) | Self::Press(_) | Self::Release(_) | Self::StopSpeaking(_))
    }

    pub const fn is_fault(&self) -> bool {
        !self.is_message() && !matches!(self, Self::Wait(_) | Self::Open { .. } | Self::Show { .. })
    }
}

pub const MAX_TABS: usize = 5;

pub fn operation() -> impl Strategy<Value = Operation> {
    let tab = 0..MAX_TABS;
    let span = prop_oneof![1_u64..1_500, 1_500_u64..15_000];
    prop_oneof![
        8 => tab.clone().prop_map(Operation::Say),
        1 => tab.clone().prop_map(Operation::Press),
        1 => tab.clone().prop_map(Operation::Release),
        1 => tab.clone().prop_map(Operation::StopSpeaking),
        7 => any::<bool>().prop_map(|is_hidden| Operation::Open { is_hidden }),
        2 => tab.clone().prop_map(Operation::Close),
        2 => (tab.clone(), any::<bool>()).prop_map(|(tab, loses_words)| Operation::Crash { tab, loses_words }),
        4 => (tab.clone(), span, prop::bool::weighted(0.3)).prop_map(|(tab, span, is_told)| Operation::Sleep { tab, span, is_told }),
        2 => (tab, any::<bool>()).prop_map(|(tab, is_visible)| Operation::Show { tab, is_visible }),
        4 => (1_u64..50).prop_map(Operation::Wait),
        4 => (1_u64..4_000).prop_map(Operation::Wait),
        1 => Just(Operation::Drop),
        1 => Just(Operation::HalfOpen),
        1 => Just(Operation::Restart),
        1 => (1_u32..3).prop_map(Operation::LoseEchoes),
        1 => (1_u64..8_000).prop_map(Operation::Unreachable),
        1 => (1_u64..200).prop_map(Operation::Slow),
        1 => (1_u64..60).prop_map(Operation::SlowChannel),
    ]
}
