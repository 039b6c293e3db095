"""Reads what a WebAssembly program is made of (core specification, chapter 5), and writes other names into it."""

from typing import Dict, Iterator, List, NamedTuple, Tuple

CUSTOM, IMPORTS, CODE = 0, 2, 10
FUNCTION, TABLE, _MEMORY, GLOBAL, TAG = range(5)
FUNCTION_NAMES = 1


class Reader:
    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def number(self) -> int:
        """A number as LEB128."""
        value, shift = 0, 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def take(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]

    def text(self) -> str:
        return self.take(self.number()).decode("utf-8", "replace")


def number(value: int) -> bytes:
    """A number as LEB128."""
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + number(rest) if rest else bytes([low])


class Program:
    """How many functions come from outside, which are counted before the program's own; the bodies of its own; names."""

    def __init__(self, data: bytes) -> None:
        self.imported = 0
        self.bodies: List[bytes] = []
        self.names: Dict[int, str] = {}
        for kind, section in sections(data):
            if kind == IMPORTS:
                self.imported = sum(each.kind == FUNCTION for each in imports(section))
            elif kind == CODE:
                reader = Reader(section)
                self.bodies = [reader.take(reader.number()) for _ in range(reader.number())]
            elif kind == CUSTOM:
                self.names.update(function_names(section))


def sections(data: bytes) -> Iterator[Tuple[int, bytes]]:
    reader = Reader(data, 8)
    while reader.at < len(data):
        kind = reader.take(1)[0]
        yield kind, reader.take(reader.number())


class Import(NamedTuple):
    module: str
    name: str
    kind: int
    description: bytes


def imports(section: bytes) -> Iterator[Import]:
    reader = Reader(section)
    for _ in range(reader.number()):
        module, name, kind = reader.text(), reader.text(), reader.take(1)[0]
        start = reader.at
        if kind == FUNCTION:
            reader.number()
        elif kind == GLOBAL:
            reader.take(2)
        elif kind == TAG:
            reader.take(1)
            reader.number()
        else:
            reader.take(kind == TABLE)
            has_maximum = reader.number() & 1
            reader.number()
            if has_maximum:
                reader.number()
        yield Import(module, name, kind, section[start : reader.at])
    if reader.at != len(section):
        raise SystemExit("wasm.py: an import is of a kind that is not known here")


def with_import_names(data: bytes, names: Dict[str, str]) -> bytes:
    """The program, with other names for what it takes from outside."""

    def renamed(section: bytes) -> bytes:
        known = list(imports(section))
        entries = (
            text(each.module) + text(names.get(each.name, each.name)) + bytes([each.kind]) + each.description for each in known
        )
        return number(len(known)) + b"".join(entries)

    return data[:8] + b"".join(
        written(kind, renamed(section) if kind == IMPORTS else section) for kind, section in sections(data)
    )


def function_names(section: bytes) -> Dict[int, str]:
    reader = Reader(section)
    if reader.text() != "name":
        return {}
    while reader.at < len(section):
        kind, size = reader.take(1)[0], reader.number()
        if kind == FUNCTION_NAMES:
            return {reader.number(): reader.text() for _ in range(reader.number())}
        reader.take(size)
    return {}


def with_function_names(data: bytes, names: Dict[int, str]) -> bytes:
    """The program, with these names in place of those that it may have."""
    table = number(len(names)) + b"".join(number(index) + text(name) for index, name in sorted(names.items()))
    named = text("name") + bytes([FUNCTION_NAMES]) + number(len(table)) + table
    others = (each for each in sections(data) if each[0] != CUSTOM or Reader(each[1]).text() != "name")
    return data[:8] + b"".join(written(kind, section) for kind, section in others) + written(CUSTOM, named)


def written(kind: int, section: bytes) -> bytes:
    return bytes([kind]) + number(len(section)) + section


def text(value: str) -> bytes:
    return number(len(value.encode())) + value.encode()
