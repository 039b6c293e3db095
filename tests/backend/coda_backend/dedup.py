"""Coda's duplicate check: the same type and data within five seconds are one message."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from typing import Any, Callable, Tuple

WINDOW_SECONDS = 5.0

# Coda's cache holds 1000 keys and forgets the oldest ones first. Its own broadcasts go into the same cache,
# so above 200 events a second the window is shorter than five seconds.
DEFAULT_CAPACITY = 1000


class Deduplicator:
    """One cache for all connections. The clock can be replaced, so that tests need not wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.capacity = DEFAULT_CAPACITY
        self._clock = clock
        # Key to (last seen, times seen), the one seen longest ago first.
        self._seen: "OrderedDict[bytes, Tuple[float, int]]" = OrderedDict()

    def count(self, kind: Any, data: Any) -> int:
        """How often this message has been seen, now included; every sight starts the window again.

        The data are compared as Python prints them, so the order of keys counts. Text that is not Unicode
        (half a surrogate pair) has no key: UnicodeEncodeError, as in Coda, where the message is then lost.
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
