"""The wire format: the frame shapes, and the protocol constants that other modules share."""

from __future__ import annotations

import json
from typing import Any, Dict

Data = Dict[str, Any]

PROTOCOL_VERSION = "1.0"

# Coda accepts frames of up to 10 MiB and closes the connection with 1009 above that.
MAX_FRAME_BYTES = 10 * 1024 * 1024

# Events that Coda keeps and replays to later clients.
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
    """A frame to a single client (authentication, duplicates), without seq and timestamp."""
    return json.dumps({"type": kind, "data": data})


def replay_frame(events: list[Data]) -> str:
    """The kept events, complete and with their original numbers."""
    return json.dumps({"type": "replay", "events": events})


def event(seq: int, timestamp: float, kind: str, data: Data) -> Data:
    """An event for all clients. `timestamp` is in seconds of a monotonic clock, not a time of day."""
    return {"version": PROTOCOL_VERSION, "seq": seq, "timestamp": timestamp, "type": kind, "data": data}
