"""Lists the largest functions of a WebAssembly program that still has their names: bytes and name, largest first."""

import re
import sys
from pathlib import Path

from wasm import Program

SHOWN = 40


def main(path: str) -> None:
    program = Program(Path(path).read_bytes())
    sizes = ((len(body), program.imported + at) for at, body in enumerate(program.bodies))
    for size, index in sorted(sizes, reverse=True)[:SHOWN]:
        name = program.names.get(index, "?")
        name = re.sub(r"\$u(2[0-9a-f]|3[0-9a-f]|7[0-9a-f])\$", lambda code: chr(int(code[1], 16)), name)
        print(f"{size:8d} {name}")


main(sys.argv[1])
