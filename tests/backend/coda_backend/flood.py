"""Sends many events, at a chosen rate or as fast as the clients read them."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass
from typing import Any, Dict, Iterator, Optional, Tuple

from .hub import Hub
from .samples import SAMPLES, TEXT_FIELDS

DEFAULT_MIX = "default"

# In a conversation most events are tokens: 7 of 10 in the default mix; the other types alternate.
TOKENS_OF_TEN = 7

# A burst yields to other work after this many events: often enough for echoes, rarely enough to be fast.
EVENTS_PER_BREATH = 50


@dataclass(frozen=True)
class Flood:
    """`rate` None means a burst. The last event carries `marker` in its data, and in its text if it has any."""

    count: int
    rate: Optional[float]
    mix: str
    marker: str

    async def run(self, hub: Hub) -> Dict[str, Any]:
        started = time.monotonic()
        sent = 0
        for n, (kind, data) in enumerate(self._events()):
            await self._wait_for_turn(n, started)
            if await hub.broadcast(kind, data) is not None:
                sent += 1
        seconds = time.monotonic() - started
        return {"marker": self.marker, "sent": sent, "dropped": self.count - sent, "seconds": round(seconds, 3)}

    async def _wait_for_turn(self, n: int, started: float) -> None:
        if self.rate is None:
            if n % EVENTS_PER_BREATH == 0:
                await asyncio.sleep(0)
            return
        early = started + n / self.rate - time.monotonic()
        if early > 0:
            await asyncio.sleep(early)

    def _events(self) -> Iterator[Tuple[str, Dict[str, Any]]]:
        for n, kind in enumerate(itertools.islice(self._types(), self.count - 1)):
            yield kind, SAMPLES[kind](n)
        last = "llm_token" if self.mix == DEFAULT_MIX else self.mix
        data = {**SAMPLES[last](self.count - 1), "marker": self.marker}
        if last in TEXT_FIELDS:
            data[TEXT_FIELDS[last]] = self.marker
        yield last, data

    def _types(self) -> Iterator[str]:
        if self.mix != DEFAULT_MIX:
            return itertools.repeat(self.mix)
        others = itertools.cycle(kind for kind in SAMPLES if kind != "llm_token")
        return (next(others) if n % 10 >= TOKENS_OF_TEN else "llm_token" for n in itertools.count())
