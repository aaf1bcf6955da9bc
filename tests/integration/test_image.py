"""What the image would hold of SIKPRO: it is small enough and serves. No Docker is needed, and no image is built."""

import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import httpx
import pytest

from tests.integration.e2e.installation import wait_until
from tests.integration.loopback import NO_TLS, free_port
from tests.integration.needs import need
from tests.integration.sikpro_process import own_environment

pytestmark = pytest.mark.audit

ROOT = Path(__file__).parents[2]
MEGA = 1_000_000

BASE = 125
"""Megabytes of python:3.11-slim-bookworm, unpacked, as its users report; it cannot be measured here."""

LEFT_OUT = 16
"""Megabytes that the Dockerfile takes out of it: pip, setuptools, IDLE, Tk and more, as measured in Python 3.11.7."""

BESIDE = 5
"""Megabytes of libpq with what it needs, pg_dump and pg_restore: the sizes that Debian 12 gives."""

ALL = 200

# The image has no extra but PostgreSQL: what needs another one is loaded only where a setting asks for it.
EVERY_MODULE = """
import importlib, pkgutil, sikpro
EXTRAS = ("sikpro.adapters.s3.", "sikpro.adapters.metrics.telemetry", "sikpro.testing")
for module in pkgutil.walk_packages(sikpro.__path__, "sikpro."):
    is_program = module.name.endswith((".__main__", ".env")) or ".versions" in module.name
    if not is_program and not module.name.startswith(EXTRAS):
        importlib.import_module(module.name)
import psycopg, openpyxl, telethon, lxml.etree, argon2, zxingcpp, resvg_py
assert psycopg.pq.__impl__ == "binary"
"""


def copied(folder: Path) -> None:
    """Copy the packages of the image's requirements from this environment, and SIKPRO."""
    for name in re.findall(r"^([\w.-]+)==", (ROOT / "requirements/image.txt").read_text(), re.MULTILINE):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # for another platform, or it only builds the wheel
        for file in found.files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                to = folder / file
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(Path(str(found.locate_file(file))), to)
    shutil.copytree(ROOT / "src/sikpro", folder / "sikpro", ignore=shutil.ignore_patterns("__pycache__"))
    about = Path(str(distribution("sikpro").locate_file("")))
    for one in about.glob("sikpro-*.dist-info"):
        shutil.copytree(one, folder / one.name)


@pytest.fixture(scope="module")
def pruned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of an environment that has what the image has, and nothing else."""
    need(shutil.which("strip"), "needs strip: apt install binutils")
    home = tmp_path_factory.mktemp("image")
    venv.create(home, with_pip=False, symlinks=True)
    packages = next(home.glob("lib/python*/site-packages"))
    copied(packages)
    subprocess.run([sys.executable, ROOT / "deploy/prune_image.py", packages], check=True)
    return home / "bin" / "python"


def test_the_image_stays_below_two_hundred_megabytes_unpacked(pruned: Path) -> None:
    size = sum(one.lstat().st_size for one in pruned.parents[1].rglob("*") if one.is_file() and not one.is_symlink())
    assert BASE - LEFT_OUT + BESIDE + size / MEGA < ALL
    assert size > 40 * MEGA, "so much is there at least: this measures the right folder"


def run(pruned: Path, *arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the program as the image does: what it compiles goes elsewhere."""
    return subprocess.run(
        [pruned, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def environment(pruned: Path, tmp_path: Path) -> dict[str, str]:
    """The settings of the image, for a folder."""
    own = {name: value for name, value in own_environment().items() if not name.startswith("PYTHON")}
    cache = str(pruned.parents[1] / "pycache")
    place = {"SIKPRO_DATA": str(tmp_path / "data"), "SIKPRO_PORT": str(free_port())}
    return {**own, "PYTHONPYCACHEPREFIX": cache, "PYTHONNOUSERSITE": "1", **place}


def test_no_module_needs_what_was_removed(pruned: Path, environment: dict[str, str]) -> None:
    done = run(pruned, "-c", EVERY_MODULE, environment=environment)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def served(pruned: Path, environment: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [pruned, "-m", "sikpro", "serve", "--migrate"], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        yield process
        process.terminate()
        assert process.wait(30) == 0


def test_what_is_left_serves_answers_the_health_check_and_makes_files(
    pruned: Path, environment: dict[str, str], served: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    address = f"http://127.0.0.1:{environment['SIKPRO_PORT']}"

    def healthy() -> bool:
        return run(pruned, "-m", "sikpro", "healthy", environment=environment).returncode == 0

    wait_until(healthy, "it is healthy")
    assert served.poll() is None
    assert httpx.get(f"{address}/readyz", trust_env=False, verify=NO_TLS).json() == {"status": "ready"}
    for kind, language in (("xlsx", "id"), ("csv", "en"), ("png", "id")):
        file = tmp_path / f"recap.{kind}"
        arguments = ("export", "--period", "2026-11", "--format", kind, "--language", language, "-o", str(file))
        done = run(pruned, "-m", "sikpro", *arguments, environment=environment)
        assert (done.returncode, file.stat().st_size > 50) == (0, True), done.stderr
