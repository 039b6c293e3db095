"""What goes over the wire: the two shapes of a frame, and the facts of the protocol that other modules share."""

from __future__ import annotations

import json
from typing import Any, Dict

Data = Dict[str, Any]

PROTOCOL_VERSION = "1.0"

# Coda takes 10 MiB in one frame and closes the connection with 1009 for more.
MAX_FRAME_BYTES = 10 * 1024 * 1024

# Events that Coda keeps and replays to a client that connects later.
HIGH_PRIORITY = frozenset(
    {
        "conversation_start",
        "conversation_end",
        "tts_stop",
        "memory_store",
        "system_info",
        "system_error",
    }
)


def plain_frame(kind: str, data: Data) -> str:
    """A frame to one client alone (authentication, duplicates): it has no seq and no timestamp."""
    return json.dumps({"type": kind, "data": data})


def replay_frame(events: list[Data]) -> str:
    """The kept events, whole and with the numbers they were first sent with."""
    return json.dumps({"type": "replay", "events": events})


def event(seq: int, timestamp: float, kind: str, data: Data) -> Data:
    """An event for all clients. `timestamp` is a monotonic clock's seconds, not a time of day."""
    return {"version": PROTOCOL_VERSION, "seq": seq, "timestamp": timestamp, "type": kind, "data": data}
