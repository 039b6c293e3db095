"""Reports errors of Coda's event loop to its dashboards as `system_error` events. Uses only the standard library.

    import coda_monitor
    coda_monitor.install(websocket_server)      # once, after creating the server

From then on, every unhandled exception in asyncio and every warning or error that asyncio logs (slow callbacks in
debug mode, exceptions that were never retrieved) goes to the dashboards through the server's own `push_event`. Earlier
exception handlers are still called, and log records still reach their handlers. The monitor never raises into the
program, and reports at most a few events a second.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
import traceback
from typing import Any, Callable, Dict, List, Optional

__all__ = ["Monitor", "install"]

# Limits per kind of error, and for all kinds together: reports at once, then reports a second.
BURST, PER_SECOND = 5.0, 1.0
BURST_IN_ALL, PER_SECOND_IN_ALL = 20.0, 5.0
# Kinds tracked at a time; beyond that, the one that was quiet longest is forgotten.
MAX_KINDS = 200
MAX_MESSAGE = 500
MAX_FRAMES = 12
# Coda's tokens: id, time, nonce and signature, separated by colons.
TOKEN = re.compile(r"[0-9a-fA-F-]{36}:\d+:[0-9a-fA-F]+:[0-9a-fA-F]+")
# Parts that differ between messages of one kind: addresses, ids, numbers. The dashboard tells kinds apart the same way.
VARYING = re.compile(r"0x[0-9a-fA-F]+|(?<![0-9A-Za-z-])[a-fA-F-]*[0-9][0-9a-fA-F-]*(?![0-9A-Za-z-])|[0-9]+")


class Monitor:
    """An installed monitor; `uninstall` removes it."""

    def __init__(self, push: Callable[..., Any], clock: Callable[[], float]) -> None:
        self._push = push
        self._limits = _Limits(clock)
        # Set while this thread reports, because an error in the report must not be reported.
        self._busy = threading.local()
        self._handler = _LogHandler(self)
        self._loops: List[Any] = []

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Reports unhandled exceptions of this loop, then calls the previous handler."""
        before = loop.get_exception_handler()

        def handle(loop: asyncio.AbstractEventLoop, context: Dict[str, Any]) -> None:
            self._report_context(context)
            # The default handler logs the exception, which has already been reported.
            self._busy.value = True
            try:
                if before is not None:
                    before(loop, context)
                else:
                    loop.default_exception_handler(context)
            finally:
                self._busy.value = False

        loop.set_exception_handler(handle)
        self._loops.append((loop, handle, before))

    def uninstall(self) -> None:
        """Restores the previous handlers, unless another handler has replaced this one since."""
        logging.getLogger("asyncio").removeHandler(self._handler)
        for loop, handle, before in self._loops:
            if loop.get_exception_handler() is handle:
                loop.set_exception_handler(before)
        self._loops.clear()

    # ---- reporting; must never raise

    def _report_context(self, context: Dict[str, Any]) -> None:
        try:
            error = context.get("exception")
            where = context.get("task") or context.get("future") or context.get("handle")
            self._report(str(context.get("message", "unhandled exception")), "error", error, _name(where))
        except Exception:  # The program comes first.
            pass

    def report_record(self, record: logging.LogRecord) -> None:
        """Reports a record of the logger `asyncio`; called from any thread."""
        try:
            error = record.exc_info[1] if record.exc_info else None
            level = "error" if record.levelno >= logging.ERROR else "warning"
            self._report(record.getMessage().splitlines()[0], level, error, None)
        except Exception:
            pass

    def _report(self, message: str, level: str, error: Optional[BaseException], where: Optional[str]) -> None:
        if getattr(self._busy, "value", False):
            return
        self._busy.value = True
        try:
            frames = _frames(error)
            kind = type(error).__name__ if error is not None else VARYING.sub("#", message[:MAX_MESSAGE])[:80]
            left_out = self._limits.take(f"{kind} {frames[-1] if frames else ''}")
            if left_out is None:
                return
            told = f"{kind}: {error}" if error is not None else message
            details: Dict[str, Any] = {
                "source": "coda_monitor",
                "context": _short(message),
                "exception": kind if error is not None else None,
                "where": where,
                "traceback": frames,
                "thread": threading.current_thread().name,
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "left_out": left_out,
            }
            self._push("system_error", {"level": level, "message": _short(told), "details": details}, True)
        finally:
            self._busy.value = False


class _LogHandler(logging.Handler):
    def __init__(self, monitor: Monitor) -> None:
        super().__init__(logging.WARNING)
        self._monitor = monitor

    def emit(self, record: logging.LogRecord) -> None:
        self._monitor.report_record(record)


class _Bucket:
    """A token bucket: allows `size` at once, then `per_second` a second."""

    def __init__(self, size: float, per_second: float, now: float) -> None:
        self._size, self._per_second = size, per_second
        self.level, self.since = size, now
        self.left_out = 0

    def fill(self, now: float) -> None:
        self.level = min(self._size, self.level + (now - self.since) * self._per_second)
        self.since = now


class _Limits:
    """One bucket per kind of error and one for all; counts the rejected reports."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._all = _Bucket(BURST_IN_ALL, PER_SECOND_IN_ALL, clock())
        self._kinds: Dict[str, _Bucket] = {}

    def take(self, kind: str) -> Optional[int]:
        """Returns how many of this kind were left out before, or None if this one is left out too."""
        with self._lock:
            now = self._clock()
            if kind not in self._kinds and len(self._kinds) >= MAX_KINDS:
                del self._kinds[min(self._kinds, key=lambda each: self._kinds[each].since)]
            of_kind = self._kinds.setdefault(kind, _Bucket(BURST, PER_SECOND, now))
            of_kind.fill(now)
            self._all.fill(now)
            if of_kind.level < 1 or self._all.level < 1:
                of_kind.left_out += 1
                return None
            of_kind.level -= 1
            self._all.level -= 1
            left_out, of_kind.left_out = of_kind.left_out, 0
            return left_out


def install(
    server: Any, loop: Optional[asyncio.AbstractEventLoop] = None, clock: Callable[[], float] = time.monotonic
) -> Monitor:
    """Installs the monitor for a server that has `push_event(type, data, high_priority)`.

    Without `loop`, it watches the server's own loop or the running one. If there is none yet, asyncio's log still
    reports unhandled exceptions.
    """
    monitor = Monitor(lambda *event: server.push_event(*event), clock)
    logging.getLogger("asyncio").addHandler(monitor._handler)
    watched = loop or getattr(server, "server_loop", None)
    if watched is None:
        try:
            watched = asyncio.get_running_loop()
        except RuntimeError:
            pass
    if watched is not None:
        monitor.watch(watched)
    return monitor


def _short(text: str) -> str:
    text = TOKEN.sub("•••", text)
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"


def _name(where: Any) -> Optional[str]:
    if where is None:
        return None
    get_name = getattr(where, "get_name", None)
    return _short(get_name() if get_name is not None else repr(where))


def _frames(error: Optional[BaseException]) -> List[str]:
    """Returns the innermost calls as file name, line and function, without local paths."""
    if error is None:
        return []
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    return [f"{each.filename.replace(chr(92), '/').rsplit('/', 1)[-1]}:{each.lineno} in {each.name}" for each in frames]
