"""The heartbeat: system_metrics once a second, with plausibly varying numbers."""

from __future__ import annotations

import asyncio
import random
import time

from .faults import Faults
from .stage import Emit

INTERVAL_SECONDS = 1.0


async def send_metrics(emit: Emit, seed: int, faults: Faults) -> None:
    """Runs until cancelled. The uptime is real; the other values are random."""
    dice = random.Random(seed)
    started = time.monotonic()
    memory_mb, cpu_percent = 512.0, 10.0
    grown_mb, grown_percent = 0.0, 0.0
    while True:
        illness = faults.illness
        grown_mb += illness.grow_mb
        grown_percent += illness.grow_percent
        # A healthy Coda comes back to what it needs.
        memory_mb += dice.uniform(-4.0, 4.0) + (512.0 - memory_mb) * 0.05
        cpu_percent = min(100.0, max(0.0, cpu_percent + dice.uniform(-8.0, 8.0)))
        await emit(
            "system_metrics",
            {
                "memory_mb": round(memory_mb + grown_mb, 2),
                "cpu_percent": round(cpu_percent + grown_percent, 1),
                "gpu_vram_mb": 0,
                "uptime_seconds": time.monotonic() - started,
            },
        )
        await asyncio.sleep(illness.metrics_seconds or INTERVAL_SECONDS)
