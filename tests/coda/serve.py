"""Starts the WebSocket server of a Coda Lite checkout, with a scripted assistant in place of its models.

The server, its authentication, deduplication, echo and replay are Coda Lite's own unchanged code; only the answers
are scripted. Prints its address as one line of JSON once it listens.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import warnings
from pathlib import Path
from typing import Any, Dict

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "backend"))

from coda_backend.assistant import Assistant  # noqa: E402
from coda_backend.commands import Commands  # noqa: E402
from coda_backend.tasks import Tasks  # noqa: E402
from coda_backend.wire import HIGH_PRIORITY  # noqa: E402

METRICS_SECONDS = 1.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--coda", type=Path, required=True, help="a checkout of Coda Lite")
    parser.add_argument("--port", type=int, default=8765, help="0 for any (default: %(default)s)")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when standard input ends")
    options = parser.parse_args()
    if not (options.coda / "websocket" / "server_fixed.py").is_file():
        parser.error(f"{options.coda} is no checkout of Coda Lite: it has no websocket/server_fixed.py")
    sys.path.insert(0, str(options.coda.resolve()))
    # Coda Lite imports names that the library has since deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    try:
        asyncio.run(serve(options.port, options.exit_with_stdin))
    except KeyboardInterrupt:
        pass
    return 0


async def serve(port: int, exit_with_stdin: bool) -> None:
    from websocket import CodaWebSocketServer

    server = CodaWebSocketServer(host="127.0.0.1", port=port)
    tasks = Tasks(print_error)

    async def emit(kind: str, data: Dict[str, Any]) -> None:
        push(kind, data, kind in HIGH_PRIORITY)

    assistant = Assistant(emit, print_error)
    commands = Commands(assistant, print_error)
    push = server.push_event

    def push_and_act(kind: str, data: Dict[str, Any], high_priority: bool = False) -> None:
        push(kind, data, high_priority)
        if kind == "client_message":
            commands.handle(data["message_type"], data["message_data"])

    # Coda's main program receives messages in the same way; the server offers no other.
    server.push_event = push_and_act
    await server.start()
    tasks.spawn(measure(emit), "metrics")
    address = f"ws://127.0.0.1:{server.server.sockets[0].getsockname()[1]}"
    print(json.dumps({"ws": address, "control": None}), flush=True)
    if exit_with_stdin:
        await asyncio.to_thread(sys.stdin.buffer.read)
        await assistant.end()
        await tasks.cancel()
        await server.stop()
    else:
        # Until Ctrl+C.
        await asyncio.Event().wait()


def print_error(error: str) -> None:
    print(error, file=sys.stderr)


async def measure(emit: Any) -> None:
    """Sends the machine's metrics, as Coda does unprompted."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    while True:
        figures = {"memory_mb": 512, "cpu_percent": 7.5, "gpu_vram_mb": 0, "uptime_seconds": loop.time() - start}
        await emit("system_metrics", figures)
        await asyncio.sleep(METRICS_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
