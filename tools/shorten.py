"""Gives what a program takes from its scripts short names, in both, and leaves comments and indentation out of the scripts.

shorten.py PROGRAM SCRIPT... wasm-bindgen's names end in sixteen digits at random, which nothing compresses.
"""

import re
import sys
from pathlib import Path
from typing import List

from wasm import with_import_names

LONG = re.compile(r"\b__wb\w+_[0-9a-f]{16}\b")
# A generator wrote the scripts: no string in them goes over several lines, and a comment has its lines for itself.
UNNEEDED = re.compile(r"^\s*(?:/\*\*|\*/?|//)(?: .*)?\n|^\s+", re.MULTILINE)


def main(program: Path, scripts: List[Path]) -> None:
    sources = [script.read_text(encoding="utf-8") for script in scripts]
    long = sorted({name for source in sources for name in LONG.findall(source)})
    short = {name: f"_{place}" for place, name in enumerate(long)}
    if not long:
        raise SystemExit(f"shorten.py: {scripts[0]} has no long names: wasm-bindgen names things otherwise by now")
    taken = set(re.findall(r"\b_\d+\b", "\n".join(sources)))
    if taken:
        raise SystemExit(f"shorten.py: {scripts[0]} has names of its own like {min(taken)}: choose others in shorten.py")
    for script, source in zip(scripts, sources):
        script.write_text(UNNEEDED.sub("", LONG.sub(lambda name: short[name[0]], source)), encoding="utf-8")
    program.write_bytes(with_import_names(program.read_bytes(), short))


main(Path(sys.argv[1]), [Path(script) for script in sys.argv[2:]])
