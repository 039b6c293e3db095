//! Inputs and outputs of the simulated server.

/// A client's connection on the server side. Ids are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

/// An input of the server.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerInput {
    /// A connection was opened.
    Connected(PeerId),
    /// A text frame arrived.
    Frame(PeerId, String),
    /// A connection ended, no matter which side closed it.
    Disconnected(PeerId),
    /// Time has passed.
    Tick,
}

/// An output of the server.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerOutput {
    /// Send a text frame.
    Send(PeerId, String),
    /// Close a connection with this code and reason. The server has already forgotten the peer.
    Close(PeerId, u16, String),
}
