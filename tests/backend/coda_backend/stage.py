"""Shared by the assistant's parts: sending events, pace, dice, and the running session's measurements."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, List

Emit = Callable[[str, Dict[str, Any]], Awaitable[Any]]

# Coda drops a turn that repeats role and content within this time, even an intended one.
SAME_TURN_SECONDS = 5.0


def iso_now() -> str:
    """Local time, as in Coda's memory operations."""
    return time.strftime("%Y-%m-%dT%H:%M:%S")


def preview(text: str, length: int) -> str:
    """Returns the start of a text, marked if truncated."""
    return text if len(text) <= length else f"{text[:length]}..."


class Stage:
    """One session of the assistant."""

    def __init__(self, emit: Emit, speed: float, seed: int) -> None:
        self.emit = emit
        self.dice = random.Random(seed)
        self.turns = 0
        self.memories = 0
        # The latest durations by "component.operation", for the latency trace.
        self.last: Dict[str, float] = {}
        self._speed = speed
        self._session_started = 0.0
        self._session_id = ""
        self._said_system_info = False
        self._timings: Dict[str, Dict[str, List[float]]] = {}
        self._operations: Dict[str, int] = {}
        self._recent_turns: Dict[str, float] = {}

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(self.scaled(seconds))

    def scaled(self, seconds: float) -> float:
        """Converts script seconds to real seconds."""
        return seconds / self._speed

    async def open_session(self) -> None:
        """Announces the session, unless it is already open."""
        if self._session_id:
            return
        self._session_started = time.time()
        self._session_id = f"session_{int(self._session_started)}"
        await self.emit("conversation_start", {"session_id": self._session_id, "timestamp": self._session_started})
        await self.emit("tts_status", {"status": "loaded", "details": {"provider": "elevenlabs"}})

    async def close_session(self) -> None:
        if not self._session_id:
            return
        await self.emit(
            "conversation_end",
            {
                "session_id": self._session_id,
                "duration_seconds": time.time() - self._session_started,
                "turns_count": self.turns,
            },
        )
        self._session_id = ""

    async def turn(self, role: str, content: str) -> None:
        """Sends a line of the conversation and its entry in the memory log."""
        now, key = time.monotonic(), f"{role}:{content}"
        if now - self._recent_turns.get(key, -SAME_TURN_SECONDS) >= SAME_TURN_SECONDS:
            self._recent_turns[key] = now
            self.turns += 1
            await self.emit("conversation_turn", {"role": role, "content": content, "turn_id": self.turns})
        await self.memory_operation("add_turn", {"role": role, "content_preview": preview(content, 50)})

    def forget_turns(self) -> None:
        """The next line is not taken for a repetition."""
        self._recent_turns.clear()

    async def memory_operation(self, operation: str, details: Dict[str, Any]) -> None:
        self._operations[operation] = self._operations.get(operation, 0) + 1
        await self.emit(
            "memory_debug_operation", {"operation_type": operation, "timestamp": iso_now(), "details": details}
        )

    async def remember(self, text: str) -> None:
        """Stores a memory and reports the memory's fill level."""
        self.memories += 1
        memory_id = f"mem_{self.memories}"
        await self.emit(
            "memory_store",
            {
                "content_preview": preview(text, 100),
                "memory_type": "conversation",
                "importance": round(self.dice.uniform(0.3, 0.9), 2),
                "memory_id": memory_id,
            },
        )
        await self.memory_operation("add_memory", {"memory_id": memory_id, "memory_type": "conversation"})
        stats = {
            "short_term": {"turn_count": min(self.turns, 20), "max_turns": 20},
            "long_term": {
                "memory_count": self.memories,
                "max_memories": 1000,
                "memory_types": {"conversation": self.memories},
            },
            "debug": {
                "operations_count": sum(self._operations.values()),
                "operations_by_type": dict(self._operations),
                "last_update": time.time(),
            },
        }
        await self.emit("memory_debug_stats", {"stats": stats, "timestamp": time.time()})

    async def system_info(self) -> None:
        """Describes the computer, once per session."""
        if self._said_system_info:
            return
        self._said_system_info = True
        await self.emit(
            "system_info", {"platform": "Linux", "python_version": "3.11.7", "cpu_count": 8, "gpu": "RTX 3060"}
        )

    @asynccontextmanager
    async def timed(self, component: str, operation: str) -> AsyncIterator[None]:
        """Measures the enclosed work and reports it as a component_timing."""
        start = time.monotonic()
        yield
        seconds = time.monotonic() - start
        self.last[f"{component}.{operation}"] = seconds
        self._timings.setdefault(component, {}).setdefault(operation, []).append(seconds)
        await self.emit(
            "component_timing", {"component": component, "operation": operation, "duration_seconds": seconds}
        )

    async def component_stats(self) -> None:
        """Sends a summary of all measurements since the start."""
        components = {
            component: {
                operation: {
                    "avg_seconds": sum(times) / len(times),
                    "max_seconds": max(times),
                    "min_seconds": min(times),
                    "count": len(times),
                    "total_seconds": sum(times),
                }
                for operation, times in operations.items()
            }
            for component, operations in self._timings.items()
        }
        await self.emit("component_stats", {"components": components})
