"""The assistant's answers: selected by words in the text, with Markdown of every kind, including hostile."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import List, Optional

LONG_TOKENS = 400

MARKDOWN = """# Heading one

## Heading two

A paragraph with **bold**, *italic*, ~~struck~~ and `inline code`, and a
second line.

- first
- second
  - nested

1. one
2. two

- [x] done
- [ ] open

> A quotation.

```python
def size(path):
    return os.path.getsize(path)  # <b>not a tag</b>
```

| unit | bytes |
|:-----|------:|
| KB   | 1024  |
| MB   | 1048576 |

See [a link](https://example.org/), <https://www.python.org> or ![a picture](https://example.org/picture.png).

---

The end."""

# All of this must end up as text or disappear; a page that runs any of it sets window.__hacked.
HOSTILE = """Before <script>window.__hacked = 1</script> after.

<img src=x onerror="window.__hacked = 2">

[a link](javascript:window.__hacked=3) and [another](JaVaScRiPt:window.__hacked=4)
[a third](java\tscript:window.__hacked=5) and [a fourth](vbscript:window.__hacked=15).

[data](data:text/html;base64,PHNjcmlwdD53aW5kb3cuX19oYWNrZWQ9Njwvc2NyaXB0Pg==)

![image](data:image/svg+xml,<svg onload="window.__hacked=7"/>)

<svg onload="window.__hacked = 8"></svg> <iframe srcdoc="<script>parent.__hacked = 9</script>"></iframe>

<a href="javascript:window.__hacked=10" onclick="window.__hacked=11">click</a> <style>body { display: none }</style>

<javascript:window.__hacked=12>

```html" onmouseover="window.__hacked=13
</code></pre><script>window.__hacked = 14</script>
```

The hostile reply ends here."""

EXTRAS = (
    "That is all there is to it.",
    "Three things follow:\n\n- **first** this\n- then *that*\n- and the rest",
    "As code:\n\n```python\nprint('hello')\n```",
    "As a table:\n\n| unit | bytes |\n|---|---|\n| KB | 1024 |",
    "More on that [in the documentation](https://docs.python.org/3/).",
)


@dataclass(frozen=True)
class Reply:
    """The content of one turn. `tool` is None, "ok" or "error"."""

    text: str
    tool: Optional[str]
    llm_error: bool
    # Reports each step of the language model twice, as Coda's main program does.
    doubled: bool


def reply_to(text: str, dice: random.Random) -> Reply:
    """The same text and the same dice give the same reply. The README lists common keywords."""
    words = text.lower()
    tool_error = "tool error" in words
    tool: Optional[str] = None
    if tool_error:
        tool = "error"
    elif "tool" in words or dice.random() < 0.2:
        tool = "ok"
    return Reply(
        text=f"You said: {text}\n\n{_body(words, dice)}",
        tool=tool,
        llm_error="error" in words and not tool_error,
        doubled="doubled" in words,
    )


def tokens(text: str) -> List[str]:
    """Splits the text after each run of white space; the parts join to the same text."""
    return re.findall(r"\s*\S+\s*", text)


def _body(words: str, dice: random.Random) -> str:
    if "hostile" in words:
        return HOSTILE
    if "markdown" in words:
        return MARKDOWN
    if "long" in words:
        return " ".join(f"word{n}" + ("." if n % 12 == 11 else "") for n in range(LONG_TOKENS))
    return dice.choice(EXTRAS)
