"""Words and codes that nobody knows are refused with those that are; what is left out is what the console proposes."""

import inspect
import io
import re
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from sikpro import Dimension, NotFound, OrderFields, OrderSearch, PersonFields, Phase, RecapFilters, Sikpro
from sikpro.application.ports.outbox import OutboxItem
from tests.unit.library.conftest import FIRST, SECOND, Office


def test_an_empty_selection_is_false(office: Office) -> None:
    orders = office.script.orders
    assert [bool(orders.where(sto=sto)) for sto in ("SDA", "TUN", "MRT")] == [True, True, False]


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        (lambda app: app.recaps("2026-11", sto="XXX"), "recaps: sto: there is no 'XXX'; there are MRT, SDA, TUN"),
        (lambda app: app.recap("2026-11", type="XX"), "recaps: type: there is no 'XX'"),
        (lambda app: app.recaps.text("2026-11", channel="fax"), "recaps: channel: there is no 'fax'; there are teleg"),
    ],
)
def test_a_recap_of_an_unknown_code_is_refused(office: Office, asks: Callable[[Sikpro], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        asks(office.script)


def test_a_recap_refuses_an_unknown_filter_with_the_known_ones(memory_office: Office) -> None:
    for asks in (memory_office.script.recaps, memory_office.script.recap):
        with pytest.raises(TypeError, match="there is no 'stoo'; there are type, sto, site_operation, technician"):
            asks("2026-11", stoo="SDA")  # type: ignore[call-arg]  # that is the point


def test_a_recap_is_of_a_helpdesk_by_user_name(office: Office) -> None:
    office.rina.change_status(FIRST, "selesai")
    recaps = office.script.recaps
    assert [recaps("2026-11", helpdesk=who).total for who in ("rina", "dewi", "-")] == [1, 0, 1]
    assert recaps("2026-11", sto="sda", technician="f5sda445").total == 1
    with pytest.raises(NotFound, match="nobody"):
        recaps("2026-11", helpdesk="nobody")


def test_the_table_of_a_recap_is_named_by_a_word(memory_office: Office) -> None:
    recap = memory_office.script.recap("2026-11")
    assert recap.table("sto") == recap.table(Dimension.STO) != None  # noqa: E711  # all three
    with pytest.raises(ValueError, match="there is no 'stos'; there are type, sto"):
        recap.table("stos")


def test_a_status_brings_its_own_text_unless_a_script_says_another_or_none(office: Office) -> None:
    app = office.rina

    def sent(number: str) -> str:
        found: tuple[OutboxItem, ...] = app.messages.of_order(number)
        return found[-1].message.text

    app.change_status(FIRST, "odp_penuh")
    own = next(one for one in app.catalogue.statuses() if one.code == "odp_penuh").template.id
    assert own
    assert own.split("{")[0] in sent(FIRST)
    app.orders.change_status(FIRST, "selesai", feedback="")
    done = next(one for one in app.catalogue.statuses() if one.code == "selesai").template.id
    assert done
    assert done not in sent(FIRST)
    app.orders.answer(SECOND, "odp_penuh", undo_within="10s")
    assert own.split("{")[0] in sent(SECOND)


def test_an_unknown_status_is_refused_with_the_known_ones(office: Office) -> None:
    calls: tuple[Callable[[], object], ...] = (
        lambda: office.script.change_status(FIRST, "odp_penuhh"),
        lambda: office.script.orders.answer(FIRST, "odp_penuhh", undo_within="10s", feedback="x"),
    )
    for refused in calls:
        with pytest.raises(NotFound, match=r"odp_penuhh was not found; there are .*odp_penuh,") as error:
            refused()
        assert "yang ada" in error.value.text("id")
    assert office.script.order(FIRST).phase is Phase.WAITING


def test_an_order_is_registered_with_its_port(memory_office: Office) -> None:
    order = memory_office.script.register_order(
        type="AO",
        registration_number="SC32232570",
        serial="ZTEGC6754570",
        sto="SDA",
        odp="ODP-SDA-009",
        technician="F5SDA445",
        port="3",
    )
    assert order.data.port == "3"


@pytest.mark.parametrize("kind", [OrderSearch, OrderFields, PersonFields, RecapFilters])
def test_every_field_is_explained(kind: type) -> None:
    told = re.findall(r"`(\w+)", inspect.getdoc(kind) or "")
    assert [name for name in kind.__annotations__ if name not in told] == []


def test_orders_are_found_by_how_long_their_turn_lasts(office: Office) -> None:
    office.rina.change_status(FIRST, "odp_penuh")
    office.clock.later(hours=2)
    orders = office.script.orders
    assert [row.number for row in orders.where(turn="technician", turn_for="2h")] == [FIRST]
    assert [row.number for row in orders.where(turn_for="2h")] == [FIRST, SECOND]
    office.rina.change_status(SECOND, "odp_penuh")
    assert [row.number for row in orders.where(turn_for="2h")] == [FIRST]
    assert not orders.where(turn_for="3h")


def test_a_wrong_call_names_the_method_and_not_the_inside_of_it(memory_office: Office) -> None:
    with pytest.raises(TypeError, match=r"^people\.get: missing a required argument: 'who'$") as wrong:
        memory_office.script.people.get()  # type: ignore[call-arg]  # that is the point
    assert len(traceback.extract_tb(wrong.value.__traceback__)) == 2


def test_a_file_without_a_folder_and_a_stream_of_text_say_what_to_do(memory_office: Office, tmp_path: Path) -> None:
    chosen = memory_office.script.orders.where()
    with pytest.raises(FileNotFoundError, match=r"no/orders\.csv"):
        chosen.to_csv(tmp_path / "no" / "orders.csv")
    with pytest.raises(TypeError, match="open the file with 'wb'"):
        chosen.to_excel(io.StringIO())  # type: ignore[arg-type]  # that is the point


def test_who_acted_is_found_by_the_id_in_the_journal(office: Office) -> None:
    office.rina.take(FIRST)
    actor = office.script.orders.journal(FIRST)[-1].actor
    assert actor is not None
    assert office.admin.people.get(actor).username == "rina"
    with pytest.raises(NotFound):
        office.admin.people.get(999)
