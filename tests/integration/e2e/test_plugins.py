"""A server whose store, source and messenger are plugins, as pip would install them."""

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from tests.integration.distribution import installed
from tests.integration.loopback import free_port

PLUGINS = Path(__file__).parents[2] / "plugins"
SECRET = "a secret of many signs"

pytestmark = pytest.mark.audit


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment of the server: the plugins, and the settings that name them."""
    store = {"sikpro.stores": {"kept": "kept_plugin:STORE"}}
    sites = [installed(tmp_path / "kept", store, "kept", kept_plugin=(PLUGINS / "kept_plugin.py").read_text("utf-8"))]
    for name in ("sikpro_file", "sikpro_webhook"):
        points = tomllib.loads((PLUGINS / name / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
        module = {name: (PLUGINS / name / f"{name}.py").read_text("utf-8")}
        sites.append(installed(tmp_path / name, points, f"{name}_installed", **module))
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([*map(str, sites), *sys.path]),
        "SIKPRO_DATABASE": "kept://main",
        "SIKPRO_KEPT_FOLDER": str(tmp_path),
        "SIKPRO_SOURCE": "webhook",
        "SIKPRO_WEBHOOK_FOLDER": str(tmp_path),
        "SIKPRO_WEBHOOK_SECRET": SECRET,
        "SIKPRO_WEBHOOK_PORT": str(free_port()),
        "SIKPRO_MESSENGER": "file",
        "SIKPRO_FILE_FOLDER": str(tmp_path),
        "SIKPRO_PORT": str(free_port()),
    }


@pytest.fixture
def server(environ: dict[str, str], tmp_path: Path) -> Iterator[None]:
    """`sikpro serve`, ready, until the end of the test; it ends cleanly."""
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "sikpro", "serve"], env=environ, stdout=log, stderr=log)
    try:
        assert answered(Request(f"http://127.0.0.1:{environ['SIKPRO_PORT']}/readyz")), (tmp_path / "log").read_text()
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, (tmp_path / "log").read_text()


def answered(request: Request) -> bool:
    """Whether something answers within half a minute."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with urlopen(request, timeout=5):
                return True
        except (URLError, ConnectionError):
            time.sleep(0.1)
    return False


@pytest.mark.usefixtures("server")
def test_what_is_pushed_is_answered_into_a_file_and_the_doctor_names_all_three(
    environ: dict[str, str], tmp_path: Path
) -> None:
    body = json.dumps({"chat": 700, "name": "Budi", "text": "/help"}).encode()
    assert answered(Request(f"http://127.0.0.1:{environ['SIKPRO_WEBHOOK_PORT']}/", body, {"X-Secret": SECRET}))
    answers, until = tmp_path / "700.jsonl", time.monotonic() + 30
    while not answers.exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert "/reg" in json.loads(answers.read_text("utf-8").splitlines()[0])["text"]
    doctor = [sys.executable, "-m", "sikpro", "doctor", "--language", "en"]
    said = subprocess.run(doctor, env=environ, capture_output=True, text=True, check=False).stdout
    for line in ("database by the plugin kept", "source by the plugin webhook", "messenger by the plugin file"):
        assert f"[ok] Settings: {line}" in said
    assert "all its parts are well" in said
