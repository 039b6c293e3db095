"""Shared by the tests: a server per test, clients that wait for expected frames, and control calls."""

from __future__ import annotations

import asyncio
import contextlib
import json
import unittest
from typing import Any, Dict, List, Optional, Tuple

from websockets.asyncio.client import ClientConnection, connect

from coda_backend.server import Backend
from coda_backend.settings import Settings

# Far longer than needed; only a failing test waits this long.
PATIENCE_SECONDS = 5.0

# Long enough for an unwanted answer to arrive.
SILENCE_SECONDS = 0.15

Frame = Dict[str, Any]


class Client:
    """A client that keeps everything it received."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.received: List[Frame] = []

    @classmethod
    async def open(cls, url: str) -> "Client":
        return cls(await connect(url, compression=None, ping_interval=None, max_size=None, close_timeout=0.5))

    async def leave(self) -> None:
        # The server may have cut the connection in mid-frame, and the library cannot close such a connection cleanly.
        with contextlib.suppress(Exception):
            await self.socket.close()

    async def send(self, kind: str, data: Any = None, **more: Any) -> None:
        await self.raw(json.dumps({"type": kind, "data": {} if data is None else data, **more}))

    async def raw(self, frame: Any) -> None:
        await self.socket.send(frame)

    async def next(self) -> Frame:
        frame: Frame = json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE_SECONDS))
        self.received.append(frame)
        return frame

    async def until(self, kind: str, **data: Any) -> Frame:
        """Returns the next frame of this type with these values in its data; skips those before it."""
        while True:
            frame = await self.next()
            if frame["type"] == kind and all(frame["data"].get(name) == value for name, value in data.items()):
                return frame

    async def until_replay(self) -> List[Frame]:
        """Returns the replayed events."""
        while (frame := await self.next())["type"] != "replay":
            pass
        events: List[Frame] = frame["events"]
        return events

    async def authenticate(self, token: Optional[str] = None) -> Frame:
        challenge = await self.until("auth_challenge")
        await self.send("auth_response", {"token": token or challenge["data"]["token"]})
        return await self.until("auth_result")

    async def silent(self) -> bool:
        """Returns True if nothing arrives for a moment."""
        try:
            await asyncio.wait_for(self.socket.recv(), SILENCE_SECONDS)
        except asyncio.TimeoutError:
            return True
        return False

    async def closed(self) -> Tuple[Optional[int], str]:
        """Waits for the close and returns its code and reason, or None without a close frame."""
        await asyncio.wait_for(self.socket.wait_closed(), PATIENCE_SECONDS)
        frame = self.socket.protocol.close_rcvd
        return (None, "") if frame is None else (frame.code, frame.reason)

    def types(self) -> List[str]:
        return [frame["type"] for frame in self.received]

    def data(self, kind: str) -> List[Dict[str, Any]]:
        return [frame["data"] for frame in self.received if frame["type"] == kind]


class BackendCase(unittest.IsolatedAsyncioTestCase):
    """Gives each test its own server, on free ports."""

    # Fast, and without unsolicited events.
    settings = Settings(port=0, control_port=0, metrics=False, speed=50)

    async def asyncSetUp(self) -> None:
        self.backend = Backend(self.settings)
        await self.backend.start()
        self.addAsyncCleanup(self.backend.stop)

    async def open(self) -> Client:
        """Opens a client that has sent nothing yet."""
        client = await Client.open(self.backend.ws_url)
        self.addAsyncCleanup(client.leave)
        return client

    async def client(self) -> Client:
        """Opens an authenticated client; the first one also waits for the greeting, which only it gets."""
        client = await self.open()
        first = self.backend.world.hub.seq == 0
        await client.authenticate()
        if first:
            await client.until("tts_status")
        return client

    async def post(self, path: str, **fields: Any) -> Dict[str, Any]:
        """Makes a control call that must succeed."""
        status, _, answer = await self.http("POST", path, json.dumps(fields).encode())
        self.assertEqual(status, 200, answer)
        return answer

    async def report(self) -> Dict[str, Any]:
        status, _, answer = await self.http("GET", "/report")
        self.assertEqual(status, 200)
        return answer

    async def http(self, method: str, path: str, body: bytes = b"") -> Tuple[int, Dict[str, str], Any]:
        """Returns status, headers and body of one request."""
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        raw = await self.http_raw(head.encode() + body)
        top, _, rest = raw.partition(b"\r\n\r\n")
        lines = top.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        return int(lines[0].split(" ")[1]), headers, json.loads(rest) if rest else None

    async def http_raw(self, request: bytes) -> bytes:
        port = int(self.backend.control_url.rsplit(":", 1)[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(request)
            return await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)
        finally:
            writer.close()

    async def refused(self) -> bool:
        """Returns True if nothing listens for clients."""
        try:
            await self.open()
        except OSError:
            return True
        return False
