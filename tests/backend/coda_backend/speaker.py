"""The scripted loudspeaker: speaks replies in turn and stops on request."""

from __future__ import annotations

import asyncio
from typing import Awaitable, Callable

from .stage import Stage
from .tasks import Tasks

# About the speaking time per character; the total is bounded to suit a listener's patience.
SECONDS_PER_CHARACTER = 0.06
SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 6.0
PROGRESS_STEP_PERCENT = 10
SYNTHESIZE_SECONDS = 0.12


class Speaker:
    """Has its own queue, so the assistant can think about the next turn while speaking."""

    def __init__(self, stage: Stage, tasks: Tasks, on_spoken: Callable[[str], Awaitable[None]]) -> None:
        self._stage = stage
        self._on_spoken = on_spoken
        self._replies: "asyncio.Queue[str]" = asyncio.Queue()
        self._stop = asyncio.Event()
        self._tasks = tasks
        tasks.spawn(self._work(), "speaking")

    def say(self, reply: str) -> None:
        self._replies.put_nowait(reply)

    def stop(self) -> str:
        """Announces the stop even if nothing was being spoken, as Coda does."""
        self._tasks.spawn(self._announce_stop(), "stopping speech")
        return "stopped speaking"

    async def _announce_stop(self) -> None:
        await self._stage.emit("tts_stop", {"reason": "user_interrupt"})
        self._stop.set()

    async def _work(self) -> None:
        while True:
            reply = await self._replies.get()
            await self._speak(reply)
            await self._on_spoken(reply)

    async def _speak(self, reply: str) -> None:
        self._stop.clear()
        await self._stage.emit("tts_start", {"text": reply, "voice": "Charlotte", "provider": "elevenlabs"})
        async with self._stage.timed("tts", "synthesize"):
            await self._stage.sleep(SYNTHESIZE_SECONDS)
        async with self._stage.timed("tts", "speak"):
            await self._play(min(LONGEST_SECONDS, max(SHORTEST_SECONDS, len(reply) * SECONDS_PER_CHARACTER)))
        await self._stage.emit(
            "tts_result",
            {
                "duration_seconds": self._stage.last["tts.synthesize"],
                "audio_duration_seconds": self._stage.last["tts.speak"],
                "char_count": len(reply),
            },
        )
        await self._trace()

    async def _play(self, seconds: float) -> None:
        """Reports progress up to 100 %, or up to the stop."""
        steps = 100 // PROGRESS_STEP_PERCENT
        await self._stage.emit("tts_progress", {"percent_complete": 0})
        for step in range(1, steps + 1):
            try:
                await asyncio.wait_for(self._stop.wait(), self._stage.scaled(seconds / steps))
                return
            except asyncio.TimeoutError:
                await self._stage.emit("tts_progress", {"percent_complete": step * PROGRESS_STEP_PERCENT})

    async def _trace(self) -> None:
        last = self._stage.last
        stt, llm, tts = last.get("stt.process", 0.0), last.get("llm.generate_response", 0.0), last["tts.synthesize"]
        total = stt + llm + tts + last.get("tool.execute", 0.0)
        heard, spoken = last.get("stt.audio", 0.0), last["tts.speak"]
        await self._stage.emit(
            "latency_trace",
            {
                "stt_seconds": stt,
                "llm_seconds": llm,
                "tts_seconds": tts,
                "total_processing_seconds": total,
                "total_seconds": total,
                "tool_seconds": last.get("tool.execute"),
                "stt_audio_duration": heard,
                "tts_audio_duration": spoken,
                "total_interaction_seconds": total + heard + spoken,
            },
        )
