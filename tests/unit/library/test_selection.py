"""Orders of a script: searched with words, gone through page by page, counted, grouped, written to files."""

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import fields
from openpyxl import load_workbook

import sikpro
from sikpro import ForbiddenMove, NotFound, NotPermitted, OrderFilter, Period, Phase
from sikpro.entrypoints.library import selection
from sikpro.entrypoints.library.order_search import OrderSearch
from tests.unit.chat import NINE
from tests.unit.library.conftest import FIRST, MESSAGE, SECOND, Office

BOTH = [FIRST, SECOND]

FOUND: dict[str, tuple[OrderSearch, list[str]]] = {
    "everything": ({}, BOTH),
    "a phase": ({"phase": "waiting"}, BOTH),
    "a phase by its value": ({"phase": Phase.WAITING}, BOTH),
    "several phases": ({"phase": ("held_up", "Completed")}, []),
    "open ones": ({"open": True}, BOTH),
    "finished ones": ({"open": False}, []),
    "an STO in small letters": ({"sto": "tun"}, [SECOND]),
    "several STOs": ({"sto": ["SDA", "MRT"]}, [FIRST]),
    "a type": ({"type": "mo"}, [SECOND]),
    "a Site Operation": ({"site_operation": "MJK"}, []),
    "a technician": ({"technician": "f5sda445"}, [FIRST]),
    "a channel": ({"channel": "library"}, BOTH),
    "another channel": ({"channel": "telegram"}, []),
    "a turn": ({"turn": "helpdesk"}, BOTH),
    "a status": ({"status": "MENUNGGU"}, BOTH),
    "a text": ({"text": "ztegc6754547"}, [SECOND]),
    "older": ({"older_than": "1h"}, [FIRST]),
    "exactly as old": ({"older_than": timedelta(hours=1)}, [FIRST]),
    "a little older": ({"older_than": "1h1s"}, []),
    "younger": ({"younger_than": "59m"}, [SECOND]),
    "between": ({"older_than": "30m", "younger_than": "2h"}, [FIRST]),
    "changed lately": ({"changed_within": "1m"}, [SECOND]),
    "today": ({"received": "today"}, BOTH),
    "yesterday": ({"received": "yesterday"}, []),
    "a day": ({"received": date(2026, 11, 2)}, BOTH),
    "a month": ({"received": "2026-11"}, BOTH),
    "several days": ({"received": "2026-10-01_2026-11-01"}, []),
    "a period": ({"received": Period(NINE, NINE + timedelta(minutes=1))}, [FIRST]),
    "nobody's": ({"helpdesk": "-"}, BOTH),
    "somebody's": ({"holder": "rina"}, []),
    "an hour": ({"hour": 9}, [FIRST]),
    "past the limit": ({"overdue": True}, [FIRST]),
    "the newest first": ({"sort": "newest"}, BOTH[::-1]),
    "by a column": ({"sort": "-sto", "open": True}, BOTH[::-1]),
}


@pytest.mark.parametrize("what", FOUND)
def test_a_search_finds_what_its_words_say(office: Office, what: str) -> None:
    search, numbers = FOUND[what]
    assert [row.number for row in office.script.orders.where(**search)] == numbers
    assert office.script.orders.where(**search).count() == len(numbers)


WRONG: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "a name": ({"fase": "waiting"}, TypeError, r"orders.where: there is no 'fase'; there are phase, open, status"),
    "nothing": ({"sto": None}, TypeError, r"orders.where: sto: None is"),
    "a phase": ({"phase": "waitng"}, ValueError, r"phase: there is no 'waitng'; there are waiting, in_progress, held_"),
    "an STO": ({"sto": "XXX"}, ValueError, r"sto: there is no 'XXX'; there are MRT, SDA, TUN"),
    "a turn": ({"turn": "mine"}, ValueError, r"there are helpdesk, technician, customer"),
    "no choice": ({"phase": []}, ValueError, "leave it out"),
    "a time": (
        {"older_than": "4 fortnights"},
        ValueError,
        r"'4 fortnights' is no time: write 90m, 4h, 2d, 1w or 1h30m",
    ),
    "a day": ({"received": "soon"}, ValueError, r"received: 'soon' is no time that is known: write today"),
    "a moment": ({"received": NINE}, ValueError, "give a day, or a Period"),
    "an hour": ({"hour": 24}, ValueError, "24 is no hour from 0 to 23"),
    "a person": ({"holder": "nobody"}, NotFound, "nobody"),
    "a column of all": ({"sort": "sto"}, ValueError, "needs open=True"),
    "a naive time": ({"changed_since": datetime(2026, 11, 2)}, ValueError, "has no zone"),  # noqa: DTZ001  # that is it
}


@pytest.mark.parametrize("what", WRONG)
def test_a_word_that_is_not_known_is_refused_with_those_that_are(office: Office, what: str) -> None:
    search, kind, said = WRONG[what]
    with pytest.raises(kind, match=said):
        office.script.orders.where(**search)


