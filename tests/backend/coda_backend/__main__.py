"""Starts the test server: `python -m coda_backend --port 8765 --control-port 8766`."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys

from .assistant import Assistant
from .control import Control
from .server import CodaServer


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="coda_backend", description="A Coda server for tests.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one")
    parser.add_argument("--control-port", type=int, default=8766, help="0 takes a free one")
    parser.add_argument("--no-challenge", action="store_true", help="ask for no authentication, as Coda 0.1.1")
    parser.add_argument("--quiet-metrics", action="store_true", help="send no system_metrics by itself")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0, help="2 plays turns twice as fast")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when standard input closes")
    return parser.parse_args()


async def run(options: argparse.Namespace) -> None:
    """Serves until told to end."""
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, end.set)
    if options.exit_with_stdin:
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        watch = asyncio.create_task(reader.read())
        watch.add_done_callback(lambda _: end.set())

    server = CodaServer(options.host, options.port, always_challenge=not options.no_challenge)
    assistant = Assistant(server, options.seed, options.speed, metrics=not options.quiet_metrics)
    await server.listen()
    control_port = await Control(server).listen(options.host, options.control_port)
    ready = {"ws": f"ws://{options.host}:{server.port}", "control": f"http://{options.host}:{control_port}"}
    print(json.dumps(ready), flush=True)
    logging.info("Coda's test server listens at %(ws)s, its control interface at %(control)s", ready)
    playing = asyncio.create_task(assistant.run())
    await end.wait()
    playing.cancel()
    server.drop()


def main() -> None:
    """Parses the command line and runs."""
    options = arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    try:
        asyncio.run(run(options))
    except OSError as error:
        sys.exit(f"coda_backend: cannot listen on port {options.port} or {options.control_port}: {error}. "
                 "Is another one running? Choose others with --port and --control-port.")


if __name__ == "__main__":
    main()
