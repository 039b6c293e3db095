"""The state that a restart forgets: clients, numbers, replay, tokens, duplicates and the assistant."""

from __future__ import annotations

from .assistant import Assistant
from .commands import Commands
from .dedup import DEFAULT_CAPACITY
from .faults import Faults
from .hub import Hub
from .metrics import send_metrics
from .report import Report
from .settings import Settings
from .tasks import Tasks
from .tokens import Tokens


class World:
    """The state of one server run."""

    def __init__(self, settings: Settings, faults: Faults, report: Report) -> None:
        self.hub = Hub(faults)
        self.tokens = Tokens()
        self.tasks = Tasks(report.error)
        self.assistant = Assistant(self.hub.broadcast, report.error, settings.speed, settings.seed)
        self.commands = Commands(self.assistant, report.error)
        if settings.metrics:
            self.tasks.spawn(send_metrics(self.hub.broadcast, settings.seed, faults), "metrics")

    def greet(self) -> None:
        """Announces the session when the first client arrives; before, nobody would receive it."""
        self.tasks.spawn(self.assistant.say_hello(), "greeting")

    async def clear_faults(self) -> None:
        """Also stops a busy assistant, which would drop the next text."""
        await self.assistant.rest()
        self.assistant.forget_turns()
        self.hub.deaf = False
        self.hub.clock_offset = 0.0
        self.hub.dedup.capacity = DEFAULT_CAPACITY
        self.assistant.queue_when_busy = False

    async def end(self) -> None:
        await self.assistant.end()
        await self.tasks.cancel()