def test_a_loop_may_change_the_orders_that_it_goes_through(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "PAGE", 1)
    waiting = office.rina.orders.where(phase="waiting")
    for row in waiting:
        office.rina.orders.change_status(row.number, "selesai")
    assert [row.number for row in waiting] == []
    assert {row.number: row.phase for row in office.rina.orders.where()} == dict.fromkeys(BOTH, Phase.COMPLETED)


def test_a_count_says_where_it_stopped_and_the_first_is_the_oldest(office: Office) -> None:
    everything = office.script.orders.where()
    assert (str(everything.count()), everything.count().capped) == ("2", False)
    assert (str(everything.count(most=1)), everything.count(most=1).capped) == ("1+", True)
    first = everything.first()
    assert first is not None
    assert first.number == FIRST
    assert office.script.orders.where(open=False).first() is None
    with pytest.raises(ValueError, match="most: 0 is less than 1"):
        everything.count(most=0)


def test_orders_are_grouped_with_what_has_most_first(office: Office) -> None:
    office.script.register("AO SC32232560 ZTEGC6754548 SDA ODP-SDA-004 F5SDA445")
    office.rina.take(FIRST)
    everything = office.script.orders.where()
    assert everything.by("sto") == {"SDA": 2, "TUN": 1}
    assert list(everything.by("sto")) == ["SDA", "TUN"]
    assert everything.by("phase") == {"waiting": 2, "in_progress": 1}
    assert everything.by("holder") == {"": 2, "Rina": 1}
    assert everything.by("day") == {"2026-11-02": 3}
    with pytest.raises(ValueError, match="there is no 'serial'; there are type, sto"):
        everything.by("serial")


def test_the_same_rows_go_into_a_csv_and_a_workbook_to_a_path_or_a_stream(office: Office, tmp_path: Path) -> None:
    chosen = office.script.orders.where(sto="TUN")
    chosen.to_csv(tmp_path / "orders.csv")
    stream = io.BytesIO()
    chosen.to_csv(stream)
    assert (tmp_path / "orders.csv").read_bytes() == stream.getvalue()
    lines = stream.getvalue().decode("utf-8-sig").splitlines()
    assert [SECOND in line for line in lines] == [False, True]

    chosen.to_excel(str(tmp_path / "orders.xlsx"))
    book = io.BytesIO()
    chosen.to_excel(book)
    for source in (tmp_path / "orders.xlsx", book):
        rows = list(load_workbook(source)["Order"].iter_rows(values_only=True))
        assert [SECOND in row for row in rows] == [False, True]
        assert list(rows[0]) == lines[0].split(";")
    assert sorted(one.name for one in tmp_path.glob("*orders*")) == ["orders.csv", "orders.xlsx"]


def test_a_stream_of_text_and_a_folder_that_is_not_there_are_refused(office: Office, tmp_path: Path) -> None:
    write: Callable[[Any], None] = office.script.orders.where().to_csv
    with pytest.raises(TypeError):
        write(io.StringIO())
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "nowhere" / "orders.csv")


def test_deleted_orders_are_for_admins_alone(office: Office) -> None:
    office.bagus.delete(FIRST, reason="salah")
    assert [row.number for row in office.admin.orders.where(deleted=True)] == [FIRST]
    with pytest.raises(NotPermitted):
        office.bagus.orders.where(deleted=True).count()
    with pytest.raises(NotPermitted):
        list(office.bagus.orders.where(deleted=True))


def test_the_next_order_of_a_search_is_taken(office: Office) -> None:
    taken = office.rina.orders.take_next(sto="TUN")
    assert taken is not None
    assert taken.number == SECOND
    assert office.rina.orders.take_next(sto="TUN") is None
    with pytest.raises(ForbiddenMove):
        office.rina.orders.reopen(SECOND, reason="salah")


def test_an_installation_without_stos_searches_by_any_code() -> None:
    with sikpro.connect() as app:
        app.register(MESSAGE)
        assert [row.number for row in app.orders.where(sto="sda")] == [FIRST]
        assert app.orders.where(sto="TUN").count() == 0


SEARCHED_AS = {
    "phases": {"phase", "open"},
    "stos": {"sto"},
    "types": {"type"},
    "received": {"received", "older_than", "younger_than"},
    "changed_since": {"changed_since", "changed_within"},
    "turn_began": {"turn_began", "turn_for"},
}
"""The words of the filters that a script does not name as the filter does."""


def test_every_filter_of_orders_can_be_searched_by() -> None:
    searched = {field.name: SEARCHED_AS.get(field.name, {field.name}) for field in fields(OrderFilter)}
    words = set().union(*searched.values())
    assert words == set(OrderSearch.__annotations__) - {"sort"}
