"""The message with which a process tells the others what it changed: it fits, and is understood."""

import pytest

from sikpro.adapters.sql.hints import heard, written
from sikpro.application.ports.storage import Hint, Kind

LIMIT = 8_000
"""Bytes that PostgreSQL refuses in a NOTIFY."""


def test_each_kind_is_named_once_with_its_ids() -> None:
    message = written([Hint(Kind.ORDER, (3, 4)), Hint(Kind.BOT), Hint(Kind.ORDER, (4, 5))], "1-aa")
    assert heard(message, "2-bb") == (Hint(Kind.ORDER, (3, 4, 5)), Hint(Kind.BOT))


def test_a_hint_about_all_of_a_kind_is_not_narrowed_by_one_about_some() -> None:
    message = written([Hint(Kind.ORDER, (3,)), Hint(Kind.ORDER), Hint(Kind.ORDER, (4,))], "1-aa")
    assert heard(message, "2-bb") == (Hint(Kind.ORDER),)


def test_a_process_passes_over_its_own_and_nobody_passes_over_those_of_a_nameless_command() -> None:
    assert heard(written([Hint(Kind.BOT)], "1-aa"), "1-aa") == ()
    assert heard(written([Hint(Kind.BOT)], ""), "1-aa") == (Hint(Kind.BOT),)


def test_ids_that_do_not_fit_are_left_out_of_the_kind_that_has_most_of_them() -> None:
    many, some = tuple(range(2**40, 2**40 + 900)), tuple(range(50))
    message = written([Hint(Kind.OUTBOX, some), Hint(Kind.ORDER, many)], "1-aa")
    assert len(message.encode()) < LIMIT
    assert heard(message, "2-bb") == (Hint(Kind.OUTBOX, some), Hint(Kind.ORDER))
    everything = written([Hint(kind, many) for kind in Kind], "1-aa")
    assert len(everything.encode()) < LIMIT
    assert {hint.kind for hint in heard(everything, "2-bb") or ()} == set(Kind)


@pytest.mark.parametrize("message", ["", "{}", "[]", '["1-aa",{"moon":[1]}]', '["1-aa",{"order":["x"]}]', "null", "7"])
def test_what_is_not_understood_is_not_taken_for_nothing(message: str) -> None:
    assert heard(message, "2-bb") is None
