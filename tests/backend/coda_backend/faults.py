"""The current faults, set by the control interface and read by the other modules."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import FrozenSet, Optional, Union

from .illness import Illness

# How long Coda waits for the answer to its challenge.
AUTH_DEADLINE_SECONDS = 30.0

CHALLENGE_MODES = ("normal", "stall", "refuse", "none", "late")


@dataclass
class EchoFault:
    """Echoes are delayed or never sent. `types` None means all types."""

    delay_seconds: float = 0.0
    swallow: Union[bool, int] = False
    types: Optional[FrozenSet[str]] = None

    def concerns(self, kind: object) -> bool:
        return self.types is None or kind in self.types

    def take_swallow(self) -> bool:
        """Returns True if this echo must not be sent; counts down a limited number."""
        if isinstance(self.swallow, bool):
            return self.swallow
        if self.swallow == 0:
            return False
        self.swallow -= 1
        return True


@dataclass
class ChallengeFault:
    """How the server greets clients: see CHALLENGE_MODES. "none" mimics Coda 0.1.1, which has no authentication."""

    mode: str = "normal"
    delay_seconds: float = 0.0
    deadline_seconds: float = AUTH_DEADLINE_SECONDS


@dataclass
class Faults:
    """All faults; off by default."""

    challenge: ChallengeFault = field(default_factory=ChallengeFault)
    echo: EchoFault = field(default_factory=EchoFault)
    illness: Illness = field(default_factory=Illness)
    # Delay between a client's registration and its replay, so that live events arrive first.
    replay_delay_seconds: float = 0.0
    # Unset while the server is frozen; every read and send waits for it.
    thawed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.thawed.set()

    @property
    def frozen(self) -> bool:
        return not self.thawed.is_set()

    def clear(self, challenge_mode: str) -> None:
        """Clears all faults, except the greeting that the server was started with."""
        self.challenge = ChallengeFault(mode=challenge_mode)
        self.echo = EchoFault()
        self.illness.heal()
        self.illness = Illness()
        self.replay_delay_seconds = 0.0
        self.thawed.set()
