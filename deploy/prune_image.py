"""Remove from a folder of installed packages what SIKPRO never uses when it serves: `prune_image.py SITE_PACKAGES`.

For the image of the Dockerfile alone; tests/integration/test_image.py serves what is left.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# Litestar depends on some: they are for its command line and for made-up examples. The others build the wheel.
NEVER_IMPORTED = (
    *("faker", "polyfactory", "pygments", "rich", "rich_click", "markdown_it", "mdurl"),
    *("hatchling", "editables", "pathspec", "pluggy", "tomlkit", "trove_classifiers"),
)
LANGUAGES = ("root", "id", "id_ID", "en", "en_US", "en_GB", "en_001")
SOURCES = (".c", ".cpp", ".h", ".hpp", ".pxd", ".pyx", ".pyi", ".pyc")
# Tests, other databases, and of lxml all but what openpyxl uses. A picture in AVIF is not opened.
PARTS = (
    *("alembic/testing", "certifi/tests", "sqlalchemy/testing"),
    *("sqlalchemy/dialects/mssql", "sqlalchemy/dialects/mysql", "sqlalchemy/dialects/oracle"),
    *("lxml/html", "lxml/includes", "lxml/isoschematron", "lxml/objectify.*.so"),
    *("PIL/_avif.*.so", "pillow.libs/libavif-*"),
)
# Their libraries were edited when the wheel was made; strip may break such a file.
EDITED = ".libs"


def unused(folder: Path) -> Iterator[Path]:
    """Yield what is not used: files and folders."""
    for name in NEVER_IMPORTED:
        yield folder / name
        yield from folder.glob(f"{name}-*.dist-info")
    for file in (folder / "babel" / "locale-data").glob("*.dat"):
        if file.stem not in LANGUAGES:
            yield file
    for pattern in PARTS:
        yield from folder.glob(pattern)
    for file in folder.rglob("*"):
        if file.suffix in SOURCES and file.is_file():
            yield file


def main() -> None:
    """Remove, and take the debugging symbols out of libraries."""
    folder = Path(sys.argv[1])
    if not (folder / "babel" / "locale-data").is_dir():
        sys.exit(f"{folder}: no installed packages")
    for one in list(unused(folder)):
        if one.is_dir():
            shutil.rmtree(one)
        else:
            one.unlink(missing_ok=True)
    for library in folder.rglob("*.so"):
        if EDITED not in str(library.relative_to(folder)):
            subprocess.run(["strip", "--strip-debug", library], check=True)


if __name__ == "__main__":
    main()
