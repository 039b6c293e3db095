"""Background tasks that are kept until they end, report their errors, and are stopped together."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Callable, Coroutine, Set

log = logging.getLogger("coda_backend")


class Tasks:
    """Needed because asyncio keeps only weak references to tasks and shows their errors late or never."""

    def __init__(self, on_error: Callable[[str], None]) -> None:
        self._on_error = on_error
        self._running: Set["asyncio.Task[Any]"] = set()

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> "asyncio.Task[Any]":
        """Runs `work` in the background; `name` identifies it in error reports."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def cancel(self) -> None:
        """Stops all running tasks and waits for them."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("%s failed", task.get_name(), exc_info=error)
            self._on_error(f"{task.get_name()} failed: {error!r}")
