"""Runs contrib/coda_monitor.py in this server, which has no `push_event` of its own."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict

# Users copy the file next to their program; here it is imported from contrib/.
sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "contrib"))

import coda_monitor  # noqa: E402

if TYPE_CHECKING:
    from .server import Backend


class EventSink:
    """The part of a server that the monitor needs; accepts events from any thread."""

    def __init__(self, backend: "Backend", loop: asyncio.AbstractEventLoop) -> None:
        self._backend = backend
        self.server_loop = loop

    def push_event(self, kind: str, data: Dict[str, Any], _high_priority: bool = False) -> None:
        hub = self._backend.world.hub

        def broadcast() -> None:
            self._backend.tasks.spawn(hub.broadcast(kind, data), "report of the monitor")

        self.server_loop.call_soon_threadsafe(broadcast)


def install(backend: "Backend") -> coda_monitor.Monitor:
    """Watches the running loop."""
    return coda_monitor.install(EventSink(backend, asyncio.get_running_loop()))
