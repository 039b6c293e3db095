//! The debugger: finds the cause of a fault without the console. Fills whatever box it is put in.

mod banner;
mod cells;
mod compare;
mod completion;
mod correlation;
mod counts;
mod desk;
mod details;
mod experiments;
mod fate;
mod filter;
mod filter_field;
mod filter_help;
mod filter_state;
mod findings;
mod frame;
mod keys;
mod life;
mod listing;
mod panel;
mod recordings;
mod replay;
mod row;
mod row_link;
mod saved;
mod scope;
mod send;
mod sent;
mod slots;
mod storage;
mod table;
mod templates;
mod toolbar;
mod tree;
mod turn;

pub use panel::DebuggerPanel;
