"""Ways in which Coda itself can be ill: each event passes through here before it is numbered and sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Dict, FrozenSet, Optional, Tuple

Event = Tuple[str, Any]


@dataclass
class Illness:
    """What is wrong, by type of event. Nothing by default."""

    # The work that would send these never gets that far: a model, a tool or speech hangs.
    hang: FrozenSet[str] = frozenset()
    # These are never sent, and the work goes on.
    lose: FrozenSet[str] = frozenset()
    # The work takes so many seconds longer before each of these.
    delay_seconds: Dict[str, float] = field(default_factory=dict)
    # These are delivered twice, with the same number.
    twice: FrozenSet[str] = frozenset()
    # One of these changes places with the event after it.
    swap: FrozenSet[str] = frozenset()
    # Fields that are set in these; null removes a field.
    change: Dict[str, Dict[str, Any]] = field(default_factory=dict)
    # These are sent as another type, with its data.
    replace: Dict[str, Event] = field(default_factory=dict)
    # The clock of the events stands still.
    clock_stands: bool = False
    # Memory and CPU usage grow by so much with each report.
    grow_mb: float = 0.0
    grow_percent: float = 0.0
    # The interval of the reports.
    metrics_seconds: Optional[float] = None
    _healed: asyncio.Event = field(default_factory=asyncio.Event)

    async def strike(self, kind: str, data: Any) -> Optional[Event]:
        """Waits, changes or loses an event. Returns what is to be sent, or None."""
        if kind in self.hang:
            await self._healed.wait()
        if kind in self.delay_seconds:
            await asyncio.sleep(self.delay_seconds[kind])
        if kind in self.lose:
            return None
        if kind in self.replace:
            kind, data = self.replace[kind]
        if kind in self.change and isinstance(data, dict):
            changed = {**data, **self.change[kind]}
            data = {name: value for name, value in changed.items() if value is not None}
        return kind, data

    def heal(self) -> None:
        """Lets go of the work that hangs."""
        self._healed.set()
