//! The tokens that the server hands out and takes back.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;

use crate::protocol::{Instant, Moment};

/// How long a client may take to answer its challenge.
pub(super) const AUTH_DEADLINE: Duration = Duration::from_secs(30);
/// How long a token stays valid, whoever sends it and however often.
const TOKEN_LIFETIME: Duration = Duration::from_secs(3_600);

/// The tokens handed out, each for the client id that it stands for.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    issued: BTreeMap<String, (String, Instant)>,
}

impl Tokens {
    /// A new token for a new client id.
    pub(super) fn issue(&mut self, now: Moment, rng: &mut Rng) -> String {
        self.issued.retain(|_, (_, at)| now.mono.duration_since(*at) < TOKEN_LIFETIME);
        let client_id = new_client_id(rng);
        let seconds = now.wall.timestamp_millis() / 1_000;
        let token = format!("{client_id}:{seconds}:{:016x}:{:032x}", rng.u64(..), rng.u128(..));
        self.issued.insert(token.clone(), (client_id, now.mono));
        token
    }

    /// The client id that `token` stands for. A token can be used again: then both connections have one client id,
    /// which is how the server comes to forget the newer one when the older one ends.
    pub(super) fn client_id(&self, token: &str, now: Moment) -> Option<String> {
        let (client_id, at) = self.issued.get(token)?;
        (now.mono.duration_since(*at) < TOKEN_LIFETIME).then(|| client_id.clone())
    }
}

/// A client id as the server makes them: a random UUID.
pub(super) fn new_client_id(rng: &mut Rng) -> String {
    uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid().to_string()
}
