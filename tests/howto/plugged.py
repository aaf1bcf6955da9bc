"""The worked plugins as installed distributions, and SIKPRO's own loops with them."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.testing.builders import a_site_operation, a_technician, an_sto
from tests.integration.distribution import installed

CHAT = 700
QUIET = "[pytest]\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = error\n"


def install(folder: Path) -> None:
    """Let this process find the package of a folder as pip would have installed it."""
    about = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    sys.path.append(str(folder))
    installed(folder, about["entry-points"], about["name"].replace("-", "_"))


def prove(folder: Path) -> None:
    """Run the package's own tests, in a project of its own."""
    (folder / "pytest.ini").write_text(QUIET, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "--strict-markers"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def furnish(uow: UnitOfWork) -> None:
    """A catalogue and a technician who has bound their number."""
    create_first_catalogue(uow)
    uow.catalogue.put_site_operation(a_site_operation())
    uow.catalogue.put_sto(an_sto())
    uow.people.add(a_technician(telegram_id=CHAT))
