"""The examples of the library's page: each runs alone, prints what it says, and is typed where SIKPRO is installed."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import sikpro
from tests.unit.test_docs import ROOT, blocks

PAGE = ROOT / "docs" / "library.md"
EXAMPLES = blocks(PAGE, "python")
HEADED = re.compile(r"^##? (.*)\n(?:(?!#).*\n)*?```python", re.M)
NAMES = [re.sub(r"\W+", "_", name).lower() for name in HEADED.findall(PAGE.read_text("utf-8"))]


RUN = """
import contextlib, io, json, sys, traceback
said = []
for example in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as heard:
        try:
            exec(compile(example, "docs/library.md", "exec"), {"__name__": "__main__"})
        except Exception:
            print(traceback.format_exc())
    said.append(heard.getvalue().splitlines())
json.dump(said, sys.stdout)
"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What each example prints, run one after the other in a process where nothing of the tests is set up."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN],
        cwd=tmp_path_factory.mktemp("examples"),
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        input=json.dumps(EXAMPLES),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[list[str]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("place", range(len(EXAMPLES)), ids=NAMES)
def test_an_example_runs_and_prints_what_its_comments_say(printed: list[list[str]], place: int) -> None:
    assert printed[place] == re.findall(r"print\(.*\)  # (.*)", EXAMPLES[place])


def test_every_group_has_an_example() -> None:
    groups = {name for name, one in vars(sikpro.Sikpro).items() if isinstance(one, property) and name[0] != "_"}
    shown = {name for name in groups if any(f".{name}." in one or f".{name}(" in one for one in EXAMPLES)}
    assert groups - shown == set()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project outside the source tree, with an environment in which SIKPRO is installed from its wheel."""
    folder = tmp_path_factory.mktemp("project")
    for name, example in zip(NAMES, EXAMPLES, strict=True):
        (folder / f"{name}.py").write_text(example, "utf-8")
    for number, example in enumerate(blocks(ROOT / "docs" / "testing.md", "python")):
        (folder / f"test_{number}.py").write_text(example, "utf-8")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / ".venv")], check=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder / ".venv"), "platbase": str(folder / ".venv")}))
    wheel = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(wheel, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("sikpro-*.whl")
    shutil.unpack_archive(built, site, "zip")
    # What SIKPRO needs is where the tests have it; a path of a path file has no path files of its own.
    (site / "needed.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return folder


def _python(project: Path) -> Path:
    return project / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"


def _checked(command: list[str], project: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "MYPYPATH"}}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.audit
def test_the_examples_use_the_installed_package(project: Path) -> None:
    told = _checked([str(_python(project)), "-c", "import sikpro; print(sikpro.__file__)"], project)
    assert told.startswith(str(project / ".venv")), told


@pytest.mark.audit
def test_mypy_finds_nothing_in_another_project(project: Path) -> None:
    wrong = project / "wrong.py"
    wrong.write_text("import sikpro\nsikpro.connect().orders.where(fase='waiting')\n", "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(_python(project)), "."]
    told = _checked(command, project)
    wrong.unlink()
    assert re.findall(r"^(\w+)\.py:\d+: error", told, re.M) == ["wrong"], told
    assert "Success" in _checked(command, project)


@pytest.mark.audit
def test_pyright_finds_nothing_in_another_project(project: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("pyright needs Node.js: `apt-get install nodejs`, then run it again")
    (project / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict", "exclude": [".venv"]}', "utf-8")
    wrong = project / "wrong.py"
    wrong.write_text("import sikpro\nsikpro.connect().orders.where(fase='waiting')\n", "utf-8")
    command = [sys.executable, "-m", "pyright", "--pythonpath", str(_python(project)), "--project", str(project)]
    told = _checked(command, project)
    wrong.unlink()
    assert re.findall(r"/(\w+)\.py:\d+:\d+ - error", told) == ["wrong"], told
    assert "0 errors" in _checked(command, project)
