"""Reads the JSON body of a control call and reports its errors."""

from __future__ import annotations

import json
import math
from typing import Any, Iterable, List, Optional

from .httpd import HttpError


class Body:
    """The fields of one call. Everything is optional unless a method says otherwise."""

    def __init__(self, raw: bytes, allowed: Iterable[str]) -> None:
        try:
            fields = json.loads(raw) if raw.strip() else {}
        except (ValueError, RecursionError) as error:
            raise HttpError(400, f"the body is not JSON: {error}") from None
        if not isinstance(fields, dict):
            raise HttpError(400, 'the body must be a JSON object, such as {"on": true}')
        known = list(allowed)
        unknown = [name for name in fields if name not in known]
        if unknown:
            # Otherwise a misspelt field would silently cause no fault.
            raise HttpError(400, f"unknown field {unknown[0]!r}; this call takes {', '.join(known) or 'no fields'}")
        self._fields = fields

    def has(self, name: str) -> bool:
        return name in self._fields

    def any(self, name: str, default: Any = None) -> Any:
        return self._fields.get(name, default)

    def flag(self, name: str, default: bool) -> bool:
        value = self._fields.get(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def number(self, name: str, default: float, least: float = 0.0) -> float:
        value = self._fields.get(name, default)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or value < least:
            raise self._wrong(name, f"a number of at least {least:g}")
        return float(value)

    def positive(self, name: str) -> float:
        """A required number above 0."""
        value = self.number(name, 0.0)
        if value == 0:
            raise self._wrong(name, "a number above 0")
        return value

    def count(self, name: str, default: int, least: int = 0) -> int:
        value = self._fields.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self._wrong(name, f"a whole number of at least {least}")
        return value

    def seconds(self, name: str, default: float = 0.0) -> float:
        """A time in milliseconds, returned in seconds."""
        return self.number(name, default * 1000) / 1000

    def text(self, name: str, default: Optional[str] = None) -> str:
        value = self._fields.get(name, default)
        if not isinstance(value, str):
            raise self._wrong(name, "a string")
        return value

    def choice(self, name: str, choices: Iterable[str], default: Optional[str] = None) -> str:
        allowed = list(choices)
        value = self._fields.get(name, default)
        if value not in allowed:
            raise self._wrong(name, f"one of {', '.join(allowed)}")
        return str(value)

    def texts(self, name: str) -> Optional[List[str]]:
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(name, "a list of strings")
        return value

    def _wrong(self, name: str, expected: str) -> HttpError:
        if name not in self._fields:
            return HttpError(400, f"{name!r} is missing: give {expected}")
        return HttpError(400, f"{name!r} must be {expected}, but is {json.dumps(self._fields[name])}")
