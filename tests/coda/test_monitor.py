"""contrib/coda_monitor.py in Coda Lite's own server: `CODA_LITE=path python test_monitor.py` or `make test-coda`."""

import asyncio
import json
import logging
import os
import sys
import unittest
import warnings
from pathlib import Path
from typing import Any, Dict

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "contrib"), os.environ.get("CODA_LITE", "")]
warnings.simplefilter("ignore", DeprecationWarning)

import coda_monitor  # noqa: E402
import websockets  # noqa: E402

PATIENCE_SECONDS = 10


class InCodaLite(unittest.IsolatedAsyncioTestCase):
    async def test_an_artificial_exception_in_a_callback_reaches_the_dashboard(self) -> None:
        from websocket import CodaWebSocketServer

        logging.disable(logging.INFO)
        server = CodaWebSocketServer(host="127.0.0.1", port=0)
        await server.start()
        self.addAsyncCleanup(server.stop)
        monitor = coda_monitor.install(server)
        self.addCleanup(monitor.uninstall)
        port = server.server.sockets[0].getsockname()[1]
        async with websockets.connect(f"ws://127.0.0.1:{port}") as socket:
            challenge = json.loads(await socket.recv())
            await socket.send(json.dumps({"type": "auth_response", "data": {"token": challenge["data"]["token"]}}))
            self.assertTrue(json.loads(await socket.recv())["data"]["success"])

            def fail() -> None:
                raise RuntimeError("artificial")

            asyncio.get_running_loop().call_soon(fail)
            event = await asyncio.wait_for(self.next_error(socket), PATIENCE_SECONDS)
        self.assertEqual(event["data"]["message"], "RuntimeError: artificial")
        self.assertEqual(event["data"]["details"]["source"], "coda_monitor")

    async def next_error(self, socket: Any) -> Dict[str, Any]:
        while True:
            event: Dict[str, Any] = json.loads(await socket.recv())
            if event["type"] == "system_error":
                return event


if __name__ == "__main__":
    unittest.main()
