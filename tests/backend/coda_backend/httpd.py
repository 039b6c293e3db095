"""Minimal HTTP for the control interface: one JSON request per connection, readable from any web page."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any, Awaitable, Callable, Optional, Tuple

Answer = Tuple[int, Any]
Handler = Callable[[str, str, bytes], Awaitable[Answer]]

REASONS = {200: "OK", 204: "No Content", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
           409: "Conflict", 413: "Payload Too Large", 500: "Internal Server Error"}  # fmt: skip

# A frame above the WebSocket limit of 10 MiB must fit, even with JSON escapes.
MAX_BODY_BYTES = 64 * 1024 * 1024

# Tests run in a page of another origin, so the browser sends a preflight (OPTIONS) before it posts JSON.
CORS = (
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Allow-Methods: GET, POST, OPTIONS\r\n"
    "Access-Control-Allow-Headers: *\r\n"
    "Access-Control-Max-Age: 600\r\n"
)


class HttpError(Exception):
    """A response other than 200."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


async def serve_http(handler: Handler, host: str, port: int) -> asyncio.Server:
    """Listens; `handler` takes method, path and body and returns status and JSON."""

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client that leaves early, or only probes the port, is not an error.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            try:
                status, answer = await _answer(handler, reader)
            except HttpError as error:
                status, answer = error.status, {"error": error.text}
            writer.write(_response(status, answer))
            await writer.drain()
        writer.close()

    return await asyncio.start_server(serve_one, host, port)


async def _answer(handler: Handler, reader: asyncio.StreamReader) -> Answer:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.LimitOverrunError:
        raise HttpError(400, "the request's headers are too long") from None
    request_line, _, header_lines = head.partition("\r\n")
    parts = request_line.split(" ")
    if len(parts) != 3:
        raise HttpError(400, f"not an HTTP request: {request_line!r}")
    method, target, _version = parts
    body = await reader.readexactly(_body_length(header_lines))
    if method == "OPTIONS":
        return 204, None
    return await handler(method, target.partition("?")[0], body)


def _body_length(header_lines: str) -> int:
    for line in header_lines.split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "transfer-encoding":
            raise HttpError(400, "a body in chunks is not understood; send Content-Length")
        if name.strip().lower() == "content-length":
            if not value.strip().isdigit():
                raise HttpError(400, f"Content-Length is not a number: {value.strip()!r}")
            length = int(value)
            if length > MAX_BODY_BYTES:
                raise HttpError(413, f"the body has {length} bytes; the limit is {MAX_BODY_BYTES}")
            return length
    return 0


def _response(status: int, answer: Optional[Any]) -> bytes:
    body = b"" if answer is None else (json.dumps(answer, indent=1) + "\n").encode()
    head = (
        f"HTTP/1.1 {status} {REASONS[status]}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\n"
        f"{CORS}"
        "Connection: close\r\n\r\n"
    )
    return head.encode("latin-1") + body
