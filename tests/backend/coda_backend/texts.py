"""What the scripted assistant says."""

from __future__ import annotations

WEATHER = "It is **24 degrees** and sunny in Rabat.\n\n| Day | High | Low |\n| --- | ---: | ---: |\n| Today | 24 | 15 |\n| Tomorrow | 22 | 14 |"

CODE = """Here is how to list files by size:

```python
import os

for name in sorted(os.listdir("."), key=os.path.getsize):
    print(f"{os.path.getsize(name):>10}  {name}")
```

It prints the *smallest* first."""

MARKDOWN = """# A heading

Some **strong**, *soft*, ~~struck~~ and `inline code`.

1. first
2. second
   - nested
   - [x] done

> A quotation.

| Left | Right |
| :--- | ----: |
| a | 1 |

```rust
fn main() {}
```

---

A [link](https://example.org/) and an ![image](https://example.org/picture.png)."""

HOSTILE = """<script>window.__hacked = 1</script>

<img src=x onerror="window.__hacked = 2"> and <b onclick="window.__hacked = 3">bold</b>

[click me](javascript:window.__hacked=4) [data](data:text/html,<script>window.__hacked=5</script>)
[case](JaVaScRiPt:window.__hacked=6) [tab](java\tscript:window.__hacked=7) [vb](vbscript:x)

![picture](javascript:window.__hacked=8) <iframe src="javascript:parent.__hacked=9"></iframe>

<svg onload="window.__hacked = 10"></svg> <style>* { display: none }</style>"""


def answer(text: str) -> str:
    """The answer to a text, by the words in it."""
    lower = text.lower()
    if "hostile" in lower:
        return HOSTILE
    if "markdown" in lower:
        return MARKDOWN
    if "long" in lower:
        return "You said: " + text + "\n\n" + " ".join(f"word{n}" for n in range(400))
    if "weather" in lower:
        return WEATHER
    if "python" in lower or "code" in lower:
        return CODE
    return f"You said: {text}"


def tokens(text: str) -> list[str]:
    """The text in pieces that together are the text again."""
    pieces: list[str] = []
    start = 0
    for at in range(1, len(text)):
        if text[at] == " " or text[at] == "\n":
            pieces.append(text[start:at])
            start = at
    return [*pieces, text[start:]] if text else []
