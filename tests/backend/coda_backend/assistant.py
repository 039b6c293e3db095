"""A scripted assistant: plays the turns of a conversation as events."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from typing import Any

from . import texts
from .server import CodaServer

DEMO_PROMPT = "Tell me what you can do"
HEARD = "what is the weather in Rabat today"
TOKEN_SECONDS = 0.02


class Assistant:
    """Answers what the server hands on. Turns run one after another."""

    def __init__(self, server: CodaServer, seed: int, speed: float, metrics: bool) -> None:
        self._server = server
        self._random = random.Random(seed)
        self._speed = speed
        self._metrics = metrics
        self._turns: asyncio.Queue[tuple[str, float | None]] = asyncio.Queue()
        self._listening: asyncio.Task[None] | None = None
        self._speaking: asyncio.Task[None] | None = None
        self._turn_count = 0
        self._started = time.monotonic()
        server.on_message = self.take
        server.on_first_client = self._greet

    async def run(self) -> None:
        """Plays turns, and reports the machine's state, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._play_turns())
            if self._metrics:
                tasks.create_task(self._report_metrics())

    async def take(self, kind: str, data: dict[str, Any]) -> None:
        """Acts on a message."""
        if kind == "text_input" and isinstance(data.get("text"), str):
            self._turns.put_nowait((data["text"], None))
        elif kind == "demo_flow":
            self._turns.put_nowait((DEMO_PROMPT, None))
        elif kind == "stt_start" and self._listening is None:
            self._listening = asyncio.create_task(self._listen(data))
        elif kind == "stt_stop" and self._listening is not None:
            self._listening.cancel()
        elif kind == "tts_stop" and self._speaking is not None:
            self._speaking.cancel()

    async def _emit(self, kind: str, **data: Any) -> None:
        await self._server.broadcast(kind, data)

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)

    async def _greet(self) -> None:
        await self._emit("conversation_start", session_id=f"session_{int(time.time())}", timestamp=time.time())
        await self._emit("tts_status", status="loaded", details={"provider": "elevenlabs"})

    async def _report_metrics(self) -> None:
        while True:
            await self._emit(
                "system_metrics",
                memory_mb=round(38 + self._random.random(), 3),
                cpu_percent=round(self._random.uniform(0, 30), 1),
                gpu_vram_mb=0,
                uptime_seconds=time.monotonic() - self._started,
            )
            await asyncio.sleep(1)

    # ------------------------------------------------------------ listening

    async def _listen(self, data: dict[str, Any]) -> None:
        """Hears words until told to stop, or for the time given; then a turn is run on them."""
        await self._emit("stt_start", mode=data.get("mode") or "push_to_talk")
        duration = data.get("duration")
        limit = None if data.get("continuous") else (duration if isinstance(duration, (int, float)) else 5) / self._speed
        words = HEARD.split()
        with contextlib.suppress(asyncio.CancelledError, TimeoutError):
            async with asyncio.timeout(limit):
                for heard in range(2, len(words) + 1):
                    await self._pause(0.1)
                    interim = " ".join(words[:heard])
                    await self._emit("stt_interim", text=interim, confidence=round(0.6 + 0.04 * heard, 3))
                await asyncio.Event().wait()
        self._listening = None
        await self._emit("stt_result", text=HEARD, confidence=0.94, duration_seconds=0.212, language="en")
        self._turns.put_nowait((HEARD, 0.212))

    # ------------------------------------------------------------ turns

    async def _play_turns(self) -> None:
        while True:
            text, stt_seconds = await self._turns.get()
            self._server.report.turn_began()
            try:
                await self._play(text, stt_seconds)
            finally:
                self._server.report.turn_ended()

    async def _play(self, text: str, stt_seconds: float | None) -> None:
        began = time.monotonic()
        await self._say("user", text)
        await self._emit("memory_retrieve", query=text, results_count=1, top_result_preview="User prefers metric units")
        await self._emit("llm_start", model="gemma2:2b", prompt_tokens=412, system_prompt_preview="You are Coda")
        lower = text.lower()
        tool_seconds = await self._use_tool(lower)
        if "error" in lower and "tool" not in lower:
            await self._emit("llm_error", message="The model ran out of memory", details={"model": "gemma2:2b"})
            return
        answer = texts.answer(text)
        pieces = texts.tokens(answer)
        llm_began = time.monotonic()
        for index, token in enumerate(pieces):
            await self._pause(TOKEN_SECONDS)
            await self._emit("llm_token", token=token, token_index=index)
        llm_seconds = time.monotonic() - llm_began
        await self._emit(
            "llm_result",
            text=answer,
            total_tokens=412 + len(pieces),
            duration_seconds=llm_seconds,
            has_tool_calls=tool_seconds is not None,
        )
        await self._say("assistant", answer)
        self._speaking = asyncio.create_task(self._speak(answer))
        tts_seconds = await self._speaking
        self._speaking = None
        total = time.monotonic() - began
        await self._emit(
            "latency_trace",
            stt_seconds=stt_seconds or 0.0,
            llm_seconds=llm_seconds,
            tts_seconds=tts_seconds,
            total_seconds=total,
            total_processing_seconds=total,
            tool_seconds=tool_seconds,
            memory_seconds=0.012,
            stt_audio_duration=1.8 if stt_seconds else 0.0,
            tts_audio_duration=3.1,
            total_interaction_seconds=total + 3.1,
        )
        await self._emit("component_timing", component="llm", operation="generate", duration_seconds=llm_seconds)
        await self._remember(text)

    async def _say(self, role: str, content: str) -> None:
        self._turn_count += 1
        await self._emit("conversation_turn", role=role, content=content, turn_id=self._turn_count)

    async def _use_tool(self, lower: str) -> float | None:
        if not ("tool" in lower or "weather" in lower):
            return None
        await self._emit("tool_call", tool_name="get_weather", parameters={"city": "Rabat"})
        await self._pause(0.06)
        if "tool error" in lower:
            await self._emit("tool_error", tool_name="get_weather", message="No network", details=None)
        else:
            result = "{'temp_c': 24, 'sky': 'sunny'}"
            await self._emit("tool_result", tool_name="get_weather", result_preview=result, duration_seconds=0.06)
        return 0.06

    async def _speak(self, text: str) -> float:
        began = time.monotonic()
        try:
            await self._emit("tts_start", text=text, voice="Charlotte", provider="elevenlabs")
            for percent in range(20, 101, 20):
                await self._pause(0.1)
                await self._emit("tts_progress", percent_complete=percent)
            seconds = time.monotonic() - began
            await self._emit(
                "tts_result", duration_seconds=seconds, audio_duration_seconds=3.1, char_count=len(text)
            )
        except asyncio.CancelledError:
            await self._emit("tts_stop", reason="stopped by the user")
        return time.monotonic() - began

    async def _remember(self, text: str) -> None:
        memory_id = f"mem_{self._turn_count}"
        preview = f"User said: {text[:60]}"
        await self._emit("memory_store", content_preview=preview, memory_type="fact", importance=0.72, memory_id=memory_id)
        await self._emit(
            "memory_debug_operation",
            operation_type="add_memory",
            timestamp=time.strftime("%Y-%m-%dT%H:%M:%S"),
            details={"memory_id": memory_id, "content_preview": preview, "memory_type": "fact"},
        )
