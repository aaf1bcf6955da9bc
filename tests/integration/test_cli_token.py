"""`sikpro token`, as an operator meets it."""

from pathlib import Path

import pytest

from tests.integration.sikpro_process import run_sikpro
from tests.integration.sqlite import migrated_sqlite

pytestmark = pytest.mark.audit


def test_the_operator_makes_lists_and_ends_tokens(tmp_path: Path) -> None:
    at = ["--database", migrated_sqlite(tmp_path)]
    run_sikpro("user", "add", "rina", "--role", "helpdesk", *at)
    made = run_sikpro("token", "new", "rina", "--name", "laporan", "--scope", "write", *at)
    assert made.returncode == 0, made.stderr
    text = made.stdout.strip()
    assert text.startswith("sikpro_")
    assert len(text) == 50
    assert "token 1 of rina, may read and change, valid until " in made.stderr
    listed = run_sikpro("token", "list", *at).stdout
    assert [line.split()[:2] for line in listed.splitlines()] == [["1", "rina"]]
    assert "write  never used  laporan" in listed
    assert text not in listed
    assert run_sikpro("token", "end", "rina", "1", *at).returncode == 0
    assert run_sikpro("token", "list", "rina", *at).stdout == ""
    again = run_sikpro("token", "end", "rina", "1", *at)
    assert (again.returncode, "Token" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new", "nobody", "--name", "x"], "nobody"),
        (["new", "nobody", "--name", "x", "--days", "400"], "1<=x<=365"),
        (["list", "nobody"], "nobody"),
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = run_sikpro("token", *arguments, "--database", migrated_sqlite(tmp_path))
    assert done.returncode != 0
    assert said in done.stderr
