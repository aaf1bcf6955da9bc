"""Each script of `scripts/` comes out as it is written: what the technician says, and what the phone shows."""

from pathlib import Path

import pytest

from tests.unit.conversation.play import is_step, play

SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.chat"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name.removesuffix(".chat"))
def test_the_chat_reads_as_it_is_written(script: Path) -> None:
    written = script.read_text("utf-8")
    assert play(written, script.name.split(".")[1])[0] == written


def test_every_script_is_there_in_both_languages_with_as_many_steps() -> None:
    steps = {path.name: sum(map(is_step, path.read_text("utf-8").splitlines())) for path in SCRIPTS}
    names = {name.split(".")[0] for name in steps}
    assert len(names) > 10
    assert [name for name in names if steps[f"{name}.id.chat"] != steps[f"{name}.en.chat"]] == []
