"""What the command line decides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    # Only this machine may reach a server that does whatever it is told.
    host: str = "127.0.0.1"
    # Coda's own port; 0 takes any free one.
    port: int = 8765
    control_port: int = 8766
    # False is Coda 0.1.1.
    challenge: bool = True
    metrics: bool = True
    seed: int = 0
    # How many times faster than life the assistant listens, thinks and speaks.
    speed: float = 1.0
    # Between two pings on WebSocket level, as in Coda.
    ping_seconds: float = 20.0

    @property
    def challenge_mode(self) -> str:
        return "normal" if self.challenge else "none"
