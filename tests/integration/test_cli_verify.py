"""`sikpro verify`, as an operator meets it: what agrees, what was changed, a seal that was kept, a read-only copy."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import sikpro
from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.application.use_cases.seals.seal_facts import seal_facts
from sikpro.domain.seals import Seal
from sikpro.testing.builders import NOON
from tests.integration.sikpro_process import run_sikpro, run_without_root

ORDER = "AO SC32232558 ZTEGC6754546 SDA ODP-SDA-003 F5SDA445"


def sealed(folder: Path) -> Seal:
    """Two orders in a database, one of them answered, under one seal."""
    url = f"sqlite:///{folder / 'sikpro.db'}"
    with sikpro.connect(url) as app:
        app.register(ORDER)
        app.take("SC32232558")
        app.change_status("SC32232558", "selesai", feedback="Sudah aktif.")
        app.register(ORDER.replace("2558", "2559"))
    engine = create_engine_for(url)
    seal = SqlTransactions(engine).write(lambda uow: seal_facts(uow, NOON, "Asia/Jakarta"))
    engine.dispose()
    assert seal
    return seal


def verify(
    folder: Path, *more: str, run: Callable[..., subprocess.CompletedProcess[str]] = run_sikpro
) -> tuple[int, str]:
    done = run("verify", "--data", str(folder), *more)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def meddle(folder: Path, *statements: str) -> None:
    with driver.connect(folder / "sikpro.db") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_what_nobody_touched_agrees_and_the_statement_about_an_order_is_printed(tmp_path: Path) -> None:
    seal = sealed(tmp_path)
    code, said = verify(tmp_path, "--seal", seal.short + "…", "--order", "32232558")
    assert (code, "Everything agrees." in said) == (0, True)
    assert f"Latest seal: no. 1, {seal.hash}" in said
    assert "The seal that was kept is seal no. 1" in said
    assert "SC32232558 was received at" in said
    assert "Sealed in seal no. 1." in said
    assert "Answered with the status" in said
    code, said = verify(tmp_path, "--seal", "f" * 64, "--language", "id")
    assert (code, "Tidak ada segel " + "f" * 64 in said) == (1, True)
    assert verify(tmp_path, "--order", "SC11111111")[0] == 1
    assert verify(tmp_path, "--seal", "lagi")[0] == 2
    code, said = verify(tmp_path, "--seal", seal.hash[:15])  # shorter codes can be found by trying
    assert (code, "at least 16" in said) == (2, True)


def test_each_fact_that_was_changed_or_removed_is_named_and_the_exit_code_says_it(tmp_path: Path) -> None:
    sealed(tmp_path)
    meddle(
        tmp_path,
        "DROP TRIGGER ledger_facts_no_update",
        "DROP TRIGGER ledger_facts_no_delete",
        "UPDATE ledger_facts SET status = 'batal' WHERE id = 3",
        "DELETE FROM ledger_facts WHERE id = 1",
        "UPDATE orders SET serial = 'ZTEGC0000000' WHERE number = 'SC32232559'",
    )
    code, said = verify(tmp_path)
    assert code == 1
    assert "Fact 3 was changed after seal no. 1." in said
    assert "Fact 1 was removed after seal no. 1." in said
    assert "SC32232559" in said
    assert "the order's data" in said
    assert "What does not agree: " in said


def test_a_copy_that_nobody_may_write_is_verified_and_stays_as_it_was(tmp_path: Path) -> None:
    sealed(tmp_path)
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(tmp_path / "sikpro.db", copy)
    before = (copy / "sikpro.db").read_bytes()
    (copy / "sikpro.db").chmod(0o400)
    copy.chmod(0o500)
    try:
        code, said = verify(copy, run=run_without_root)
    finally:
        copy.chmod(0o700)
    assert (code, "Everything agrees." in said) == (0, True)
    assert (copy / "sikpro.db").read_bytes() == before


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    code, said = verify(tmp_path)
    assert (code, "no database at" in said) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_facts_says_since_when_they_are_kept(tmp_path: Path) -> None:
    run_sikpro("migrate", "--data", str(tmp_path))
    code, said = verify(tmp_path)
    assert (code, "There are no facts yet" in said) == (0, True)
