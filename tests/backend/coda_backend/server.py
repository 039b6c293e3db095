"""Coda Lite's WebSocket server: authentication, deduplication, echo, replay and broadcast."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import uuid
from typing import Any, Awaitable, Callable

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from .auth import Tokens
from .dedup import Dedup
from .faults import Faults
from .report import Report

log = logging.getLogger("coda_backend")

MAX_FRAME = 10 * 1024 * 1024
AUTH_SECONDS = 30.0
REPLAYED = 50
HIGH_PRIORITY = frozenset(
    {
        "conversation_start",
        "conversation_end",
        "tts_stop",
        "memory_store",
        "system_info",
        "system_error",
    }
)

Handler = Callable[[str, dict[str, Any]], Awaitable[None]]


class CodaServer:
    """One server; a restart begins a new run of it on the same port."""

    def __init__(self, host: str, port: int, always_challenge: bool = True) -> None:
        self.host = host
        self.port = port
        self.report = Report()
        self.faults = Faults(challenge="normal" if always_challenge else "none")
        self.on_message: Handler | None = None
        self.on_first_client: Callable[[], Awaitable[None]] | None = None
        self._server: Server | None = None
        self._numbers = itertools.count(1)
        self._sockets: dict[int, ServerConnection] = {}
        self._begin_run()

    def _begin_run(self) -> None:
        self.seq = 0
        self._replay: list[dict[str, Any]] = []
        self._dedup = Dedup()
        self._tokens = Tokens()
        self._clients: dict[str, ServerConnection] = {}
        self._greeted = False

    # ------------------------------------------------------------ the port

    async def listen(self) -> None:
        """Opens the port; the first time it may be 0, and then stays what it became."""
        self._server = await serve(
            self._serve_client,
            self.host,
            self.port,
            max_size=MAX_FRAME,
            compression=None,
            ping_interval=20,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop_listening(self) -> None:
        """Refuses new connections; open ones stay."""
        if self._server is not None:
            self._server.close(close_connections=False)
            self._server = None

    async def restart(self, down_seconds: float) -> None:
        """Drops everybody, forgets everything, and comes back on the same port."""
        await self.stop_listening()
        self.drop()
        self._begin_run()
        if down_seconds > 0:
            await asyncio.sleep(down_seconds)
        await self.listen()

    def drop(self) -> None:
        """Cuts all connections without a close frame."""
        for socket in list(self._sockets.values()):
            socket.transport.abort()

    async def close_all(self, code: int, reason: str) -> None:
        """Closes all connections properly."""
        await asyncio.gather(*(socket.close(code, reason) for socket in list(self._sockets.values())))

    # ------------------------------------------------------------ one client

    async def _serve_client(self, socket: ServerConnection) -> None:
        number = next(self._numbers)
        self._sockets[number] = socket
        self.report.connections_total += 1
        self.report.connections_now += 1
        try:
            client_id = await self._authenticate(socket)
            if client_id is not None:
                await self._serve_authenticated(socket, client_id, number)
        except ConnectionClosed:
            pass
        finally:
            self.report.connections_now -= 1
            del self._sockets[number]

    async def _authenticate(self, socket: ServerConnection) -> str | None:
        client_id = str(uuid.uuid4())
        mode = self.faults.challenge
        if mode == "none":
            return client_id
        if mode == "late":
            await asyncio.sleep(self.faults.challenge_delay)
        token = self._tokens.make(client_id)
        if mode != "stall":
            await self._send(
                socket,
                {
                    "type": "auth_challenge",
                    "data": {"token": token, "message": "Please authenticate with this token"},
                },
            )
        try:
            async with asyncio.timeout(AUTH_SECONDS):
                return await self._await_token(socket)
        except TimeoutError:
            await self._send_auth_failure(socket, "Authentication timeout")
            return None

    async def _await_token(self, socket: ServerConnection) -> str:
        while True:
            message = parse(await self._receive(socket))
            if message is None or message.get("type") != "auth_response":
                continue
            data = message.get("data")
            token = data.get("token") if isinstance(data, dict) else None
            owner = None if self.faults.challenge == "refuse" else self._tokens.check(token)
            if owner is None:
                # Like Coda: the connection stays open and may try again until the deadline.
                self.report.auth_failed += 1
                await self._send_auth_failure(socket, "Invalid authentication token")
                continue
            self.report.auth_ok += 1
            await self._send(socket, {"type": "auth_result", "data": {"success": True, "client_id": owner}})
            return owner

    async def _send_auth_failure(self, socket: ServerConnection, words: str) -> None:
        await self._send(socket, {"type": "auth_result", "data": {"success": False, "message": words}})

    async def _serve_authenticated(self, socket: ServerConnection, client_id: str, number: int) -> None:
        self._clients[client_id] = socket
        try:
            if self._replay:
                await self._send(socket, {"type": "replay", "events": self._replay})
            if not self._greeted and self.on_first_client is not None:
                self._greeted = True
                await self.on_first_client()
            while True:
                message = parse(await self._receive(socket))
                if message is not None:
                    await self._take(socket, client_id, number, message)
        finally:
            # By name, not by socket: with a reused token this removes the newer connection, as it does in Coda.
            self._clients.pop(client_id, None)

    async def _take(self, socket: ServerConnection, client_id: str, number: int, message: dict[str, Any]) -> None:
        kind, data = message.get("type", "unknown"), message.get("data", {})
        deduplicates = self.faults.challenge != "none"  # 0.1.1 does neither
        count = self._dedup.count(kind, data) if deduplicates else 1
        if "type" not in message:
            return
        self.report.received(str(kind), data, number, duplicate=count > 1)
        if count > 1:
            await self._send(
                socket, {"type": "duplicate_message", "data": {"original_type": kind, "count": count}}
            )
            return
        if self.faults.echo_delay:
            await asyncio.sleep(self.faults.echo_delay)
        if not self.faults.swallows(str(kind)):
            echo = {"client_id": client_id, "message_type": kind, "message_data": data}
            await self.broadcast("client_message", echo)
        if self.on_message is not None:
            await self.on_message(str(kind), data if isinstance(data, dict) else {})

    async def _receive(self, socket: ServerConnection) -> str | bytes:
        frame = await socket.recv()
        await self.faults.awake.wait()
        return frame

    async def _send(self, socket: ServerConnection, message: dict[str, Any]) -> None:
        await self.send_text(socket, json.dumps(message))

    async def send_text(self, socket: ServerConnection, text: str | bytes) -> None:
        """Writes a frame as it is, unless the server is frozen: then when it thaws."""
        await self.faults.awake.wait()
        await socket.send(text)

    # ------------------------------------------------------------ to all

    async def send_raw(self, text: str | bytes) -> None:
        """Writes a frame to every client as it is."""
        for socket in list(self._clients.values()):
            await self.send_text(socket, text)

    async def broadcast(self, kind: str, data: Any) -> None:
        """Sends an event to all. Without anybody to send it to, it is lost before it gets a number."""
        if not self._clients:
            return
        self.seq += 1
        event = {
            "version": "1.0",
            "seq": self.seq,
            "timestamp": asyncio.get_running_loop().time(),
            "type": kind,
            "data": data,
        }
        if kind in HIGH_PRIORITY:
            self._replay = (self._replay + [event])[-REPLAYED:]
        if self.faults.deaf:
            return
        text = json.dumps(event)
        for client_id, socket in list(self._clients.items()):
            try:
                await self.send_text(socket, text)
            except ConnectionClosed:
                self._clients.pop(client_id, None)


def parse(frame: str | bytes) -> dict[str, Any] | None:
    """A frame as a message; what is none is dropped without a word."""
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None
