"""One client's connection: challenge, replay, then messages until it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import uuid
from typing import Any, Optional

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.protocol import State

from . import wire
from .faults import Faults
from .report import Message, Report
from .world import World

log = logging.getLogger("coda_backend")


class Connection:
    """Reads and writes one socket. Connections share only the world and the report."""

    def __init__(
        self, number: int, socket: ServerConnection, world: World, faults: Faults, report: Report, *, ping_seconds: float
    ) -> None:
        self.number = number
        self.socket = socket
        self._world = world
        self._faults = faults
        self._report = report
        self._ping_seconds = ping_seconds
        # Coda 0.1.1 neither challenges nor deduplicates.
        self._is_0_1_1 = faults.challenge.mode == "none"

    @property
    def is_open(self) -> bool:
        return self.socket.state is State.OPEN

    async def send(self, text: str) -> None:
        await self.socket.send(text)

    async def run(self) -> None:
        """Returns when the connection has ended, or when the server has to close it."""
        keepalive = asyncio.create_task(self._keepalive())
        try:
            client_id = await self._authenticate()
            if client_id is not None:
                await self._serve(client_id)
        except ConnectionClosed as closed:
            log.info("connection %d ended: %s", self.number, closed)
        finally:
            keepalive.cancel()

    def pause(self, on: bool) -> None:
        """Stops reading entirely, so that even a ping or a close goes unanswered."""
        if on:
            self.socket.transport.pause_reading()
        else:
            self.socket.transport.resume_reading()

    # ---- before the client is known

    async def _authenticate(self) -> Optional[str]:
        own_id = str(uuid.uuid4())
        if self._is_0_1_1:
            return own_id
        challenge = self._faults.challenge
        if challenge.mode == "late":
            # Returns early if the client leaves.
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.socket.wait_closed(), challenge.delay_seconds)
        if challenge.mode != "stall":
            token = self._world.tokens.issue(own_id)
            await self._send_plain("auth_challenge", {"token": token, "message": "Please authenticate with this token"})
        try:
            client_id = await asyncio.wait_for(self._await_token(), challenge.deadline_seconds)
        except asyncio.TimeoutError:
            await self._refuse("Authentication timeout")
            return None
        if client_id is not None:
            self._report.auth_ok += 1
            await self._send_plain("auth_result", {"success": True, "client_id": client_id})
        return client_id

    async def _await_token(self) -> Optional[str]:
        """Reads until a valid token arrives. After a refused token, the client may send a valid one.

        Other frames are discarded. On a shape that Coda does not expect here (JSON or `data` that is not an
        object), it closes the connection: None.
        """
        while True:
            frame = await self._receive()
            try:
                message = json.loads(frame)
                is_answer = message.get("type") == "auth_response"
                token = message.get("data", {}).get("token") if is_answer else None
            except json.JSONDecodeError:
                token = None
            except (UnicodeDecodeError, AttributeError, RecursionError) as error:
                self._report.error(f"closed: malformed frame during authentication: {error!r}", self.number)
                return None
            if not token:
                self._report.thrown_away += 1
                continue
            client_id = self._world.tokens.check(token)
            if client_id is not None and self._faults.challenge.mode != "refuse":
                return client_id
            await self._refuse("Invalid authentication token")

    async def _refuse(self, why: str) -> None:
        self._report.auth_failed += 1
        self._report.error(f"authentication failed: {why}", self.number)
        await self._send_plain("auth_result", {"success": False, "message": why})

    # ---- once the client is known

    async def _serve(self, client_id: str) -> None:
        hub = self._world.hub
        hub.register(client_id, self)
        log.info("connection %d is client %s", self.number, client_id)
        try:
            # The client is already registered, so a live event can overtake the replay.
            if self._faults.replay_delay_seconds:
                await asyncio.sleep(self._faults.replay_delay_seconds)
            events = hub.replay()
            if events:
                await self._faults.thawed.wait()
                await self.send(wire.replay_frame(events))
            self._world.greet()
            while True:
                await self._read(client_id, await self._receive())
        finally:
            hub.unregister(client_id)

    async def _read(self, client_id: str, frame: Any) -> None:
        """Handles one frame. Coda silently drops unreadable frames; here the report records them."""
        try:
            message = json.loads(frame)
            kind, data = message.get("type", "unknown"), message.get("data", {})
            count = 1 if self._is_0_1_1 else self._world.hub.dedup.count(kind, data)
        except (ValueError, AttributeError, RecursionError) as error:
            self._report.error(f"dropped a frame: {error!r}", self.number)
            return
        if count == 1 and "type" not in message:
            self._report.error("dropped a frame: it has no type", self.number)
            return
        entry = self._report.read(self.number, kind, data, duplicate=count > 1)
        if count > 1:
            await self._send_plain("duplicate_message", {"original_type": kind, "count": count})
            self._report.settle(entry)
            return
        # In a task, as in Coda: frames that arrive together are all read before the first echo leaves.
        self._world.tasks.spawn(self._echo(client_id, entry), f"echo of message {entry.n}")
        entry.outcome = self._world.commands.handle(kind, data)
        log.info("message %d from connection %d: %s -> %s", entry.n, self.number, kind, entry.outcome)

    async def _echo(self, client_id: str, message: Message) -> None:
        """Sends the echo to all clients, unless a fault delays or swallows it."""
        try:
            fault = self._faults.echo
            if fault.concerns(message.type):
                if fault.take_swallow():
                    return
                if fault.delay_seconds:
                    await asyncio.sleep(fault.delay_seconds)
            await self._world.hub.broadcast(
                "client_message",
                {"client_id": client_id, "message_type": message.type, "message_data": message.data},
            )
        finally:
            self._report.settle(message)

    # ---- the socket

    async def _receive(self) -> Any:
        frame = await self.socket.recv()
        await self._faults.thawed.wait()
        return frame

    async def _send_plain(self, kind: str, data: wire.Data) -> None:
        await self._faults.thawed.wait()
        await self.send(wire.plain_frame(kind, data))

    async def _keepalive(self) -> None:
        """Sends Coda's pings. The library's own pings would continue while the server is frozen."""
        while True:
            await asyncio.sleep(self._ping_seconds)
            await self._faults.thawed.wait()
            try:
                pong = await self.socket.ping()
            except ConnectionClosed:
                return
            answered, _ = await asyncio.wait([asyncio.ensure_future(pong)], timeout=self._ping_seconds)
            if not answered and not self._faults.frozen:
                await self.socket.close(CloseCode.INTERNAL_ERROR, "keepalive ping timeout")
                return
