"""Lists the largest functions of a WebAssembly program that still has their names: bytes and name, largest first."""

import re
import sys
from pathlib import Path
from typing import Dict, Iterator, Tuple

SHOWN = 40
CUSTOM, IMPORTS, CODE = 0, 2, 10
FUNCTION_NAMES = 1


class Reader:
    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def number(self) -> int:
        """A number as LEB128 (WebAssembly core specification, 5.2.2)."""
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


def sections(data: bytes) -> Iterator[Tuple[int, bytes]]:
    reader = Reader(data, 8)
    while reader.at < len(data):
        kind = reader.take(1)[0]
        yield kind, reader.take(reader.number())


def imported_functions(body: bytes) -> int:
    """How many functions come from outside: they are counted before the program's own."""
    reader, count = Reader(body), 0
    for _ in range(reader.number()):
        reader.text(), reader.text()
        kind = reader.take(1)[0]
        if kind == 0:
            count += 1
            reader.number()
        elif kind == 3:
            reader.take(2)
        elif kind == 4:
            reader.take(1)
            reader.number()
        else:
            reader.take(kind == 1)
            has_maximum = reader.number() & 1
            reader.number()
            if has_maximum:
                reader.number()
    return count


def names(body: bytes) -> Dict[int, str]:
    reader = Reader(body)
    if reader.text() != "name":
        return {}
    while reader.at < len(body):
        kind, size = reader.take(1)[0], reader.number()
        if kind == FUNCTION_NAMES:
            return {reader.number(): reader.text() for _ in range(reader.number())}
        reader.take(size)
    return {}


def main(path: str) -> None:
    first, sizes, known = 0, [], {}
    for kind, body in sections(Path(path).read_bytes()):
        reader = Reader(body)
        if kind == IMPORTS:
            first = imported_functions(body)
        elif kind == CODE:
            for _ in range(reader.number()):
                sizes.append(reader.number())
                reader.take(sizes[-1])
        elif kind == CUSTOM:
            known.update(names(body))
    for size, index in sorted(((size, first + at) for at, size in enumerate(sizes)), reverse=True)[:SHOWN]:
        name = re.sub(r"\$u(2[0-9a-f]|3[0-9a-f]|7[0-9a-f])\$", lambda code: chr(int(code[1], 16)), known.get(index, "?"))
        print(f"{size:8d} {name}")


main(sys.argv[1])
