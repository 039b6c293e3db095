"""Tokens for the challenge: signed, bound to a client's name, valid for an hour."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

VALID_SECONDS = 3600


class Tokens:
    """Makes and checks tokens of one server run."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def make(self, client_id: str) -> str:
        """A token of the shape `client:time:nonce:signature`."""
        body = f"{client_id}:{int(time.time())}:{secrets.token_hex(8)}"
        return f"{body}:{self._sign(body)}"

    def check(self, token: object) -> str | None:
        """The client that the token was made for. It is not used up, as Coda's is not."""
        if not isinstance(token, str):
            return None
        body, _, signature = token.rpartition(":")
        parts = body.split(":")
        if len(parts) != 3 or not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return None
        fresh = time.time() - int(parts[1]) < VALID_SECONDS
        return parts[0] if fresh else None

    def _sign(self, body: str) -> str:
        return hmac.new(self._secret, body.encode(), hashlib.sha256).hexdigest()
