"""Litestream beside a SQLite file. What it copies, it alone may checkpoint: it copies from the `-wal`.

Source: litestream.io/tips. A program that checkpoints by itself can empty the `-wal` before Litestream has read it, and
Litestream must then copy the whole file again.
"""

import os
from pathlib import Path


def litestreams_folder(file: Path) -> Path:
    """Return the folder that Litestream keeps beside a file that it copies; it stays when Litestream is stopped."""
    real = Path(os.path.realpath(file))
    return real.with_name(f".{real.name}-litestream")


def uncopied(file: Path) -> int:
    """Return how many bytes of changes wait for Litestream; 0 where it does not copy the file."""
    try:
        return Path(f"{os.path.realpath(file)}-wal").stat().st_size if litestreams_folder(file).is_dir() else 0
    except OSError:
        return 0
