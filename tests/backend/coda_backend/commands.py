"""The five commands that Coda understands; other messages are echoed and otherwise ignored."""

from __future__ import annotations

from typing import Any, Callable, Dict

from .assistant import Assistant

# The prompt of demo_flow, regardless of its data.
DEMO_PROMPT = "Tell me a short joke."

DEFAULT_LISTEN_SECONDS = 5


class Commands:
    """Maps messages to the assistant's actions."""

    def __init__(self, assistant: Assistant, on_error: Callable[[str], None]) -> None:
        self._assistant = assistant
        self._on_error = on_error
        self._handlers: Dict[str, Callable[[Any], str]] = {
            "stt_start": self._stt_start,
            "stt_stop": lambda _data: assistant.stop_listening(),
            "tts_stop": lambda _data: assistant.stop_speaking(),
            "text_input": lambda data: assistant.hear(data.get("text", "").strip()),
            "demo_flow": lambda _data: assistant.hear(DEMO_PROMPT),
        }

    def handle(self, kind: Any, data: Any) -> str:
        """Starts the requested action and returns its outcome in a word.

        Data of the wrong shape must not end the connection: Coda logs the error and continues.
        """
        handler = self._handlers.get(kind) if isinstance(kind, str) else None
        if handler is None:
            return "no command"
        try:
            return handler(data)
        except (AttributeError, TypeError) as error:
            self._on_error(f"{kind} with unusable data: {error}")
            return "unusable data"

    def _stt_start(self, data: Any) -> str:
        if data.get("mode", "push_to_talk") != "push_to_talk":
            return "unknown mode"
        return self._assistant.listen(data.get("duration", DEFAULT_LISTEN_SECONDS), bool(data.get("continuous", False)))
