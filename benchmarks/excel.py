"""A file of 100,000 orders against openpyxl's bare loop of its cells and against rust_xlsxwriter; and its memory.

`python -m benchmarks.excel`
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.exports import measure
from benchmarks.lines import Line, table
from benchmarks.stock import stocked

FEW, MANY = 10_000, 100_000
ROUNDS = 3


def measured(folder: Path) -> list[Line]:
    """Return the lines: in turn, so that both ways meet the same noise."""
    with stocked(folder, "file-few", FEW) as few, stocked(folder, "file-many", MANY) as many:
        small = measure("ours", few, folder)
        rounds = [[measure(way, many, folder) for way in ("ours", "bare", "rust")] for _ in range(ROUNDS)]
    ours, bare, rust = ([way.milliseconds for way in ways] for ways in zip(*rounds, strict=True))
    large = max(one[0].megabytes for one in rounds)
    return [
        Line(what=f"Excel of {MANY:,} from the database; bare openpyxl", ours=ours, other=bare, goal="<= 0.8"),
        Line(what=f"Excel of {MANY:,} from the database; rust_xlsxwriter", ours=ours, other=rust, goal="<= 5"),
        Line(what=f"most memory, {MANY:,}; {FEW:,}", ours=[large], other=[small.megabytes], goal="<= 1.2", unit="MB"),
    ]


def main() -> None:
    """Print the lines."""
    Path("var").mkdir(exist_ok=True)  # on the disk an installation would use: /tmp may be memory
    with TemporaryDirectory(dir="var") as name:
        sys.stdout.write(table(measured(Path(name))))


if __name__ == "__main__":
    main()
