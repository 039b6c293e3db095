"""The command line: starts the server, prints its addresses, and stops it cleanly."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import sys
import threading

from .server import Backend, PortTaken
from .settings import Settings


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m coda_backend", description="A test server that behaves like Coda.")
    default = Settings()
    parser.add_argument("--host", default=default.host, help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=default.port, help="WebSocket port, 0 for any (default: %(default)s)"
    )
    parser.add_argument(
        "--control-port", type=int, default=default.control_port, help="HTTP control port (default: %(default)s)"
    )
    parser.add_argument("--no-challenge", action="store_true", help="behave like Coda 0.1.1: no authentication")
    parser.add_argument("--quiet-metrics", action="store_true", help="send no system_metrics")
    parser.add_argument("--seed", type=int, default=default.seed, help="of all dice (default: %(default)s)")
    parser.add_argument("--speed", type=float, default=default.speed, help="of the assistant (default: %(default)s)")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when standard input ends")
    options = parser.parse_args()
    if options.speed <= 0:
        parser.error("--speed must be above 0")
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")
    # The library logs a stack trace for each half-open connection, such as a port scan or a drop leaves behind.
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    settings = Settings(
        host=options.host,
        port=options.port,
        control_port=options.control_port,
        challenge=not options.no_challenge,
        metrics=not options.quiet_metrics,
        seed=options.seed,
        speed=options.speed,
    )
    try:
        asyncio.run(_run(settings, options.exit_with_stdin))
    except PortTaken as error:
        print(f"coda_backend: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(settings: Settings, exit_with_stdin: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        # Windows has no signal handlers here; Ctrl+C ends the loop directly.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(each, stop.set)
    backend = Backend(settings)
    await backend.start()
    print(json.dumps({"ws": backend.ws_url, "control": backend.control_url}), flush=True)
    if exit_with_stdin:
        threading.Thread(target=_wait_for_stdin_end, args=(loop, stop), daemon=True).start()
    await stop.wait()
    logging.getLogger("coda_backend").info("stopping")
    await backend.stop()


def _wait_for_stdin_end(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Uses a thread, because the event loop cannot watch every kind of standard input."""
    while sys.stdin.buffer.read(4096):
        pass
    loop.call_soon_threadsafe(stop.set)


if __name__ == "__main__":
    sys.exit(main())
