"""Gives what a program takes from its scripts short names, in both, and leaves comments and indentation out of the scripts.

shorten.py PROGRAM SCRIPT... wasm-bindgen's names end in sixteen digits at random, which nothing compresses.
"""

import re
import sys
from pathlib import Path
from typing import List

from wasm import with_import_names

LONG = re.compile(r"\b__wb(?:g_\w+|indgen_cast)_[0-9a-f]{16}\b")
# Scripts that a generator wrote: no string in them goes over several lines.
UNNEEDED = re.compile(r"^\s*(?:/?\*|//).*\n|^\s+", re.MULTILINE)


def main(program: Path, scripts: List[Path]) -> None:
    sources = [script.read_text() for script in scripts]
    long = sorted({name for source in sources for name in LONG.findall(source)})
    short = {name: f"_{place}" for place, name in enumerate(long)}
    taken = set(re.findall(r"\b_\d+\b", "\n".join(sources)))
    if taken:
        raise SystemExit(f"shorten.py: {scripts[0]} has names of its own like {min(taken)}: choose others in shorten.py")
    for script, source in zip(scripts, sources):
        script.write_text(UNNEEDED.sub("", LONG.sub(lambda name: short[name[0]], source)))
    program.write_bytes(with_import_names(program.read_bytes(), short))


main(Path(sys.argv[1]), [Path(script) for script in sys.argv[2:]])
