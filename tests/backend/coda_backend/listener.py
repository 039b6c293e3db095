"""The scripted microphone, active between stt_start and stt_stop."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from typing import Any, Callable, Optional

from .stage import Stage
from .tasks import Tasks

UTTERANCES = (
    "what is the weather in Rabat today",
    "show me how to list files by size in python",
    "remind me to call Sam at six",
)

# A person says about three words a second; an interim result comes every two words.
INTERIM_SECONDS = 0.6
# Nobody speaks before this. Coda discards such a short recording.
FIRST_WORD_SECONDS = 0.3
WORDS_PER_INTERIM = 2
TRANSCRIBE_SECONDS = 0.2


class Listener:
    """Runs one recording at a time: a second stt_start meanwhile is ignored, as in Coda."""

    def __init__(self, stage: Stage, tasks: Tasks, on_heard: Callable[[str], str]) -> None:
        self._stage = stage
        self._tasks = tasks
        self._on_heard = on_heard
        self._utterances = itertools.cycle(UTTERANCES)
        self._next: Optional[str] = None
        # Set by stt_stop; None while not listening.
        self._stop: Optional[asyncio.Event] = None

    def will_hear(self, text: str) -> None:
        """Sets the next utterance in place of the script; an empty text is silence."""
        self._next = text

    def start(self, duration: Any, continuous: bool) -> str:
        if self._stop is not None:
            return "already listening"
        self._stop = asyncio.Event()
        self._tasks.spawn(self._listen(self._stop, duration, continuous), "listening")
        return "listening"

    def stop(self) -> str:
        if self._stop is None:
            return "not listening"
        self._stop.set()
        return "stopped listening"

    async def _listen(self, stop: asyncio.Event, duration: Any, continuous: bool) -> None:
        try:
            await self._stage.emit("stt_start", {"mode": "continuous" if continuous else "push_to_talk"})
            usable = isinstance(duration, (int, float)) and math.isfinite(duration)
            if not continuous and not usable:
                message = f"cannot listen for {duration!r} seconds: duration must be a number"
                await self._stage.emit("stt_error", {"message": message, "details": None})
                return
            started = time.monotonic()
            heard = await self._hear(stop, math.inf if continuous else duration)
            self._stage.last["stt.audio"] = time.monotonic() - started
        finally:
            self._stop = None
        # Coda sends no event if continuous listening heard nothing.
        if heard:
            await self._transcribe(heard)

    async def _hear(self, stop: asyncio.Event, duration: float) -> str:
        """Returns the words until the time is over or stt_stop; empty if that comes before the first word."""
        words = (next(self._utterances) if self._next is None else self._next).split()
        self._next = None
        silence = min(FIRST_WORD_SECONDS, duration)
        if await self._stopped_within(stop, silence):
            return ""
        left, said = duration - silence, WORDS_PER_INTERIM
        while True:
            heard = " ".join(words[:said])
            pause = min(INTERIM_SECONDS, left)
            left -= pause
            if await self._stopped_within(stop, pause) or left <= 0:
                return heard
            if said < len(words) + WORDS_PER_INTERIM:
                confidence = min(0.95, 0.575 + 0.0375 * said)
                await self._stage.emit("stt_interim", {"text": heard, "confidence": round(confidence, 3)})
            said += WORDS_PER_INTERIM

    async def _stopped_within(self, stop: asyncio.Event, seconds: float) -> bool:
        try:
            await asyncio.wait_for(stop.wait(), self._stage.scaled(seconds))
        except asyncio.TimeoutError:
            return False
        return True

    async def _transcribe(self, heard: str) -> None:
        async with self._stage.timed("stt", "process"):
            await self._stage.sleep(TRANSCRIBE_SECONDS)
        await self._stage.emit(
            "stt_result",
            {
                "text": heard,
                "confidence": 0.94,
                "duration_seconds": self._stage.last["stt.process"],
                "language": "en",
            },
        )
        await self._stage.turn("user", heard)
        self._on_heard(heard)
