//! A recording in a file or in the browser's store, and its display.

use crate::history::{Imported, Recording};
use crate::state::Loaded;
use crate::store::StoreError;
use crate::ui::debugger::state::DebuggerState;
use crate::ui::files::read_text;
use crate::ui::format;

/// File name endings to offer.
pub(super) const ENDINGS: &str = ".jsonl,.ndjson,.har,.json,.txt";

#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error("{0} could not be read.")]
    Unreadable(String),
    #[error("{0} is not a recording. Choose JSON Lines of frames or an HTTP Archive with WebSocket messages.")]
    NoRecording(String),
    #[error("The browser's storage failed: {0}.")]
    Store(#[from] StoreError),
}

/// Reads a recording, and returns it with the file's name.
pub(super) async fn open(file: &web_sys::File) -> Result<(String, Imported), FileError> {
    let name = file.name();
    let Some(text) = read_text(file).await else { return Err(FileError::Unreadable(name)) };
    parse(name, &text)
}

/// Reads the recording in a text.
pub(super) fn parse(name: String, text: &str) -> Result<(String, Imported), FileError> {
    match Recording::import(text) {
        Some(imported) => Ok((name, imported)),
        None => Err(FileError::NoRecording(name)),
    }
}

/// Shows a recording in place of the live record. Returns a summary of it.
pub(super) fn show(debugger: DebuggerState, name: String, imported: Imported) -> String {
    let loaded = Loaded::new(name.clone(), imported);
    let frames = format::counted(loaded.frames, "frame");
    let words = match loaded.errors.len() {
        0 => format!("{name}: {frames}."),
        errors => format!("{name}: {frames}, {} could not be read.", format::counted(errors, "part")),
    };
    debugger.load(loaded);
    debugger.show_report();
    words
}
