"""What `sikpro.testing` gives to another project: the examples of its page run there, and nothing comes unasked."""

import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from sikpro.testing import contracts
from sikpro.testing.contracts.base import StoreSuite
from sikpro.testing.contracts.store import StoreContract
from tests.integration.distribution import installed
from tests.unit.test_docs import ROOT, blocks, code_in, table_after

PAGE = ROOT / "docs" / "testing.md"
KIT = ROOT / "src" / "sikpro" / "testing"
QUIET = "[pytest]\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = error\n"


def run_pytest(project: Path, test: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run a test module in a project of its own, where SIKPRO is installed with the entry points of its pyproject."""
    known = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    site = installed(project / "site", {"pytest11": known["pytest11"]}, "sikpro_as_installed")
    (project / "pytest.ini").write_text(QUIET, "utf-8")
    (project / "test_example.py").write_text(test, "utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "--strict-markers", *options],
        cwd=project,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "src", site)))},
        capture_output=True,
        text=True,
        check=False,
    )


EXAMPLES = [
    pytest.param(blocks(PAGE, "python")[0], "4 passed", id="plugin"),
    pytest.param(blocks(PAGE, "python")[1], " passed", id="store", marks=pytest.mark.audit),
]


@pytest.mark.parametrize(("example", "result"), EXAMPLES)
def test_an_example_of_the_page_passes_in_another_project(example: str, result: str, tmp_path: Path) -> None:
    done = run_pytest(tmp_path, example)
    assert done.returncode == 0, done.stdout + done.stderr
    assert result in done.stdout
    assert "skipped" not in done.stdout


def test_the_examples_of_the_page_are_all_run() -> None:
    assert len(blocks(PAGE, "python")) == len(EXAMPLES)


WRONG = """
import pytest
from sikpro.testing.contracts.passwords import PasswordsContract
from sikpro.testing.fakes import QuickPasswords

class Forgetful(QuickPasswords):
    def verify(self, password_hash, password):
        return True

class TestForgetful(PasswordsContract):
    @pytest.fixture
    def passwords(self):
        return Forgetful()
"""


def test_a_wrong_adapter_fails_its_suite_with_the_values_that_were_compared(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, WRONG)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "where True = verify(" in done.stdout.replace("\n", " ")


UNUSED = """
import sys

def test_it():
    packages = {name.partition(".")[0] for name in sys.modules}
    assert not packages & {"sqlalchemy", "litestar", "httpx", "structlog", "openpyxl", "telethon"}
    ours = sorted(name for name in sys.modules if name.startswith("sikpro"))
    assert ours == ["sikpro", "sikpro.domain", "sikpro.domain.errors", "sikpro.testing", "sikpro.testing.plugin"]
"""


def test_where_no_fixture_is_used_nothing_of_sikpro_is_loaded_but_the_plugin(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, UNUSED, "-p", "no:asyncio", "-W", "ignore")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_library_needs_nothing_of_pytest() -> None:
    loaded = "import sys, sikpro; sikpro.connect('memory:').close(); print('pytest' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_page_names_every_module_and_every_suite() -> None:
    named = {name for row in table_after(PAGE, "## Builders and fakes") for name in code_in(row[0])}
    hidden = {"__init__", "plugin"}
    assert named == {path.stem for path in KIT.glob("*.py")} - hidden
    told = {code_in(row[0])[0] for row in table_after(PAGE, "## Prove an adapter of your own")}
    modules = [import_module(one.name) for one in iter_modules(contracts.__path__, f"{contracts.__name__}.")]
    suites = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    alone = {one for one in suites if one.__name__.endswith("Contract") and not issubclass(one, StoreSuite)}
    assert told == {f"{one.__module__.rpartition('.')[2]}.{one.__name__}" for one in alone | {StoreContract}}
