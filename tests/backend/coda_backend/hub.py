"""Registered clients and the broadcast to all of them: numbering, replay buffer, duplicate cache."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Deque, Dict, List, Optional, Protocol

from websockets.exceptions import ConnectionClosed

from . import wire
from .dedup import Deduplicator
from .faults import Faults

REPLAY_EVENTS = 50


class Client(Protocol):
    """The part of a connection that the hub uses."""

    async def send(self, text: str) -> None: ...


class Hub:
    """Registers clients under the id in their token, not under their connection.

    So if a token is used twice, the second connection replaces the first one, and when the first one ends, it
    removes the second one's registration: that socket stays open and receives nothing.
    """

    def __init__(self, faults: Faults) -> None:
        self.seq = 0
        self.deaf = False
        # How far the events' clock is ahead of the loop's, in seconds.
        self.clock_offset = 0.0
        self.dedup = Deduplicator()
        # The time at which the clock stands still.
        self._stood_at: Optional[float] = None
        # An event that changes places with the next one.
        self._overtaken: Optional[str] = None
        self._faults = faults
        self._clients: Dict[str, Client] = {}
        self._replay: Deque[wire.Data] = deque(maxlen=REPLAY_EVENTS)

    @property
    def registered(self) -> int:
        return len(self._clients)

    def register(self, client_id: str, client: Client) -> None:
        self._clients[client_id] = client

    def unregister(self, client_id: str) -> None:
        self._clients.pop(client_id, None)

    def unregister_all(self) -> None:
        """Loses all registrations: open connections stay open, and nothing reaches them."""
        self._clients.clear()

    def replay(self) -> List[wire.Data]:
        """Returns the last high-priority events, oldest first."""
        return list(self._replay)

    async def broadcast(self, kind: str, data: wire.Data) -> Optional[int]:
        """Sends an event to every registered client and returns its number.

        Without clients, drops the event before it gets a number and returns None, so an outage leaves no gap.
        """
        await self._faults.thawed.wait()
        illness = self._faults.illness
        struck = await illness.strike(kind, data)
        if struck is None:
            return None
        kind, data = struck
        if self.deaf or not self._clients:
            return None
        # The count is not used for a broadcast, but its key occupies the cache, as in Coda.
        self.dedup.count(f"event {kind}", data)
        self.seq += 1
        time = asyncio.get_running_loop().time() + self.clock_offset
        if illness.clock_stands:
            time = self._stood_at = self._stood_at or time
        else:
            self._stood_at = None
        event = wire.event(self.seq, time, kind, data)
        if kind in wire.HIGH_PRIORITY:
            self._replay.append(event)
        text = json.dumps(event)
        if kind in illness.swap and self._overtaken is None:
            self._overtaken = text
            return int(event["seq"])
        texts = [text, text] if kind in illness.twice else [text]
        if self._overtaken is not None:
            texts.append(self._overtaken)
            self._overtaken = None
        for text in texts:
            await self._send(text)
        return int(event["seq"])

    async def _send(self, text: str) -> None:
        # Sequential, as in Coda: a client that does not read blocks those after it.
        for client_id, client in list(self._clients.items()):
            try:
                await client.send(text)
            except ConnectionClosed:
                self.unregister(client_id)
