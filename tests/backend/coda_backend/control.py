"""The control interface: each endpoint, its fields and its effect."""

from __future__ import annotations

import asyncio
import itertools
import logging
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Dict, NamedTuple, Tuple

from websockets.exceptions import ConnectionClosed

from .body import Body
from .dedup import DEFAULT_CAPACITY
from .faults import AUTH_DEADLINE_SECONDS, CHALLENGE_MODES, ChallengeFault, EchoFault
from .flood import DEFAULT_MIX, Flood
from .httpd import Answer, HttpError
from .illness import Illness
from .samples import SAMPLES

if TYPE_CHECKING:
    from .server import Backend

log = logging.getLogger("coda_backend")

# The name of the client that /other-client simulates.
OTHER_CLIENT = "0d1ce000-0000-4000-8000-000000000000"

Action = Callable[["Control", Body], Awaitable[Dict[str, Any]]]


class Endpoint(NamedTuple):
    method: str
    fields: Tuple[str, ...]
    doc: str
    action: Action


ENDPOINTS: Dict[str, Endpoint] = {}


def endpoint(path: str, *fields: str, method: str = "POST") -> Callable[[Action], Action]:
    """Adds a method to the table; the index shows the first line of its docstring."""

    def add(action: Action) -> Action:
        ENDPOINTS[path] = Endpoint(method, fields, (action.__doc__ or "").strip().splitlines()[0], action)
        return action

    return add


