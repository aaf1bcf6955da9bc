"""Let the reference show the examples of docstrings as code: a doctest is a section of its own there."""

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"^((?:>>> .*\n?(?:(?!\n|>>> ).*\n?)*)+)", re.MULTILINE)


class Doctests(griffe.Extension):
    """Puts the heading that the parser of docstrings looks for before each run of doctests."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring of one module, class or function."""
        if obj.docstring and ">>> " in obj.docstring.value:
            obj.docstring.value = _EXAMPLE.sub(_as_section, obj.docstring.value)


def _as_section(found: re.Match[str]) -> str:
    lines = found[1].rstrip("\n").split("\n")
    return "Examples:\n" + "\n".join(f"    {line}" for line in lines) + "\n"
