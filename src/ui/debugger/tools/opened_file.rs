//! A recording in a file that the user chose.

use crate::history::{Imported, Recording};
use crate::ui::files::read_text;

/// File name endings to offer.
pub(super) const ENDINGS: &str = ".jsonl,.ndjson,.har,.json,.txt";

#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error("{0} could not be read.")]
    Unreadable(String),
    #[error("{0} is neither JSON Lines of frames nor an HTTP Archive with WebSocket messages.")]
    NoRecording(String),
}

/// Reads a recording, and returns it with the file's name.
pub(super) async fn open(file: &web_sys::File) -> Result<(String, Imported), FileError> {
    let name = file.name();
    let Some(text) = read_text(file).await else { return Err(FileError::Unreadable(name)) };
    match Recording::import(&text) {
        Some(imported) => Ok((name, imported)),
        None => Err(FileError::NoRecording(name)),
    }
}
