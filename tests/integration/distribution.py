"""A distribution as pip would install it, with entry points: a folder for `sys.path`."""

from collections.abc import Mapping
from itertools import chain
from pathlib import Path

EntryPoints = Mapping[str, Mapping[str, str]]


def installed(folder: Path, entry_points: EntryPoints, name: str = "other", **modules: str) -> Path:
    """Write a distribution with these modules into a folder, and return the folder."""
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
    lines = [(f"[{group}]", *map(" = ".join, points.items())) for group, points in entry_points.items()]
    (about / "entry_points.txt").write_text("\n".join(chain(*lines)) + "\n", "utf-8")
    for module, source in modules.items():
        (folder / f"{module}.py").write_text(source, "utf-8")
    return folder
