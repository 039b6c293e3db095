"""The scripted assistant: listens, thinks about one turn at a time, and speaks."""

from __future__ import annotations

from collections import deque
from typing import Any, Callable, Deque

from .listener import Listener
from .speaker import Speaker
from .stage import Emit, Stage
from .tasks import Tasks
from .turn import run_turn


class Assistant:
    """Sends only through `emit` and knows no socket, so it can also stand in for the models in Coda itself."""

    def __init__(self, emit: Emit, on_error: Callable[[str], None], speed: float = 1.0, seed: int = 0) -> None:
        self._stage = Stage(emit, speed, seed)
        self._tasks = Tasks(on_error)
        self._listener = Listener(self._stage, self._tasks, self.hear)
        self._speaker = Speaker(self._stage, self._tasks, self._after_speech)
        self._thinking = False
        self._waiting: Deque[str] = deque()
        # Coda ignores texts while it thinks. True queues them instead.
        self.queue_when_busy = False

    def hear(self, text: str) -> str:
        """Starts a turn on a typed or spoken text."""
        if not text:
            return "no text"
        if self._thinking and not self.queue_when_busy:
            return "busy"
        self._waiting.append(text)
        if self._thinking:
            return "queued"
        self._thinking = True
        self._tasks.spawn(self._think(), "turn")
        return "turn"

    def listen(self, duration: Any, continuous: bool) -> str:
        return self._listener.start(duration, continuous)

    def stop_listening(self) -> str:
        return self._listener.stop()

    def stop_speaking(self) -> str:
        return self._speaker.stop()

    def will_hear(self, text: str) -> None:
        self._listener.will_hear(text)

    async def say_hello(self) -> None:
        """Opens the session, once."""
        await self._stage.open_session()

    async def say_goodbye(self) -> None:
        """Ends the session, as Coda does on an orderly shutdown."""
        await self._stage.close_session()

    async def end(self) -> None:
        """Stops for good."""
        await self._tasks.cancel()

    def forget_turns(self) -> None:
        """The next line is not taken for a repetition."""
        self._stage.forget_turns()

    async def rest(self) -> None:
        """Cancels current and queued work; accepts commands again at once."""
        self._waiting.clear()
        await self.end()
        self._speaker = Speaker(self._stage, self._tasks, self._after_speech)

    async def _after_speech(self, reply: str) -> None:
        await self._stage.remember(reply)
        await self._stage.system_info()

    async def _think(self) -> None:
        try:
            while self._waiting:
                self._speaker.say(await run_turn(self._stage, self._waiting.popleft()))
        finally:
            self._thinking = False
