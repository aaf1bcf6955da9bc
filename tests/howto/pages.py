"""Writes the files of the worked plugins into their pages: `python -m tests.howto.pages`."""

import re
from pathlib import Path
from textwrap import indent

ROOT = Path(__file__).parents[2]
PLUGINS = {"add-a-messenger": "sikpro_file", "add-a-webhook-source": "sikpro_webhook"}
"""The pages whose example is a package of its own, and its folder in `tests/plugins`."""

_BLOCK = re.compile(r"(`(sikpro_\w+/[\w.]+)`:\n\n   ```\w+\n).*?(^   ```$)", re.MULTILINE | re.DOTALL)


def written(page: str) -> str:
    """The text of a page with its files as they are."""
    text = (ROOT / "docs" / "howto" / f"{page}.md").read_text("utf-8")
    return _BLOCK.sub(
        lambda m: m[1] + indent((ROOT / "tests" / "plugins" / m[2]).read_text("utf-8"), "   ") + m[3], text
    )


if __name__ == "__main__":
    for name in PLUGINS:
        (ROOT / "docs" / "howto" / f"{name}.md").write_text(written(name), "utf-8")
