"""Files that the library writes: to a path, or into a stream of bytes."""

import errno
import os
import shutil
from collections.abc import Callable
from io import TextIOBase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, TypeAlias


class ByteStream(Protocol):
    """What takes the bytes of a file: a file opened with `wb`, `io.BytesIO()`, the body of a response."""

    def write(self, content: bytes, /) -> object:
        """Take some bytes."""


Destination: TypeAlias = str | os.PathLike[str] | ByteStream
"""Where a file goes: a path, or a stream of bytes."""


def written(into: Destination, write: Callable[[Path], object]) -> None:
    """Write a file to its place; a path has the whole file or none. Raises `OSError`, and `TypeError` for text."""
    if isinstance(into, TextIOBase):
        raise TypeError("into: a stream of text takes no bytes: open the file with 'wb'")
    named = isinstance(into, str | os.PathLike)
    folder = Path(into).resolve().parent if isinstance(into, str | os.PathLike) else None
    if isinstance(into, str | os.PathLike) and folder is not None and not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder for the file", os.fspath(into))
    with TemporaryDirectory(prefix=".sikpro-", dir=folder if named else None) as made:
        path = Path(made) / "file"
        write(path)
        if isinstance(into, str | os.PathLike):
            path.replace(Path(into).resolve())
            return
        with path.open("rb") as content:
            shutil.copyfileobj(content, into)
