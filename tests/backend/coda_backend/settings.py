"""The command line's settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    # The server obeys every control call, so only this machine may reach it.
    host: str = "127.0.0.1"
    # Coda's own port; 0 selects any free one.
    port: int = 8765
    control_port: int = 8766
    # False mimics Coda 0.1.1.
    challenge: bool = True
    metrics: bool = True
    seed: int = 0
    # How many times faster than real time the assistant listens, thinks and speaks.
    speed: float = 1.0
    # Interval of WebSocket pings, as in Coda.
    ping_seconds: float = 20.0

    @property
    def challenge_mode(self) -> str:
        return "normal" if self.challenge else "none"
