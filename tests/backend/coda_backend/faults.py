"""The faults that are switched on at the moment; other modules ask here, the control interface sets."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import FrozenSet, Optional, Union

# Coda waits this long for the answer to its challenge.
AUTH_DEADLINE_SECONDS = 30.0

CHALLENGE_MODES = ("normal", "stall", "refuse", "none", "late")


@dataclass
class EchoFault:
    """What happens to echoes: held back for a time, or never sent. `types` None means all of them."""

    delay_seconds: float = 0.0
    swallow: Union[bool, int] = False
    types: Optional[FrozenSet[str]] = None

    def concerns(self, kind: object) -> bool:
        return self.types is None or kind in self.types

    def take_swallow(self) -> bool:
        """True if this echo must not be sent; a number of them counts down."""
        if isinstance(self.swallow, bool):
            return self.swallow
        if self.swallow == 0:
            return False
        self.swallow -= 1
        return True


@dataclass
class ChallengeFault:
    """How the server greets: see CHALLENGE_MODES. "none" is Coda 0.1.1, which has no authentication."""

    mode: str = "normal"
    delay_seconds: float = 0.0
    deadline_seconds: float = AUTH_DEADLINE_SECONDS


@dataclass
class Faults:
    """All faults off, unless said otherwise."""

    challenge: ChallengeFault = field(default_factory=ChallengeFault)
    echo: EchoFault = field(default_factory=EchoFault)
    # Between the registration of a client and its replay, so that live events come first.
    replay_delay_seconds: float = 0.0
    # Unset while the server is frozen. Whoever is about to read or send waits for it.
    thawed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.thawed.set()

    @property
    def frozen(self) -> bool:
        return not self.thawed.is_set()

    def clear(self, challenge_mode: str) -> None:
        """Everything off, except the way of greeting that the server was started with."""
        self.challenge = ChallengeFault(mode=challenge_mode)
        self.echo = EchoFault()
        self.replay_delay_seconds = 0.0
        self.thawed.set()