class Control:
    """Handles one request at a time for one server."""

    def __init__(self, backend: "Backend") -> None:
        self._backend = backend
        self._flood_numbers = itertools.count(1)

    async def handle(self, method: str, path: str, raw: bytes) -> Answer:
        """Answers every request in JSON; no request stops the server."""
        found = ENDPOINTS.get(path)
        if found is None:
            raise HttpError(404, f"no endpoint {path}; there are: {', '.join(sorted(ENDPOINTS))}")
        if method != found.method:
            raise HttpError(405, f"{path} wants {found.method}, not {method}")
        body = Body(raw, found.fields)
        try:
            answer = await found.action(self, body)
        except HttpError:
            raise
        except Exception as error:
            log.exception("%s failed", path)
            raise HttpError(500, f"{path} failed: {error!r}") from error
        if method == "POST":
            log.info("%s %s -> %s", path, raw[:200].decode("utf-8", "replace"), answer)
        return 200, answer

    # ---- inspection

    @endpoint("/", method="GET")
    async def index(self, _body: Body) -> Dict[str, Any]:
        """This list of endpoints."""
        return {
            "ws": self._backend.ws_url,
            "endpoints": [
                {"path": path, "method": each.method, "fields": list(each.fields), "doc": each.doc}
                for path, each in ENDPOINTS.items()
            ],
        }

    @endpoint("/report", method="GET")
    async def report(self, _body: Body) -> Dict[str, Any]:
        """The report since the start or the last /reset."""
        return self._backend.report.to_json(len(self._backend.open_connections()))

    @endpoint("/reset")
    async def reset(self, _body: Body) -> Dict[str, Any]:
        """Clears the report and all faults, stops floods, cancels the running turn, listens again."""
        await self._backend.clear_faults()
        self._backend.report.clear()
        return {}

    # ---- the connection

    @endpoint("/drop", "code", "reason")
    async def drop(self, body: Body) -> Dict[str, Any]:
        """Ends all connections without a close frame, or with one if "code" is given."""
        if not body.has("code"):
            return {"dropped": await self._backend.abort_all()}
        self._must_not_be_frozen()
        code, reason = body.count("code", 1000), body.text("reason", "")
        if not (3000 <= code <= 4999 or (1000 <= code <= 1014 and code not in {1004, 1005, 1006})):
            raise HttpError(400, f"{code} cannot be sent in a close frame; use 1000 to 1014 or 3000 to 4999")
        if len(reason.encode()) > 123:
            raise HttpError(400, "a close reason has at most 123 bytes")
        return {"dropped": await self._backend.close_all(code, reason)}

    @endpoint("/stop-listening")
    async def stop_listening(self, _body: Body) -> Dict[str, Any]:
        """Refuses new connections; open ones stay."""
        await self._backend.stop_listening()
        return {"listening": False}

    @endpoint("/start-listening")
    async def start_listening(self, _body: Body) -> Dict[str, Any]:
        """Accepts connections again, on the same port."""
        await self._backend.start_listening()
        return {"listening": True}

    @endpoint("/restart", "down_seconds")
    async def restart(self, body: Body) -> Dict[str, Any]:
        """Drops all connections, forgets everything, refuses for "down_seconds", listens again, then answers."""
        await self._backend.restart(body.number("down_seconds", 0.0))
        return {"listening": True}

    @endpoint("/freeze", "on")
    async def freeze(self, body: Body) -> Dict[str, Any]:
        """Keeps sockets open but reads and sends nothing, not even a pong; off resumes."""
        self._backend.freeze(body.flag("on", True))
        return {"frozen": self._backend.faults.frozen}

    @endpoint("/deaf", "on", "only_present")
    async def deaf(self, body: Body) -> Dict[str, Any]:
        """Loses registrations: messages are handled, broadcasts reach nobody ("only_present" spares new clients)."""
        on, hub = body.flag("on", True), self._backend.world.hub
        if body.flag("only_present", False):
            if not on:
                raise HttpError(400, '"only_present" takes registrations away for good; it has no "on": false')
            hub.unregister_all()
            return {"deaf": False, "registrations": "lost"}
        hub.deaf = on
        return {"deaf": on}

    # ---- answers

    @endpoint("/challenge", "mode", "delay_ms", "deadline_ms")
    async def challenge(self, body: Body) -> Dict[str, Any]:
        """Sets how new connections are greeted: normal, stall, refuse, none (as 0.1.1), late (after "delay_ms")."""
        fault = ChallengeFault(
            mode=body.choice("mode", CHALLENGE_MODES),
            delay_seconds=body.seconds("delay_ms"),
            deadline_seconds=body.seconds("deadline_ms", AUTH_DEADLINE_SECONDS),
        )
        self._backend.faults.challenge = fault
        return {"mode": fault.mode}

    @endpoint("/replay", "delay_ms")
    async def replay(self, body: Body) -> Dict[str, Any]:
        """Delays the replay of new connections, so that live events arrive first."""
        self._backend.faults.replay_delay_seconds = body.seconds("delay_ms")
        return {}

    @endpoint("/echo", "delay_ms", "swallow", "types")
    async def echo(self, body: Body) -> Dict[str, Any]:
        """Delays echoes, or swallows all or the next n, for some message types or all; {} restores normal."""
        swallow = body.any("swallow", False)
        if not isinstance(swallow, bool):
            swallow = body.count("swallow", 0)
        types = body.texts("types")
        self._backend.faults.echo = EchoFault(
            delay_seconds=body.seconds("delay_ms"),
            swallow=swallow,
            types=None if types is None else frozenset(types),
        )
        return {}

    @endpoint("/turns", "when_busy")
    async def turns(self, body: Body) -> Dict[str, Any]:
        """Sets the handling of a text during a turn: ignore (as Coda does) or queue."""
        when_busy = body.choice("when_busy", ("ignore", "queue"))
        self._backend.world.assistant.queue_when_busy = when_busy == "queue"
        return {"when_busy": when_busy}

    @endpoint("/voice", "text")
    async def voice(self, body: Body) -> Dict[str, Any]:
        """Sets what the microphone hears next; an empty text is silence."""
        text = body.text("text")
        self._backend.world.assistant.will_hear(text)
        return {"text": text}

    @endpoint("/dedup", "capacity")
    async def dedup(self, body: Body) -> Dict[str, Any]:
        """Sets the size of the duplicate cache; a flood soon evicts Coda's 1000 keys."""
        capacity = body.count("capacity", DEFAULT_CAPACITY)
        self._backend.world.hub.dedup.capacity = capacity
        return {"capacity": capacity}

    @endpoint("/skip-seq", "n")
    async def skip_seq(self, body: Body) -> Dict[str, Any]:
        """Leaves a gap of n in the event numbers."""
        self._backend.world.hub.seq += body.count("n", 1)
        return {"seq": self._backend.world.hub.seq}

    # ---- outgoing frames

    @endpoint("/send", "text")
    async def send(self, body: Body) -> Dict[str, Any]:
        """Sends a raw text frame to every open connection, authenticated or not."""
        return await self._send_raw(body.text("text"))

    @endpoint("/send-binary", "hex")
    async def send_binary(self, body: Body) -> Dict[str, Any]:
        """Sends a binary frame to every open connection."""
        try:
            data = bytes.fromhex(body.text("hex"))
        except ValueError as error:
            raise HttpError(400, f"'hex' is not hexadecimal: {error}") from None
        return await self._send_raw(data)

    @endpoint("/event", "type", "data")
    async def event(self, body: Body) -> Dict[str, Any]:
        """Sends an event with the next number to all clients (null if nobody is registered)."""
        self._must_not_be_frozen()
        return {"seq": await self._backend.world.hub.broadcast(body.text("type"), body.any("data", {}))}

    @endpoint("/exception", "where", "text")
    async def exception(self, body: Body) -> Dict[str, Any]:
        """Raises an unhandled exception in a "callback" or a "task", or logs one as a "log" record of asyncio."""
        where, text = body.choice("where", ("callback", "task", "log"), "callback"), body.text("text", "artificial")

        def fail() -> None:
            raise RuntimeError(text)

        async def work() -> None:
            fail()

        loop = asyncio.get_running_loop()
        if where == "callback":
            loop.call_soon(fail)
        elif where == "task":
            task = asyncio.create_task(work(), name="artificial task")
            await asyncio.wait([task])
            del task
        else:
            logging.getLogger("asyncio").warning("%s", text)
        return {"where": where}

    @endpoint("/clock", "jump_seconds")
    async def clock(self, body: Body) -> Dict[str, Any]:
        """Shifts the timestamps of events from now on, either way; /reset undoes it."""
        hub = self._backend.world.hub
        hub.clock_offset += float(body.any("jump_seconds", 0))
        return {"offset": hub.clock_offset}

    @endpoint("/other-client", "type", "data", "count", "gap_ms")
    async def other_client(self, body: Body) -> Dict[str, Any]:
        """Sends echoes of another client's messages: "count" of them, "gap_ms" apart."""
        hub, gap = self._backend.world.hub, body.seconds("gap_ms")
        kind, data = body.text("type", "text_input"), body.any("data", {})
        for _ in range(body.count("count", 1, least=1)):
            echo = {"client_id": OTHER_CLIENT, "message_type": kind, "message_data": data}
            await hub.broadcast("client_message", echo)
            await asyncio.sleep(gap)
        return {"client_id": OTHER_CLIENT}

    @endpoint(
        "/ill",
        "hang",
        "lose",
        "delay_ms",
        "twice",
        "swap",
        "change",
        "replace",
        "clock_stands",
        "grow_mb",
        "grow_percent",
        "metrics_ms",
    )
    async def ill(self, body: Body) -> Dict[str, Any]:
        """Makes Coda itself ill, in place of what ailed it before; see illness.py. /reset heals it."""
        faults = self._backend.faults
        faults.illness.heal()
        metrics = body.seconds("metrics_ms")
        faults.illness = Illness(
            hang=frozenset(body.any("hang", [])),
            lose=frozenset(body.any("lose", [])),
            delay_seconds={kind: millis / 1000 for kind, millis in body.any("delay_ms", {}).items()},
            twice=frozenset(body.any("twice", [])),
            swap=frozenset(body.any("swap", [])),
            change=body.any("change", {}),
            replace={kind: (other[0], other[1]) for kind, other in body.any("replace", {}).items()},
            clock_stands=bool(body.any("clock_stands", False)),
            grow_mb=float(body.any("grow_mb", 0)),
            grow_percent=float(body.any("grow_percent", 0)),
            metrics_seconds=metrics or None,
        )
        return {}

    @endpoint("/flood", "rate", "seconds", "count", "mix", "wait")
    async def flood(self, body: Body) -> Dict[str, Any]:
        """Sends "count" events at once or at "rate" a second, or "rate" for "seconds"; "wait" answers at the end."""
        self._must_not_be_frozen()
        rate = body.positive("rate") if body.has("rate") else None
        if body.has("count") == body.has("seconds"):
            raise HttpError(400, 'give either "count" (with or without "rate") or "seconds" with "rate"')
        if body.has("count"):
            count = body.count("count", 1, least=1)
        else:
            count = max(1, round(body.positive("rate") * body.positive("seconds")))
        mix = body.choice("mix", (DEFAULT_MIX, *SAMPLES), DEFAULT_MIX)
        flood = Flood(count, rate, mix, marker=f"flood-{next(self._flood_numbers)}-end")
        wait = body.flag("wait", False)
        running = self._backend.tasks.spawn(flood.run(self._backend.world.hub), "flood")
        if wait:
            result: Dict[str, Any] = await running
            return result
        return {"marker": flood.marker, "planned": count}

    # ---- helpers

    async def _send_raw(self, frame: Any) -> Dict[str, Any]:
        self._must_not_be_frozen()
        sent = 0
        for connection in self._backend.open_connections():
            try:
                await connection.socket.send(frame)
                sent += 1
            except ConnectionClosed:
                log.info("connection %d ended before the frame was sent", connection.number)
        return {"connections": sent}

    def _must_not_be_frozen(self) -> None:
        if self._backend.faults.frozen:
            raise HttpError(409, 'the server is frozen and sends nothing; first POST {"on": false} to /freeze')
