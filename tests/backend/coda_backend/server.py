"""The server's life cycle: listening, connections, drops, freezes and restarts."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
from typing import Any, List, Optional, Set

from websockets.asyncio.server import Server, ServerConnection, serve

from . import monitor, wire
from .connection import Connection
from .control import Control
from .faults import Faults
from .httpd import Handler, serve_http
from .report import Report
from .settings import Settings
from .tasks import Tasks
from .world import World

log = logging.getLogger("coda_backend")

# Coda's own limit.
MAX_QUEUED_FRAMES = 32

GOODBYE_SECONDS = 1.0


class PortTaken(Exception):
    """A requested port is already in use."""


class Backend:
    """Owns both listening sockets and everything behind them. Call start(), then stop()."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.faults = Faults()
        self.faults.clear(settings.challenge_mode)
        self.report = Report()
        self.tasks = Tasks(self.report.error)
        self.world = World(settings, self.faults, self.report)
        self._connections: Set[Connection] = set()
        self._connections_ever = 0
        # After the first start these are the real ports, so that a restart uses the same ones.
        self._port = settings.port
        self._control_port = settings.control_port
        self._listener: Optional[Server] = None
        self._control: Optional[asyncio.Server] = None
        self._monitor: Optional[monitor.coda_monitor.Monitor] = None

    @property
    def ws_url(self) -> str:
        return f"ws://{self.settings.host}:{self._port}"

    @property
    def control_url(self) -> str:
        return f"http://{self.settings.host}:{self._control_port}"

    @property
    def listening(self) -> bool:
        return self._listener is not None

    async def start(self) -> None:
        """Listens on both ports, the control port last: once it answers, the server is ready."""
        self._monitor = monitor.install(self)
        await self.start_listening()
        try:
            self._control = await _listen_http(Control(self).handle, self.settings.host, self._control_port)
        except PortTaken:
            await self.stop()
            raise
        self._control_port = self._control.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Shuts down in order: closes the session and sends clients a close frame with 1000, as Coda does."""
        if self._monitor is not None:
            self._monitor.uninstall()
        if self._control is not None:
            self._control.close()
        await self.tasks.cancel()
        self.freeze(False)
        await self.stop_listening()
        # A client that does not read would block both for a long time.
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._say_goodbye(), GOODBYE_SECONDS)
        await self.abort_all()
        await self.world.end()

    # ---- the listening socket

    async def start_listening(self) -> None:
        """Idempotent."""
        if self._listener is not None:
            return
        try:
            self._listener = await serve(
                self._serve,
                self.settings.host,
                self._port,
                process_request=self._before_handshake,
                # A handshake may have to wait for the end of a freeze.
                open_timeout=None,
                compression=None,
                max_size=wire.MAX_FRAME_BYTES,
                max_queue=MAX_QUEUED_FRAMES,
                # Connection sends its own pings, which a freeze can hold back.
                ping_interval=None,
            )
        except OSError as error:
            raise _port_error(error, self.settings.host, self._port, "--port") from error
        self._port = next(iter(self._listener.sockets)).getsockname()[1]

    async def stop_listening(self) -> None:
        """Refuses new connections; open ones stay."""
        if self._listener is None:
            return
        listener, self._listener = self._listener, None
        listener.close(close_connections=False)
        while listener.is_serving():
            await asyncio.sleep(0)

    # ---- the connections

    def open_connections(self) -> List[Connection]:
        """Returns the connections past the WebSocket handshake, authenticated or not."""
        return [each for each in self._connections if each.is_open]

    async def abort_all(self) -> int:
        """Ends every TCP connection without a close frame."""
        targets = self.open_connections()
        for connection in targets:
            connection.socket.transport.abort()
        await asyncio.gather(*(each.socket.wait_closed() for each in targets))
        return len(targets)

    async def close_all(self, code: int, reason: str) -> int:
        """Ends every connection with a close frame."""
        targets = self.open_connections()
        await asyncio.gather(*(each.socket.close(code, reason) for each in targets))
        return len(targets)

    def freeze(self, on: bool) -> None:
        """A frozen server is like a stopped process: its sockets are open, and nothing responds."""
        if on:
            self.faults.thawed.clear()
        else:
            self.faults.thawed.set()
        for connection in self._connections:
            connection.pause(on)

    async def restart(self, down_seconds: float) -> None:
        """Stops the old server, refuses connections for a while, and returns once the new one listens."""
        self.freeze(False)
        await self.stop_listening()
        await self.abort_all()
        await self.world.end()
        self.world = World(self.settings, self.faults, self.report)
        await asyncio.sleep(down_seconds)
        await self.start_listening()

    async def clear_faults(self) -> None:
        """Restores the state after the start, except what only a restart forgets."""
        await self.tasks.cancel()
        self.freeze(False)
        self.faults.clear(self.settings.challenge_mode)
        await self.world.clear_faults()
        await self.start_listening()

    async def _say_goodbye(self) -> None:
        await self.world.assistant.say_goodbye()
        await self.close_all(1000, "")

    async def _before_handshake(self, _socket: ServerConnection, _request: Any) -> None:
        await self.faults.thawed.wait()

    async def _serve(self, socket: ServerConnection) -> None:
        self._connections_ever += 1
        self.report.connections_total += 1
        connection = Connection(
            self._connections_ever,
            socket,
            self.world,
            self.faults,
            self.report,
            ping_seconds=self.settings.ping_seconds,
        )
        self._connections.add(connection)
        self.report.connections_max = max(self.report.connections_max, len(self.open_connections()))
        log.info("connection %d opened", connection.number)
        try:
            await connection.run()
        except Exception as error:  # No client may stop the server.
            log.exception("connection %d failed", connection.number)
            self.report.error(f"connection failed: {error!r}", connection.number)
        finally:
            self._connections.discard(connection)


async def _listen_http(handler: Handler, host: str, port: int) -> asyncio.Server:
    try:
        return await serve_http(handler, host, port)
    except OSError as error:
        raise _port_error(error, host, port, "--control-port") from error


def _port_error(error: OSError, host: str, port: int, option: str) -> Exception:
    if error.errno != errno.EADDRINUSE:
        return error
    return PortTaken(
        f"port {port} on {host} is taken: stop the program that uses it (Coda itself, or another test server), "
        f"or choose another port with {option} (0 takes any free one)"
    )
