"""Names the functions of a WebAssembly program by their place in an order that compresses well, for wasm-opt to sort by.

order.py PROGRAM. Code is made anew for each type that it is used with, so that a program is full of functions that are
nearly alike. gzip finds what it has seen only within the last 32 kB: each function is put behind the one that is most like it.
"""

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Dict, List, Set

from wasm import Program, with_function_names

# Functions are alike where they have sequences of so many bytes in common.
LENGTH = 4
# A sequence that is in more functions than this tells nothing, and would take the time.
COMMON = 300


def sequences(body: bytes) -> Set[int]:
    return {int.from_bytes(body[at : at + LENGTH], "little") for at in range(max(1, len(body) - LENGTH + 1))}


def order(bodies: List[bytes]) -> List[int]:
    contents = [sequences(body) for body in bodies]
    spread = Counter(sequence for content in contents for sequence in content)
    found_in: Dict[int, List[int]] = defaultdict(list)
    for function, content in enumerate(contents):
        for sequence in content:
            if 2 <= spread[sequence] <= COMMON:
                found_in[sequence].append(function)
    left, result = dict.fromkeys(range(len(bodies))), []
    while left:
        function = next(iter(left))
        while function is not None:
            result.append(function)
            del left[function]
            shared = Counter(other for sequence in contents[function] for other in found_in.get(sequence, ()) if other in left)
            size = len(contents[function])
            likeness = {other: count / (len(contents[other]) + size - count) for other, count in shared.items()}
            function = max(likeness, key=lambda other: (likeness[other], -other), default=None)
    return result


def main(path: Path) -> None:
    data = path.read_bytes()
    program = Program(data)
    names = {program.imported + function: f"{place:06d}" for place, function in enumerate(order(program.bodies))}
    path.write_bytes(with_function_names(data, names))


main(Path(sys.argv[1]))
