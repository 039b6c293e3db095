"""The control interface: a small HTTP server that makes faults and tells what happened.

Open to any web page of this machine (CORS), because tests that run in a browser use it. Never expose it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any, Awaitable, Callable

from .faults import CHALLENGE_MODES
from .samples import SAMPLES, mix
from .server import CodaServer

log = logging.getLogger("coda_backend")

MAX_BODY = 64 * 1024 * 1024
MAX_FLOOD = 2_000_000

Body = dict[str, Any]


class Refused(Exception):
    """A call that cannot be carried out, with the reason."""


class Control:
    """Carries out calls on a server."""

    def __init__(self, server: CodaServer) -> None:
        self._server = server
        self._floods: set[asyncio.Task[int]] = set()
        self._calls: dict[str, Callable[[Body], Awaitable[Any]]] = {
            "/drop": self.drop,
            "/freeze": self.freeze,
            "/deaf": self.deaf,
            "/restart": self.restart,
            "/stop-listening": self.stop_listening,
            "/start-listening": self.start_listening,
            "/echo": self.echo,
            "/challenge": self.challenge,
            "/send": self.send,
            "/send-binary": self.send_binary,
            "/event": self.event,
            "/flood": self.flood,
            "/skip-seq": self.skip_seq,
            "/reset": self.reset,
        }

    async def listen(self, host: str, port: int) -> int:
        """Opens the control port and returns its number."""
        server = await asyncio.start_server(self._serve, host, port)
        return int(server.sockets[0].getsockname()[1])

    # ------------------------------------------------------------ calls

    async def drop(self, body: Body) -> None:
        """cut all connections; with {"code": 1011, "reason": "…"} close them properly instead"""
        if "code" in body:
            await self._server.close_all(int(body["code"]), str(body.get("reason", "")))
        else:
            self._server.drop()

    async def freeze(self, body: Body) -> None:
        """{"on": true}: stay open and fall silent; {"on": false}: go on"""
        if body.get("on", True):
            self._server.faults.awake.clear()
        else:
            self._server.faults.awake.set()

    async def deaf(self, body: Body) -> None:
        """{"on": true}: answer duplicates, but broadcast to nobody, as after a lost registration"""
        self._server.faults.deaf = bool(body.get("on", True))

    async def restart(self, body: Body) -> None:
        """drop everybody and begin anew with seq 1; {"down_seconds": x} refuses connections for so long"""
        await self._server.restart(float(body.get("down_seconds", 0)))

    async def stop_listening(self, _: Body) -> None:
        """refuse new connections"""
        await self._server.stop_listening()

    async def start_listening(self, _: Body) -> None:
        """take new connections again"""
        await self._server.listen()

    async def echo(self, body: Body) -> None:
        """{"delay_ms": 100, "swallow": 2 | true | false, "types": ["text_input"]}: delay or lose echoes"""
        faults = self._server.faults
        faults.echo_delay = float(body.get("delay_ms", 0)) / 1000
        swallow = body.get("swallow", 0)
        faults.swallow_echoes = -1 if swallow is True else int(swallow)
        faults.swallow_types = frozenset(body.get("types", ()))

    async def challenge(self, body: Body) -> None:
        """{"mode": "normal" | "stall" | "refuse" | "none" | "late", "delay_ms": 100}, from the next connection on"""
        mode = body.get("mode", "normal")
        if mode not in CHALLENGE_MODES:
            raise Refused(f"mode must be one of {', '.join(CHALLENGE_MODES)}")
        self._server.faults.challenge = mode
        self._server.faults.challenge_delay = float(body.get("delay_ms", 0)) / 1000

    async def send(self, body: Body) -> None:
        """{"text": "…"}: send this frame to all clients as it is"""
        await self._server.send_raw(str(body.get("text", "")))

    async def send_binary(self, body: Body) -> None:
        """{"hex": "00ff"}: send a binary frame to all clients"""
        await self._server.send_raw(bytes.fromhex(str(body.get("hex", ""))))

    async def event(self, body: Body) -> None:
        """{"type": "…", "data": {…}}: broadcast an event"""
        await self._server.broadcast(str(body.get("type", "")), body.get("data", {}))

    async def flood(self, body: Body) -> Any:
        """{"rate": 500, "seconds": 2} or {"count": 1000}; "mix": "default" or a type; "wait": true waits for the end"""
        kind = body.get("mix", "default")
        if kind != "default" and kind not in SAMPLES:
            raise Refused(f"mix must be default or one of {', '.join(SAMPLES)}")
        rate = float(body["rate"]) if "rate" in body else None
        count = int(body["count"]) if "count" in body else int((rate or 0) * float(body.get("seconds", 1)))
        if not 0 < count <= MAX_FLOOD:
            raise Refused(f"count, or rate × seconds, must be from 1 to {MAX_FLOOD}")
        flood = asyncio.create_task(self._flood(kind, count, rate))
        self._floods.add(flood)
        flood.add_done_callback(self._floods.discard)
        return {"sent": await flood} if body.get("wait") else {"sending": count}

    async def _flood(self, kind: str, count: int, rate: float | None) -> int:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number, (name, data) in enumerate(mix(kind, count)):
            await self._server.broadcast(name, data)
            if rate is not None:
                await asyncio.sleep(max(0.0, began + (number + 1) / rate - loop.time()))
            elif number % 100 == 99:
                await asyncio.sleep(0)
        return count

    async def skip_seq(self, body: Body) -> None:
        """{"n": 3}: leave a gap in the numbers, as if so many events had been missed"""
        self._server.seq += int(body.get("n", 1))

    async def reset(self, _: Body) -> None:
        """forget the report and end all faults"""
        faults = self._server.faults
        faults.challenge, faults.challenge_delay = "normal", 0.0
        faults.echo_delay, faults.swallow_echoes, faults.swallow_types = 0.0, 0, frozenset()
        faults.deaf = False
        faults.awake.set()
        self._server.report.clear()

    # ------------------------------------------------------------ HTTP

    def _index(self) -> dict[str, str]:
        calls = {f"POST {path}": (call.__doc__ or "").strip() for path, call in self._calls.items()}
        return {"GET /": "this list", "GET /report": "what the server was sent", **calls}

    async def _answer(self, method: str, path: str, raw: bytes) -> tuple[int, Any]:
        if method == "OPTIONS":
            return 204, None
        if method == "GET" and path == "/":
            return 200, self._index()
        if method == "GET" and path == "/report":
            return 200, self._server.report.as_json()
        call = self._calls.get(path)
        if method != "POST" or call is None:
            return 404, {"error": f"there is no {method} {path}", "there is": self._index()}
        try:
            body = json.loads(raw or b"{}")
            if not isinstance(body, dict):
                raise Refused("the body must be a JSON object")
            return 200, await call(body) or {"ok": True}
        except Refused as error:
            return 400, {"error": f"{path}: {error}"}
        except (ValueError, TypeError) as error:
            return 400, {"error": f"{path}: the body cannot be used: {error}"}
        except OSError as error:
            return 409, {"error": f"{path}: {error}"}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readline()).decode("latin-1").split()
            length = 0
            while (line := await reader.readline()) not in (b"\r\n", b"\n", b""):
                name, _, value = line.decode("latin-1").partition(":")
                if name.strip().lower() == "content-length":
                    length = int(value)
            if len(request) < 2 or not 0 <= length <= MAX_BODY:
                status, answer = 400, {"error": "not a request that this server understands"}
            else:
                raw = await reader.readexactly(length)
                status, answer = await self._answer(request[0], request[1].partition("?")[0], raw)
            content = b"" if answer is None else json.dumps(answer).encode()
            head = (
                f"HTTP/1.1 {status} {'OK' if status < 400 else 'Error'}\r\n"
                "Content-Type: application/json\r\n"
                f"Content-Length: {len(content)}\r\n"
                "Access-Control-Allow-Origin: *\r\n"
                "Access-Control-Allow-Methods: GET, POST\r\n"
                "Access-Control-Allow-Headers: Content-Type\r\n"
                "Connection: close\r\n\r\n"
            )
            writer.write(head.encode("latin-1") + content)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ValueError) as error:
            log.info("a control call broke off: %s", error)
        finally:
            writer.close()
