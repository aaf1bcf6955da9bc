"""Each page of `docs/howto` is followed in a copy of the source, and what it promises is tried there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.howto.follow import follow
from tests.howto.pages import PLUGINS, written

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "howto").glob("*.md"))
WALKS = ROOT / "tests" / "howto" / "walks"

pytestmark = pytest.mark.audit


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_can_be_followed_as_it_stands(page: Path, tmp_path: Path) -> None:
    source = ROOT / "src" / "sikpro"
    if page.stem in PLUGINS:  # a package of its own
        assert follow(page, tmp_path)
    else:
        source = tmp_path / "src" / "sikpro"
        shutil.copytree(ROOT / "src" / "sikpro", source, ignore=shutil.ignore_patterns("__pycache__"))
        assert follow(page, source)
    walk = WALKS / f"{page.stem.replace('-', '_')}.py"
    path = os.pathsep.join(map(str, (source.parent, ROOT)))
    done = subprocess.run(
        [sys.executable, str(walk)],
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_page_has_a_walk() -> None:
    assert {page.stem.replace("-", "_") for page in PAGES} == {walk.stem for walk in WALKS.glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("page", PLUGINS)
def test_the_page_of_a_plugin_shows_its_files_as_they_are(page: str) -> None:
    assert (ROOT / "docs" / "howto" / f"{page}.md").read_text("utf-8") == written(page)
