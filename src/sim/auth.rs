//! Issues authentication tokens and verifies them.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;

use crate::protocol::{Instant, Moment};

/// Time that a client has to answer its challenge.
pub(super) const AUTH_DEADLINE: Duration = Duration::from_secs(30);
/// Validity of a token, regardless of who sends it and how often.
const TOKEN_LIFETIME: Duration = Duration::from_secs(3_600);

/// Issued tokens, each with its client id and time of issue.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    issued: BTreeMap<String, (String, Instant)>,
}

impl Tokens {
    /// Issues a token for a new client id.
    pub(super) fn issue(&mut self, now: Moment, rng: &mut Rng) -> String {
        self.issued.retain(|_, (_, at)| now.mono.duration_since(*at) < TOKEN_LIFETIME);
        let client_id = new_client_id(rng);
        let seconds = now.wall.timestamp_millis() / 1_000;
        let token = format!("{client_id}:{seconds}:{:016x}:{:032x}", rng.u64(..), rng.u128(..));
        self.issued.insert(token.clone(), (client_id, now.mono));
        token
    }

    /// Returns the client id of a valid token. Tokens are reusable: two connections then share one client id, so the
    /// server drops the newer one's registration when the older one ends.
    pub(super) fn client_id(&self, token: &str, now: Moment) -> Option<String> {
        let (client_id, at) = self.issued.get(token)?;
        (now.mono.duration_since(*at) < TOKEN_LIFETIME).then(|| client_id.clone())
    }
}

/// Makes a client id as the server does: a random UUID.
pub(super) fn new_client_id(rng: &mut Rng) -> String {
    uuid::Builder::from_random_bytes(rng.u128(..).to_be_bytes()).into_uuid().to_string()
}
