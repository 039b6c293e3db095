"""Authentication tokens: signed client ids, valid for an hour."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import Any, Callable, Optional

# An hour, during which a token can be reused; hub.py describes the effect.
LIFETIME_SECONDS = 3600


class Tokens:
    """Issues `client_id:issued_at:nonce:signature`, with a new key for each start of the server."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)

    def issue(self, client_id: str) -> str:
        """Returns a token that proves for an hour that the server issued `client_id`."""
        claim = f"{client_id}:{int(self._clock())}:{secrets.token_hex(8)}"
        return f"{claim}:{self._sign(claim)}"

    def check(self, token: Any) -> Optional[str]:
        """Returns the token's client id, or None if it is forged, mangled or too old."""
        if not isinstance(token, str):
            return None
        claim, _, signature = token.rpartition(":")
        fields = claim.split(":")
        if len(fields) != 3 or not hmac.compare_digest(
            self._sign(claim).encode(), signature.encode("utf-8", "replace")
        ):
            return None
        client_id, issued_at, _nonce = fields
        if self._clock() - int(issued_at) > LIFETIME_SECONDS:
            return None
        return client_id

    def _sign(self, claim: str) -> str:
        return hmac.new(self._key, claim.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
