"""The whole bench: `python -m benchmarks [ORDERS] [--write]`. A million orders take some twenty minutes.

It makes three databases as years of use leave them (kept in `var/bench`, so that a second run begins at once): ORDERS,
ten thousand, and the orders of the last month alone. Then each section runs as a process of its own and prints what was
measured, ours, the other, the ratio with the spread of its middle half, the goal, and whether it is met. With `--write`
the tables replace those in `docs/performance.md`.
"""

import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.million import DAYS, PER_DAY, TODAY, make

FOLDER = Path("var/bench")
DOCUMENT = Path("docs/performance.md")
ORDERS, FEW, MONTH = 1_000_000, 10_000, 28 // DAYS * DAYS * PER_DAY + TODAY
_KEPT = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- /figures -->)", re.DOTALL)


def sections(many: Path, few: Path, month: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the heading of each section and its command."""
    files = [str(file) for file in (many, few, month)]
    yield "Pages, as a database is that never saw ANALYZE", ["console", *files]
    yield "Pages after ANALYZE", ["console", *files, "--analyze"]
    yield "The queue's page and what it reads", ["queue_page", str(few)]
    yield "The queue's page beside Flask and Django, eight at once", ["pages", str(few)]
    yield "Registration", ["intake", str(many), str(few)]
    yield "The bot", ["chat", str(few)]
    yield "Excel", ["excel"]
    yield "Start and rest", ["start", str(few)]


def main() -> None:
    """Make what is not there, measure all, and print it."""
    orders = next((int(word) for word in sys.argv[1:] if word.isdecimal()), ORDERS)
    FOLDER.mkdir(parents=True, exist_ok=True)
    many, few, month = (FOLDER / f"{count}.db" for count in (orders, FEW, MONTH))
    began = time.perf_counter()
    for file, count in ((many, orders), (few, FEW), (month, MONTH)):
        make(file, count)
    text = [f"{orders:,} orders, {datetime.now(UTC):%d %B %Y}. {_machine()}\n"]
    for heading, command in sections(many, few, month):
        sys.stderr.write(f"{heading}\n")
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{command[0]}", *command[1:]], stdout=-1, text=True)
        said = done.stdout if done.returncode == 0 else "It failed.\n"
        text.append(f"\n### {heading}\n\n{said}")
        sys.stdout.write(text[-1])
    sys.stdout.write(f"\n{time.perf_counter() - began:.0f} s in all\n")
    if "--write" in sys.argv:
        DOCUMENT.write_text(_KEPT.sub(lambda _: "\n" + "".join(text) + "\n", DOCUMENT.read_text()))


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return f"{len(names)} processors ({names[0] if names else 'unknown'}), Python {platform.python_version()}."


if __name__ == "__main__":
    main()
