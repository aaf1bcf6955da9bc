"""Do to a copy of the source what a page of `docs/howto` says.

A fenced block is about the file that was named last before it, under `src/sikpro`. A block of `diff` changes it: lines
with `-` go, lines with `+` come, the others must be there, `@@` begins another place of the same file. Any other block
is a new file; a new migration gets the number that is next by now.
"""

import re
from pathlib import Path
from textwrap import dedent

_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`([\w.-]+/[\w./-]+\.\w+)`")


def follow(page: Path, source: Path) -> list[str]:
    """Carry out every block of a page, and name the files it touched. Raises `ValueError` where one does not fit."""
    text, touched = page.read_text("utf-8"), dict[str, None]()
    for block in _BLOCK.finditer(text):
        name = _FILE.findall(text[: block.start()])[-1]
        path, content = source / name, dedent(block[3])
        if block[2] == "diff":
            path.write_text(changed(path.read_text("utf-8"), content, name), "utf-8")
        elif path.exists():
            raise ValueError(f"{page.name}: {name} is there already")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(numbered(content, path), "utf-8")
        touched[name] = None
    return list(touched)


def numbered(content: str, path: Path) -> str:
    """A migration with the next number: others have come since the page was written. Any other file as it is."""
    if path.parent.name != "versions":
        return content
    last = max(int(other.name[1:5]) for other in path.parent.glob("v[0-9]*.py"))
    content = re.sub(r'^revision = ".*"', f'revision = "{last + 1:04}"', content, flags=re.MULTILINE)
    return re.sub(r'^down_revision = ".*"', f'down_revision = "{last:04}"', content, flags=re.MULTILINE)


def changed(text: str, difference: str, name: str = "") -> str:
    """A text with a difference carried out; each place must be there once.

    >>> changed("one\\ntwo\\n", " one\\n-two\\n+three\\n")
    'one\\nthree\\n'
    """
    for place in re.split(r"^@@\n", difference, flags=re.MULTILINE):
        lines = [line or " " for line in place.splitlines()]
        before = "".join(line[1:] + "\n" for line in lines if line[0] != "+")
        after = "".join(line[1:] + "\n" for line in lines if line[0] != "-")
        if text.count(before) != 1:
            raise ValueError(f"{name} has this {text.count(before)} times:\n{before}")
        text = text.replace(before, after)
    return text
