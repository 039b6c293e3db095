"""A report of every message, its order, whether it was acted on, and all errors."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Set

# Messages read within 5 ms were sent together: their sender did not wait for the first echo.
ARRIVAL_WINDOW_MS = 5.0


@dataclass(eq=False)
class Message:
    """A message read after authentication; handled until its echo or the duplicate answer is sent."""

    n: int
    type: Any
    data: Any
    t: float
    connection: int
    duplicate: bool
    outcome: str = ""

    @property
    def message_id(self) -> Optional[str]:
        found = self.data.get("message_id") if isinstance(self.data, dict) else None
        return found if isinstance(found, str) else None

    @property
    def acted(self) -> bool:
        return not self.duplicate

    def to_json(self) -> Dict[str, Any]:
        return {
            "n": self.n,
            "type": self.type,
            "data": self.data,
            "message_id": self.message_id,
            "t": round(self.t, 3),
            "connection": self.connection,
            "duplicate": self.duplicate,
            "acted": self.acted,
            "outcome": self.outcome,
        }


class Report:
    """Counts since the server's start or the last clear()."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self.clear()

    def clear(self) -> None:
        self.connections_total = 0
        self.connections_max = 0
        self.auth_ok = 0
        self.auth_failed = 0
        self.thrown_away = 0
        self._messages: List[Message] = []
        self._handling: Set[Message] = set()
        self._errors: List[Dict[str, Any]] = []
        self._max_overlap = 0
        self._overlapped = 0
        self._overlapped_on_arrival = 0

    def read(self, connection: int, kind: Any, data: Any, duplicate: bool) -> Message:
        """Records a message as it is read; `settle` ends its handling."""
        now = self._now()
        message = Message(len(self._messages) + 1, kind, data, now, connection, duplicate)
        if self._handling:
            self._overlapped += 1
            previous = self._messages[-1]
            if previous in self._handling and now - previous.t < ARRIVAL_WINDOW_MS:
                self._overlapped_on_arrival += 1
        self._handling.add(message)
        self._max_overlap = max(self._max_overlap, len(self._handling))
        self._messages.append(message)
        return message

    def settle(self, message: Message) -> None:
        self._handling.discard(message)

    def error(self, text: str, connection: Optional[int] = None) -> None:
        """Records something that a correct client or server would not do."""
        self._errors.append({"t": round(self._now(), 3), "connection": connection, "error": text})

    def to_json(self, connections_now: int) -> Dict[str, Any]:
        by_id: Dict[str, Dict[str, int]] = {}
        order: List[str] = []
        for message in self._messages:
            if message.message_id is None:
                continue
            counts = by_id.setdefault(message.message_id, {"received": 0, "acted": 0})
            counts["received"] += 1
            if message.acted:
                counts["acted"] += 1
                order.append(message.message_id)
        return {
            "connections_total": self.connections_total,
            "connections_now": connections_now,
            "connections_max": self.connections_max,
            "auth_ok": self.auth_ok,
            "auth_failed": self.auth_failed,
            "thrown_away": self.thrown_away,
            "messages": [message.to_json() for message in self._messages],
            "by_message_id": by_id,
            "order": order,
            "max_overlap": self._max_overlap,
            "overlapped": self._overlapped,
            "overlapped_on_arrival": self._overlapped_on_arrival,
            "turns_ignored_busy": sum(1 for message in self._messages if message.outcome == "busy"),
            "errors": self._errors,
        }

    def _now(self) -> float:
        """Milliseconds since the start."""
        return (time.monotonic() - self._start) * 1000
