"""Coda's deduplication: the same type and data within five seconds are one message."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from typing import Any, Callable, Tuple

WINDOW_SECONDS = 5.0

# Coda's cache holds 1000 keys and evicts the oldest first. Its own broadcasts go into the same cache, so above 200
# events a second the window is shorter than five seconds.
DEFAULT_CAPACITY = 1000


class Deduplicator:
    """One cache for all connections. Tests replace the clock, so that they need not wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.capacity = DEFAULT_CAPACITY
        self._clock = clock
        # Key to (last seen, times seen), least recently seen first.
        self._seen: "OrderedDict[bytes, Tuple[float, int]]" = OrderedDict()

    def count(self, kind: Any, data: Any) -> int:
        """Counts how often this message has been seen, including now; each time restarts the window.

        Data is compared as Python prints it, so the order of keys counts. Invalid Unicode (half a surrogate pair)
        has no key: UnicodeEncodeError, as in Coda, which then loses the message.
        """
        now = self._clock()
        self._forget_before(now - WINDOW_SECONDS)
        key = hashlib.md5(f"{kind}:{data}".encode()).digest()
        _, times = self._seen.get(key, (now, 0))
        self._seen[key] = (now, times + 1)
        self._seen.move_to_end(key)
        while len(self._seen) > self.capacity:
            self._seen.popitem(last=False)
        return times + 1

    def _forget_before(self, limit: float) -> None:
        while self._seen:
            key, (seen_at, _) = next(iter(self._seen.items()))
            if seen_at > limit:
                return
            del self._seen[key]
